/**
 * The parts of a packet that a rule asks a set about: `src` or `dst` for each dimension (ip_set_get_ip4_port, the kadt of each type). A link address is
 * that of the frame in which the packet came; what was made here, or came over the loopback, has none. Of sets with
 * link addresses the kernel 6.18 at hand has bitmap:ip,mac alone: 6.1 was asked about the others.
 */
import { networkOf } from '../../../base/cidr.js';
import { unsupported } from '../../../base/errors.js';
import type { Ip } from '../../../base/ip.js';
import type { ElementPart, IpSetPlan, PartKind } from '../../../plan/ipset/ip-set.js';
import { SET_TYPES } from '../../../plan/ipset/set-types.js';
import { PROTO } from '../../../packet/ip-packet.js';
import type { Evaluation } from '../evaluation.js';
import { type PartValue, portKey } from './element-index.js';

export type Side = 'src' | 'dst';

/** Undefined when the packet lacks one of them, or the rule names fewer than the set has. */
export function packetParts(e: Evaluation, set: IpSetPlan, sides: readonly Side[]): PartValue[] | undefined {
  const { parts } = SET_TYPES[set.type];
  if (sides.length < parts.length || !ofFamily(e, set)) return undefined;
  const values: PartValue[] = [];
  for (let i = 0; i < parts.length; i++) {
    const value = partOf(e, set, parts[i] as PartKind, sides[i] === 'src');
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

export function ofFamily({ passage: { packet } }: Evaluation, { family }: IpSetPlan): boolean {
  return family === 'any' || (family === 'inet6') === (typeof packet.src === 'bigint');
}

function partOf(e: Evaluation, set: IpSetPlan, kind: PartKind, source: boolean): PartValue | undefined {
  const { packet, mark } = e.passage;
  switch (kind) {
    case 'ip':
    case 'net':
      return masked(source ? packet.src : packet.dst, set);
    case 'port':
      return portOf(e, set.type === 'bitmap:port', source);
    case 'mark':
      return (mark & (set.options.markmask ?? -1)) >>> 0;
    case 'iface':
      return source ? e.inDevice : e.outDevice;
    case 'mac':
      return (source ? e.host.frameSource?.() : e.host.frameDestination?.()) || undefined;
    case 'set':
      return undefined;
  }
}

function masked(ip: Ip, { options: { netmask, bitmask } }: IpSetPlan): Ip {
  if (netmask !== undefined) return networkOf(ip, netmask);
  if (bitmask === undefined) return ip;
  return typeof ip === 'number' ? ip & (bitmask as number) : ip & (bitmask as bigint);
}

/** Of a fragment behind the first they have none (ip_set_get_ip4_port). */
const WITH_PORTS: readonly number[] = [PROTO.tcp, PROTO.udp, PROTO.sctp, PROTO.icmp, PROTO.icmpv6];

/** A bitmap of ports knows TCP and UDP alone, and does not tell them apart. */
function portOf({ passage: { packet } }: Evaluation, bitmap: boolean, source: boolean): number | undefined {
  const { l4, proto } = packet;
  if (bitmap && proto !== PROTO.tcp && proto !== PROTO.udp) return undefined;
  // Protocols without ports match fragments as they match all else.
  if (l4.kind === 'part') return WITH_PORTS.includes(proto) ? undefined : portKey(bitmap ? undefined : proto, 0);
  const port = l4.kind === 'icmp' ? (l4.type << 8) | l4.code : source ? l4.sport : l4.dport;
  return portKey(bitmap ? undefined : proto, port);
}

/** The element that SET makes of a packet; a network gets the longest prefix length that the set has (INIT_CIDR). */
export function elementOf(set: IpSetPlan, values: readonly PartValue[], lengths: readonly (number | undefined)[]): ElementPart[] {
  return SET_TYPES[set.type].parts.map((kind, i): ElementPart => {
    const value = values[i] as PartValue;
    switch (kind) {
      case 'ip':
        return { kind, ip: value as Ip };
      case 'net': {
        const length = lengths[i] ?? (typeof value === 'bigint' ? 128 : 32);
        return { kind, ip: networkOf(value as Ip, length), length };
      }
      case 'port':
        return set.type === 'bitmap:port'
          ? { kind, proto: undefined, port: value as number }
          : { kind, proto: (value as number) >> 16, port: (value as number) & 0xffff };
      case 'mark':
        return { kind, mark: value as number };
      case 'iface':
        return { kind, name: value as string, physdev: false, wildcard: false };
      case 'mac':
        return { kind, mac: value as number };
      case 'set':
        throw unsupported('ipset-list', `the set ${set.name}: -j SET of a list in a list is not modelled`);
    }
  });
}
