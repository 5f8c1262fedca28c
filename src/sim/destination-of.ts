/** Where a packet goes, in the words in which rules are explained. */
import { formatIp } from '../base/ip.js';
import type { RuleDestination } from '../node/agent.js';
import { type IpPacket, PROTO } from '../packet/ip-packet.js';

export function destinationOf({ dst, l4, proto }: IpPacket): RuleDestination {
  const protocol = PROTOCOL_NAMES.get(proto) ?? String(proto);
  return { ip: formatIp(dst), port: 'dport' in l4 ? l4.dport : undefined, protocol };
}

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(PROTO).map(([name, number]) => [number, name]));
