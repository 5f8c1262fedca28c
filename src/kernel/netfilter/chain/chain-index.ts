/**
 * An index of a long chain: rules that name one destination address, or one protocol and destination port, or both, are found by
 * them; all others are always candidates. Candidates are tried in the order of the chain, so the answer and the rule's position are those
 * of a walk from the top.
 */
import { addressBits } from '../../../base/cidr.js';
import type { Ip } from '../../../base/ip.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { Match } from '../../../plan/rule/rule.js';

export interface ChainIndex {
  readonly byAddress: ReadonlyMap<Ip, AddressEntry>;
  /** By `proto << 16 | port`. */
  readonly byPort: ReadonlyMap<number, readonly number[]>;
  readonly always: readonly number[];
}

interface AddressEntry {
  readonly byPort: Map<number, number[]>;
  readonly anyPort: number[];
}

const NONE: readonly number[] = [];

export function indexChain(rules: readonly { readonly matches: readonly Match[] }[]): ChainIndex {
  const byAddress = new Map<Ip, AddressEntry>();
  const byPort = new Map<number, number[]>();
  const always: number[] = [];
  for (const [i, rule] of rules.entries()) {
    const address = exactDestination(rule.matches);
    const port = exactPort(rule.matches);
    if (address !== undefined) {
      const entry = getOrMake(byAddress, address, (): AddressEntry => ({ byPort: new Map(), anyPort: [] }));
      (port === undefined ? entry.anyPort : getOrMake(entry.byPort, port, (): number[] => [])).push(i);
    } else if (port !== undefined) getOrMake(byPort, port, (): number[] => []).push(i);
    else always.push(i);
  }
  return { byAddress, byPort, always };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function exactDestination(matches: readonly Match[]): Ip | undefined {
  const match = matches.find((one) => one.kind === 'destination');
  if (match?.kind !== 'destination' || match.not || match.cidr.length !== addressBits(match.cidr.ip)) return undefined;
  return match.cidr.ip;
}

function exactPort(matches: readonly Match[]): number | undefined {
  const match = matches.find((one) => one.kind === 'destination-port');
  if (match?.kind !== 'destination-port' || match.not || match.ports.from !== match.ports.to) return undefined;
  return (match.proto << 16) | match.ports.from;
}

/** The candidates for a packet as up to four sorted lists, put into `lists`; returns how many. */
export function candidates(index: ChainIndex, packet: IpPacket, lists: (readonly number[])[]): number {
  const { l4 } = packet;
  const port = l4.kind === 'icmp' ? -1 : (packet.proto << 16) | l4.dport;
  let count = 0;
  const entry = index.byAddress.get(packet.dst);
  if (entry !== undefined) {
    lists[count++] = entry.byPort.get(port) ?? NONE;
    lists[count++] = entry.anyPort;
  }
  lists[count++] = index.byPort.get(port) ?? NONE;
  lists[count++] = index.always;
  return count;
}
