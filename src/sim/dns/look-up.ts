/** A look-up in the shape that claims are judged by, without knowing them. */
import { type Cidr, cidrContains, parseCidr } from '../../base/cidr.js';
import { type Ip, parseIp } from '../../base/ip.js';
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import { podIps } from '../../api/object/pod-ips.js';
import type { Cause, Trace } from '../../trace/trace.js';
import type { TraceQuery } from '../contract.js';
import type { Simulation } from '../simulation.js';
import { nodeAddresses } from '../lookup.js';
import { libcOf } from './pod-conf.js';
import { type AskedName, resolveName } from './resolve-name.js';

export interface LookedUpName {
  readonly found: readonly string[];
  readonly result: string;
  readonly asked: readonly string[];
  readonly seconds: number;
  readonly lost: { readonly verdict: Trace['outcomes'][number]['verdict']; readonly cause: Cause | null } | undefined;
  /** The traffic that it was, of servers that asked on too. */
  readonly traffic: readonly TraceQuery[];
}

const PRIVATE6 = parseCidr('fc00::/7') as Cidr;

/**
 * Those of the family that a program calls first (RFC 6724), among those that the sender has an address of. It is IPv6, unless that would lead from a private
 * range into the world, which the labels forbid; and musl puts IPv4 before private ranges, of which glibc's table says nothing.
 */
export function oneFamily(simulation: Simulation, from: string, addresses: readonly string[]): readonly string[] {
  const of = (family: IpFamily): readonly string[] => addresses.filter((address) => familyOfText(address) === family);
  const [four, six] = [of('IPv4'), of('IPv6')];
  if (four.length === 0 || six.length === 0) return addresses;
  const own = ownAddresses(simulation, from);
  const families = new Set(own.map(familyOfText));
  if (families.size === 1) return families.has('IPv4') ? four : six;
  const isPrivate = six.every(isPrivate6);
  if (isPrivate !== own.filter((address) => familyOfText(address) === 'IPv6').some(isPrivate6)) return four;
  return isPrivate && libcOf(simulation, from) === 'musl' ? four : six;
}

function isPrivate6(address: string): boolean {
  return cidrContains(PRIVATE6, parseIp(address) as Ip);
}

function ownAddresses(simulation: Simulation, from: string): readonly string[] {
  const [kind, ...names] = simulation.source(from).text.split('/');
  const view = simulation.view();
  const name = names.at(-1)?.split('#')[0] ?? '';
  if (kind === 'pod') return podIps(view.get('Pod', names[0], name) ?? {});
  const node = kind === 'node' ? view.get('Node', undefined, name) : undefined;
  return node === undefined ? [] : nodeAddresses(node);
}

export function isAnswered({ outcomes }: Trace): boolean {
  return outcomes.every(({ verdict }) => verdict === 'delivered');
}

interface Wanted {
  readonly from: string;
  readonly name: string;
  /** Of the record; addresses unless given. */
  readonly type?: string | undefined;
  /** Addresses of the families that count; all unless given. */
  readonly families?: readonly string[] | undefined;
}

export function lookUp(simulation: Simulation, { from, name, type, families }: Wanted): LookedUpName {
  const types = type === undefined ? ['A', 'AAAA'] : [type];
  const { answer, result, queries, lost, seconds, traffic } = resolveName(simulation, { from, name, types });
  const failed = lost?.outcomes.find(({ verdict }) => verdict !== 'delivered');
  const found = answer.filter((record) => types.includes(record.type)).map(({ data }) => data.replaceAll('"', ''));
  const counts = (one: string): boolean => families === undefined || families.some((other) => other.includes(':') === one.includes(':'));
  return {
    found: found.filter(counts),
    result,
    asked: askedLines(queries),
    seconds,
    traffic,
    lost: failed === undefined ? undefined : { verdict: failed.verdict, cause: failed.cause },
  };
}

/** Questions of one name that came to the same stand in one line. */
function askedLines(queries: readonly AskedName[]): readonly string[] {
  const lines = new Map<string, Set<string>>();
  for (const { name, type, server, rcode, transport } of queries) {
    const key = `${server}${transport === 'tcp' ? ' by TCP' : ''}: ${rcode}`;
    const types = lines.get(`${name} ${key}`) ?? new Set<string>();
    lines.set(`${name} ${key}`, types.add(type));
  }
  return [...lines].map(([key, types]) => key.replace(' ', ` ${[...types].join(' and ')} from `));
}
