/** A look-up in the shape that claims are judged by, without knowing them. */
import type { Cause, Trace } from '../../trace/trace.js';
import type { TraceQuery } from '../contract.js';
import type { Simulation } from '../simulation.js';
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

/** Programs go by the first that works: IPv4 before the IPv6 of private ranges (RFC 6724). */
export function oneFamily(addresses: readonly string[]): readonly string[] {
  const four = addresses.filter((address) => !address.includes(':'));
  return four.length > 0 ? four : addresses;
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
