/**
 * macvlan devices (drivers/net/macvlan.c): several MAC addresses on one device. A frame for one of them is its alone; broadcasts go to all, and to
 * the device below too. In bridge mode siblings reach each other without leaving the host; the host itself and its macvlans never do, for
 * what leaves by the device below does not come back by it. The answers of Linux are in fixtures/kernel/links. Left out: the modes vepa, passthru, source.
 */
import { isGroupMac } from '../../base/mac.js';
import type { Frame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Device } from '../namespace.js';
import type { InFlight, Runtime } from '../runtime.js';
import { recordDevice } from '../record.js';
import { arrive, type Stacked, uppersOf } from './uppers.js';

type Macvlan = Stacked & { readonly kind: 'macvlan' };

/** macvlan_handle_frame. True if the frame is the device's below as well. */
export function receiveForMacvlans(rt: Runtime, uppers: readonly Device[], item: InFlight): boolean {
  const { frame } = item;
  const group = isGroupMac(frame.dst);
  for (const upper of uppers) {
    if (upper.kind !== 'macvlan' || (!group && upper.mac !== frame.dst)) continue;
    if (upper.up) arrive(rt, upper, item.device, frame, item.waiting, item.mark);
    if (!group) return false;
  }
  return true;
}

export interface Sent {
  readonly frame: Frame;
  readonly mark: number;
  /** Of an ARP frame: the packet that waits for the answer. */
  readonly waiting: IpPacket | undefined;
}

/** macvlan_queue_xmit. True if the frame goes out by the device below. */
export function sendByMacvlan(rt: Runtime, device: Device, { lower, mode }: Macvlan, { frame, mark, waiting }: Sent): boolean {
  if (mode !== 'bridge') return true;
  const group = isGroupMac(frame.dst);
  for (const sibling of uppersOf(rt, lower)) {
    if (sibling === device || sibling.stacked?.kind !== 'macvlan' || sibling.stacked.mode !== 'bridge') continue;
    if (!group && sibling.mac !== frame.dst) continue;
    // For its taps a frame between siblings comes in by the device below.
    if (!group && frame.kind === 'ip') recordDevice(rt, 'rx', lower, frame.packet);
    if (sibling.up || !group) arrive(rt, sibling, device, frame, waiting, mark);
    if (!group) return false;
  }
  return true;
}
