/**
 * Devices that stand on another one, in the same namespace or another: VLANs, macvlans, ipvlans. What comes to the device below is theirs first
 * (vlan_do_receive, then its rx_handler); what they send goes out by it, and never up into its own host. Left
 * out: a tag within a tag. The answers of Linux 6.1 are in fixtures/kernel/links.
 */
import { inputError, unsupported } from '../../base/errors.js';
import type { Frame } from '../../packet/frame.js';
import type { LinkPlan } from '../../plan/plan.js';
import { parseIpvlanArgs, parseMacvlanArgs, parseVlanArgs } from '../../plan/iproute2/stacked.js';
import type { Device, DeviceKind } from '../namespace.js';
import { recordDrop } from '../record.js';
import type { InFlight, Runtime } from '../runtime.js';
import { receiveForIpvlans, sendByIpvlan } from './ipvlan.js';
import { receiveForMacvlans, type Sent, sendByMacvlan } from './macvlan.js';
import { arrive, type Stacked, uppersOf } from './uppers.js';

export function isStackedKind(kind: string): boolean {
  return kind === 'vlan' || kind === 'macvlan' || kind === 'ipvlan';
}

export function buildStacked(link: LinkPlan, kind: DeviceKind, lower: Device | undefined, origin: string): Stacked | undefined {
  if (!isStackedKind(kind)) return undefined;
  if (lower === undefined)
    throw inputError('no-link-below', `${origin}: a ${kind} stands on another device`, { fix: 'name it in `link`, as in "link": "eth0"' });
  const args = link.args ?? '';
  if (kind === 'vlan') return { kind, lower, ...parseVlanArgs(args, origin) };
  if (kind === 'macvlan') return { kind, lower, ...parseMacvlanArgs(args, origin) };
  return { kind: 'ipvlan', lower, ...parseIpvlanArgs(args, origin) };
}

/** True if the device itself goes on with the frame. */
export function receiveForUppers(rt: Runtime, device: Device, item: InFlight): boolean {
  const { frame } = item;
  const uppers = uppersOf(rt, device);
  if (frame.vlan !== undefined) return receiveTagged(rt, device, uppers, item);
  const kind = uppers.find(({ stacked }) => stacked?.kind !== 'vlan')?.kind;
  if (kind === 'macvlan') return receiveForMacvlans(rt, uppers, item);
  return kind === 'ipvlan' ? receiveForIpvlans(rt, uppers, item) : true;
}

/** A VLAN that nobody has here is only passed on, by a bridge. */
function receiveTagged(rt: Runtime, device: Device, uppers: readonly Device[], item: InFlight): boolean {
  const { frame } = item;
  const upper = uppers.find(({ stacked, up }) => up && stacked?.kind === 'vlan' && stacked.id === frame.vlan);
  if (upper !== undefined) {
    arrive(rt, upper, device, retagged(frame, undefined), item.waiting, item.mark);
    return false;
  }
  if (device.port !== undefined) return true;
  if (frame.kind === 'ip')
    recordDrop(rt, device.ns, frame.packet, 'OTHERHOST', () => `no VLAN ${frame.vlan} on ${device.name}`, { device });
  return false;
}

/** The frame that goes on by the device below, or undefined where the frame stays among those on top. */
export function sendStacked(rt: Runtime, device: Device, stacked: Stacked, sent: Sent): Frame | undefined {
  if (stacked.kind === 'macvlan') return sendByMacvlan(rt, device, stacked, sent) ? sent.frame : undefined;
  if (stacked.kind === 'ipvlan') return sendByIpvlan(rt, device, stacked, sent) ? sent.frame : undefined;
  // net/8021q/vlan_dev.c
  if (sent.frame.vlan === undefined) return retagged(sent.frame, stacked.id);
  throw unsupported('vlan-in-vlan', `${device.ns.name}: ${device.name} would put a VLAN tag within a tag`);
}

function retagged(frame: Frame, vlan: number | undefined): Frame {
  const tag = vlan === undefined ? {} : { vlan };
  if (frame.kind === 'ip') return { kind: 'ip', src: frame.src, dst: frame.dst, packet: frame.packet, ...tag };
  const { kind, src, dst, op, senderMac, senderIp, targetMac, targetIp } = frame;
  return { kind, src, dst, op, senderMac, senderIp, targetMac, targetIp, ...tag };
}
