/** Listeners and probes of a plan's JSON. */
import { parseIp } from '../../base/ip.js';
import type { ListenerPlan, ProbePlan, ProbeProtocol } from '../plan.js';
import {
  arrayAt,
  booleanAt,
  didYouMean,
  inside,
  integerAt,
  type JsonObject,
  note,
  objectAt,
  requiredString,
  type Spot,
  stringAt,
  wordAt,
} from './fields.js';
import { CONVERSATION_FIELDS, inheritedEnds, readConversation } from './read-conversation.js';

const LISTENER_FIELDS = ['id', 'netns', 'proto', 'ip', 'port', 'v6only', 'reuseport', 'freebind', 'transparent', 'uid', 'gid'];
/** What the client's socket is told. */
const SOCKET_FIELDS = ['size', 'df', 'broadcast', 'tos', 'ttl', 'device', 'uid', 'gid'];
const PROBE_FIELDS = [
  'id',
  'netns',
  'proto',
  'dst',
  'dport',
  'src',
  'sport',
  'mark',
  'count',
  'timeout_ms',
  ...SOCKET_FIELDS,
  ...CONVERSATION_FIELDS,
];
const LISTENER_PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
const PROBE_PROTOCOLS: readonly ProbeProtocol[] = ['tcp', 'udp', 'sctp', 'icmp'];

const PORT_MAX = 65535;
const MARK_MAX = 0xffffffff;
const COUNT_MAX = 100_000;
const TIMEOUT_MS_MAX = 600_000;
const SIZE_MAX = 65_507;
/** The kernel keeps -1 for nobody. */
const ID_MAX = 0xfffffffe;

export function readListeners(list: Spot, value: unknown, namespaces: ReadonlySet<string>): readonly ListenerPlan[] {
  const ids = new Set<string>();
  const sockets = new Set<string>();
  return arrayAt(list, value).flatMap((each, i) => {
    const spot = inside(list, i);
    const object = objectAt(spot, each, LISTENER_FIELDS);
    if (object === undefined) return [];
    const id = idAt(spot, object['id'], ids);
    const netns = netnsAt(spot, object['netns'], namespaces);
    const proto = wordAt(inside(spot, 'proto'), object['proto'], LISTENER_PROTOCOLS, 'tcp');
    const ip = ipAt(inside(spot, 'ip'), object['ip']) ?? '0.0.0.0';
    const port = portAt(inside(spot, 'port'), object['port']);
    if (id === undefined || netns === undefined || port === undefined) return [];
    const socket = `${netns} ${proto} ${ip} ${port}`;
    const shares = object['reuseport'] === true;
    if (sockets.has(socket) && !shares) note(spot, 'port-taken', `another listener has ${proto} ${ip}:${port} of \`${netns}\` already`);
    sockets.add(socket);
    return [{ id, netns, proto, ip, port, ...readBinding(spot, object), ...readOwner(spot, object) }];
  });
}

/** Absent options stay absent. */
function readBinding(spot: Spot, object: JsonObject): Partial<ListenerPlan> {
  const options = ['v6only', 'reuseport', 'freebind', 'transparent'] as const;
  const given = options.map((option) => [option, booleanAt(inside(spot, option), object[option])] as const);
  if (object['v6only'] !== undefined && !String(object['ip']).includes(':'))
    note(inside(spot, 'v6only'), 'not-ipv6', 'is for listeners on an address of IPv6');
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

export function readProbes(list: Spot, value: unknown, namespaces: ReadonlySet<string>): readonly ProbePlan[] {
  const known: Known = { ids: new Set(), namespaces, earlier: new Map() };
  return arrayAt(list, value).flatMap((each, i) => {
    const spot = inside(list, i);
    const object = objectAt(spot, each, PROBE_FIELDS);
    if (object === undefined) return [];
    const probe = object['reuse'] === undefined ? readProbe(spot, object, known) : readFurther(spot, object, known);
    if (probe === undefined) return [];
    known.earlier.set(probe.id, probe);
    return [probe];
  });
}

interface Known {
  readonly ids: Set<string>;
  readonly namespaces: ReadonlySet<string>;
  readonly earlier: Map<string, ProbePlan>;
}

function readProbe(spot: Spot, object: JsonObject, known: Known): ProbePlan | undefined {
  const id = idAt(spot, object['id'], known.ids);
  const netns = netnsAt(spot, object['netns'], known.namespaces);
  const proto = wordAt(inside(spot, 'proto'), object['proto'], PROBE_PROTOCOLS, 'tcp');
  const dst =
    object['dst'] === undefined ? note(inside(spot, 'dst'), 'missing-field', 'is missing') : ipAt(inside(spot, 'dst'), object['dst']);
  const dport = proto === 'icmp' ? echoPort(inside(spot, 'dport'), object['dport']) : portAt(inside(spot, 'dport'), object['dport']);
  const src = ipAt(inside(spot, 'src'), object['src']);
  const sport = integerAt(inside(spot, 'sport'), object['sport'], 1, PORT_MAX);
  const mark = integerAt(inside(spot, 'mark'), object['mark'], 0, MARK_MAX);
  const count = integerAt(inside(spot, 'count'), object['count'], 1, COUNT_MAX);
  const timeoutMs = timeoutAt(spot, object);
  const options = { ...readSocket(spot, object), ...readConversation(spot, object, known.namespaces) };
  if (options.keep === true && count !== undefined && count > 1)
    note(inside(spot, 'keep'), 'many-sockets', 'one socket is kept, and `count` opens several');
  if (id === undefined || netns === undefined || dst === undefined) return undefined;
  return { id, netns, proto, dst, dport, src, sport, mark, count, timeoutMs, ...options };
}

/** Uses the socket of an earlier probe; a socket goes by the name of the probe that opened it. */
function readFurther(spot: Spot, object: JsonObject, known: Known): ProbePlan | undefined {
  const id = idAt(spot, object['id'], known.ids);
  const used = inheritedEnds(spot, object, known.earlier);
  const options = { ...readSocket(spot, object), ...readConversation(spot, object, known.namespaces) };
  if (id === undefined || used === undefined) return undefined;
  const { netns, proto, dst, dport, src, sport, mark } = used;
  const reuse = used.reuse ?? used.id;
  // A socket that is not kept again is gone for those after.
  if (options.keep !== true)
    for (const [name, one] of known.earlier) if ((one.reuse ?? name) === reuse) known.earlier.set(name, { ...one, keep: false });
  return { id, netns, proto, dst, dport, src, sport, mark, count: undefined, timeoutMs: timeoutAt(spot, object), ...options, reuse };
}

function timeoutAt(spot: Spot, object: JsonObject): number | undefined {
  return integerAt(inside(spot, 'timeout_ms'), object['timeout_ms'], 1, TIMEOUT_MS_MAX);
}

/** Absent options stay absent, so that a plan reads as it was written. */
function readSocket(spot: Spot, object: JsonObject): Partial<ProbePlan> {
  const size = integerAt(inside(spot, 'size'), object['size'], 1, SIZE_MAX);
  const df = booleanAt(inside(spot, 'df'), object['df']);
  const broadcast = booleanAt(inside(spot, 'broadcast'), object['broadcast']);
  if (broadcast === true && object['proto'] !== 'udp') note(inside(spot, 'broadcast'), 'not-udp', 'is for probes of `udp` alone');
  const tos = integerAt(inside(spot, 'tos'), object['tos'], 0, 255);
  const ttl = integerAt(inside(spot, 'ttl'), object['ttl'], 1, 255);
  const device = stringAt(inside(spot, 'device'), object['device']);
  const given = Object.entries({ size, df, broadcast, tos, ttl, device }).filter(([, value]) => value !== undefined);
  return { ...(Object.fromEntries(given) as Partial<ProbePlan>), ...readOwner(spot, object) };
}

function readOwner(spot: Spot, object: JsonObject): { readonly uid?: number; readonly gid?: number } {
  const uid = integerAt(inside(spot, 'uid'), object['uid'], 0, ID_MAX);
  const gid = integerAt(inside(spot, 'gid'), object['gid'], 0, ID_MAX);
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

function idAt(spot: Spot, value: unknown, ids: Set<string>): string | undefined {
  const id = requiredString(inside(spot, 'id'), value);
  if (id === undefined) return undefined;
  if (ids.has(id)) note(inside(spot, 'id'), 'id-twice', `the id \`${id}\` stands twice`);
  ids.add(id);
  return id;
}

function netnsAt(spot: Spot, value: unknown, namespaces: ReadonlySet<string>): string | undefined {
  const netns = requiredString(inside(spot, 'netns'), value);
  if (netns === undefined || namespaces.has(netns)) return netns;
  return note(inside(spot, 'netns'), 'unknown-netns', `there is no namespace \`${netns}\``, didYouMean(netns, namespaces));
}

function ipAt(spot: Spot, value: unknown): string | undefined {
  const text = stringAt(spot, value);
  if (text === undefined || parseIp(text) !== undefined) return text;
  return note(spot, 'bad-address', `must be an IP address, but is \`${text}\``);
}

function portAt(spot: Spot, value: unknown): number | undefined {
  if (value === undefined) return note(spot, 'missing-field', 'is missing');
  return integerAt(spot, value, 1, PORT_MAX);
}

function echoPort(spot: Spot, value: unknown): undefined {
  return value === undefined ? undefined : note(spot, 'port-of-icmp', 'an ICMP echo has no port');
}
