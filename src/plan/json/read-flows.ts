/** Listeners and probes of a plan's JSON. */
import { parseIp } from '../../base/ip.js';
import { nearest } from '../../base/nearest.js';
import type { ListenerPlan, ProbePlan, ProbeProtocol } from '../plan.js';
import { arrayAt, integerAt, note, objectAt, type Path, type Problems, requiredString, stringAt, wordAt } from './fields.js';

const LISTENER_FIELDS = ['id', 'netns', 'proto', 'ip', 'port'];
const PROBE_FIELDS = ['id', 'netns', 'proto', 'dst', 'dport', 'src', 'sport', 'mark', 'count', 'timeout_ms'];
const LISTENER_PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
const PROBE_PROTOCOLS: readonly ProbeProtocol[] = ['tcp', 'udp', 'sctp', 'icmp'];

const PORT_MAX = 65535;
const MARK_MAX = 0xffffffff;
const COUNT_MAX = 100_000;
const TIMEOUT_MS_MAX = 600_000;

export function readListeners(problems: Problems, value: unknown, namespaces: ReadonlySet<string>): readonly ListenerPlan[] {
  const ids = new Set<string>();
  const sockets = new Set<string>();
  return arrayAt(problems, ['listeners'], value).flatMap((each, i) => {
    const path = ['listeners', i];
    const object = objectAt(problems, path, each, LISTENER_FIELDS);
    if (object === undefined) return [];
    const id = idAt(problems, path, object['id'], ids);
    const netns = netnsAt(problems, path, object['netns'], namespaces);
    const proto = wordAt(problems, [...path, 'proto'], object['proto'], LISTENER_PROTOCOLS, 'tcp');
    const ip = ipAt(problems, [...path, 'ip'], object['ip']) ?? '0.0.0.0';
    const port = portAt(problems, [...path, 'port'], object['port']);
    if (id === undefined || netns === undefined || port === undefined) return [];
    const socket = `${netns} ${proto} ${ip} ${port}`;
    if (sockets.has(socket)) note(problems, path, 'port-taken', `another listener has ${proto} ${ip}:${port} of \`${netns}\` already`);
    sockets.add(socket);
    return [{ id, netns, proto, ip, port }];
  });
}

export function readProbes(problems: Problems, value: unknown, namespaces: ReadonlySet<string>): readonly ProbePlan[] {
  const ids = new Set<string>();
  return arrayAt(problems, ['probes'], value).flatMap((each, i) => readProbe(problems, ['probes', i], each, { ids, namespaces }) ?? []);
}

interface Known {
  readonly ids: Set<string>;
  readonly namespaces: ReadonlySet<string>;
}

function readProbe(problems: Problems, path: Path, value: unknown, known: Known): ProbePlan | undefined {
  const object = objectAt(problems, path, value, PROBE_FIELDS);
  if (object === undefined) return undefined;
  const id = idAt(problems, path, object['id'], known.ids);
  const netns = netnsAt(problems, path, object['netns'], known.namespaces);
  const proto = wordAt(problems, [...path, 'proto'], object['proto'], PROBE_PROTOCOLS, 'tcp');
  const dst = object['dst'] === undefined ? note(problems, [...path, 'dst'], 'missing-field', 'is missing') : ipAt(problems, [...path, 'dst'], object['dst']);
  const dport = proto === 'icmp' ? echoPort(problems, [...path, 'dport'], object['dport']) : portAt(problems, [...path, 'dport'], object['dport']);
  const src = ipAt(problems, [...path, 'src'], object['src']);
  const sport = integerAt(problems, [...path, 'sport'], object['sport'], 1, PORT_MAX);
  const mark = integerAt(problems, [...path, 'mark'], object['mark'], 0, MARK_MAX);
  const count = integerAt(problems, [...path, 'count'], object['count'], 1, COUNT_MAX);
  const timeoutMs = integerAt(problems, [...path, 'timeout_ms'], object['timeout_ms'], 1, TIMEOUT_MS_MAX);
  if (id === undefined || netns === undefined || dst === undefined) return undefined;
  return { id, netns, proto, dst, dport, src, sport, mark, count, timeoutMs };
}

function idAt(problems: Problems, path: Path, value: unknown, ids: Set<string>): string | undefined {
  const id = requiredString(problems, [...path, 'id'], value);
  if (id === undefined) return undefined;
  if (ids.has(id)) note(problems, [...path, 'id'], 'id-twice', `the id \`${id}\` stands twice`);
  ids.add(id);
  return id;
}

function netnsAt(problems: Problems, path: Path, value: unknown, namespaces: ReadonlySet<string>): string | undefined {
  const netns = requiredString(problems, [...path, 'netns'], value);
  if (netns === undefined || namespaces.has(netns)) return netns;
  const near = nearest(netns, namespaces);
  return note(problems, [...path, 'netns'], 'unknown-netns', `there is no namespace \`${netns}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

function ipAt(problems: Problems, path: Path, value: unknown): string | undefined {
  const text = stringAt(problems, path, value);
  if (text === undefined || parseIp(text) !== undefined) return text;
  return note(problems, path, 'bad-address', `must be an IP address, but is \`${text}\``);
}

function portAt(problems: Problems, path: Path, value: unknown): number | undefined {
  if (value === undefined) return note(problems, path, 'missing-field', 'is missing');
  return integerAt(problems, path, value, 1, PORT_MAX);
}

function echoPort(problems: Problems, path: Path, value: unknown): undefined {
  return value === undefined ? undefined : note(problems, path, 'port-of-icmp', 'an ICMP echo has no port');
}
