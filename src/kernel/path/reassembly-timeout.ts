/**
 * A packet of which not all parts came is given up after a time (ip_expire of net/ipv4/ip_fragment.c, ip6frag_expire_frag_queue of
 * include/net/ipv6_frag.h), and its sender told, if the first part is there, which says who that is: ICMP 11/1 by the host that it was for, never
 * by one that only gathered it for connection tracking; ICMPv6 3/1 by whoever gathered it. Left out: a flow that ends before is not told.
 */
import { TIME_EXCEEDED6 } from '../ipv6/icmp-types.js';
import { sendIcmpv6Error } from '../ipv6/path/icmp-error.js';
import { recordDrop } from '../record.js';
import { isLocalAddress } from '../route/address-type.js';
import type { Runtime } from '../runtime.js';
import { sendIcmpError, TIME_EXCEEDED } from './icmp-error.js';
import type { PartialPacket } from './reassemble.js';

const REASSEMBLY = 1;

/** What is given up next. */
export function nextPartial({ partials }: Runtime): PartialPacket | undefined {
  let next: PartialPacket | undefined;
  for (const partial of partials) if (next === undefined || partial.dueUs < next.dueUs) next = partial;
  return next;
}

export function giveUpPartial(rt: Runtime, partial: PartialPacket): void {
  const { ns, passage, like, device, leg } = partial;
  rt.partials.splice(rt.partials.indexOf(partial), 1);
  rt.leg = leg;
  rt.frame = undefined;
  recordDrop(rt, ns, like, 'FRAG_REASM_TIMEOUT', () => missing(partial), { device });
  if (passage === undefined) return;
  const { src, dst } = passage.packet;
  if (typeof src !== 'number') sendIcmpv6Error(rt, ns, passage, { type: TIME_EXCEEDED6, code: REASSEMBLY, inDevice: device });
  else if (isLocalAddress(ns, dst as number)) sendIcmpError(rt, ns, passage, { type: TIME_EXCEEDED, code: REASSEMBLY, inDevice: device });
}

/** Bytes that are here. */
function missing({ lengths, total, first }: PartialPacket): string {
  let sum = 0;
  for (const length of lengths.values()) sum += length;
  const came = first === undefined ? 'the first fragment is missing' : `${sum}${total < 0 ? '' : ` of ${total}`} bytes came`;
  return `${came} before the time to wait for the rest was over`;
}
