/** What a walk may look at in a packet, as integers: the parts that consulted.ts names. IPv4 alone. */
import type { Evaluation } from '../evaluation.js';
import { type Consulted, FIELD } from './consulted.js';

/** Parts that are not asked for are 0. */
export interface Sight {
  src: number;
  dst: number;
  /** Source port << 16 | destination port. */
  ports: number;
  mark: number;
  /** protocol | state << 8 | type of the source << 12 | whether there are ports << 16. */
  kinds: number;
  inDevice: string;
  outDevice: string;
}

const NO_DEVICE = '';

export function newSight(): Sight {
  return { src: 0, dst: 0, ports: 0, mark: 0, kinds: 0, inDevice: NO_DEVICE, outDevice: NO_DEVICE };
}

/** Fills in what counts of the packet in hand; `mark` is that at the beginning of the walk. */
export function look(sight: Sight, e: Evaluation, mark: number, { fields, srcMask, dstMask }: Consulted): void {
  const { passage } = e;
  const { packet } = passage;
  const { l4 } = packet;
  sight.src = (packet.src as number) & srcMask;
  sight.dst = (packet.dst as number) & dstMask;
  let kinds = (fields & FIELD.proto) === 0 ? 0 : packet.proto;
  let ports = 0;
  if ((fields & (FIELD.sport | FIELD.dport)) !== 0 && l4.kind !== 'icmp') {
    kinds |= 0x10000;
    if ((fields & FIELD.sport) !== 0) ports = l4.sport << 16;
    if ((fields & FIELD.dport) !== 0) ports |= l4.dport;
  }
  sight.ports = ports;
  if ((fields & FIELD.state) !== 0) kinds |= stateCode(passage) << 8;
  if ((fields & FIELD.srcType) !== 0) kinds |= ADDRESS_TYPES.indexOf(e.host.addressType(packet.src)) << 12;
  sight.kinds = kinds;
  sight.mark = (fields & FIELD.mark) === 0 ? 0 : mark | 0;
  sight.inDevice = (fields & FIELD.in) === 0 ? NO_DEVICE : (e.inDevice ?? NO_DEVICE);
  sight.outDevice = (fields & FIELD.out) === 0 ? NO_DEVICE : (e.outDevice ?? NO_DEVICE);
}

const ADDRESS_TYPES = ['UNICAST', 'LOCAL', 'BROADCAST', 'MULTICAST', 'UNSPEC', 'ANYCAST', 'BLACKHOLE', 'UNREACHABLE', 'PROHIBIT'];

/** As -m conntrack sees it: what has no connection is INVALID unless NOTRACK said otherwise. */
function stateCode({ ct, state }: Evaluation['passage']): number {
  if (state === 'UNTRACKED') return 4;
  if (ct === undefined || state === 'INVALID') return 0;
  if (state === 'NEW') return 1;
  return state === 'ESTABLISHED' ? 2 : 3;
}
