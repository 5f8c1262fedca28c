/**
 * ipvlan devices (drivers/net/ipvlan/ipvlan_core.c): several namespaces behind one MAC address, told apart by their IP addresses. In l2 mode they
 * ask and answer ARP themselves; in l3 mode they have no link layer, and what they send is routed in the namespace of the device below,
 * through its OUTPUT and POSTROUTING. Siblings reach each other inside. The answers of Linux 6.1 are in fixtures/kernel/links. Left out: l3s, private, vepa.
 */
import type { Ip } from '../../base/ip.js';
import { isGroupMac } from '../../base/mac.js';
import type { Frame } from '../../packet/frame.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDrop } from '../record.js';
import { routeOutput } from '../route/output.js';
import type { InFlight, Runtime } from '../runtime.js';
import type { Sent } from './macvlan.js';
import { arrive, type Stacked, uppersOf } from './uppers.js';

type Ipvlan = Stacked & { readonly kind: 'ipvlan' };

/** ipvlan_handle_frame. True if the frame is the device's below as well. */
export function receiveForIpvlans(rt: Runtime, uppers: readonly Device[], item: InFlight): boolean {
  const { frame } = item;
  if (isGroupMac(frame.dst) && uppers.some(({ stacked }) => stacked?.kind === 'ipvlan' && stacked.mode === 'l2')) {
    for (const upper of uppers) if (upper.kind === 'ipvlan' && upper.up) arrive(rt, upper, item.device, frame, item.waiting, item.mark);
    return true;
  }
  const upper = holderOf(uppers, addressee(frame));
  if (upper !== undefined) arrive(rt, upper, item.device, frame, item.waiting, item.mark);
  return upper === undefined;
}

/** ipvlan_xmit_mode_l2: frames to the own MAC address are for a sibling, or for the host below. True if the frame goes out by the device below. */
export function sendByIpvlan(rt: Runtime, device: Device, { lower }: Ipvlan, { frame, mark, waiting }: Sent): boolean {
  const siblings = uppersOf(rt, lower);
  if (frame.dst === device.mac) {
    arrive(rt, holderOf(siblings, addressee(frame)) ?? lower, device, frame, waiting, mark);
    return false;
  }
  if (isGroupMac(frame.dst)) {
    for (const sibling of siblings)
      if (sibling !== device && sibling.kind === 'ipvlan' && sibling.up) arrive(rt, sibling, device, frame, waiting, mark);
  }
  return true;
}

/** ipvlan_xmit_mode_l3. */
export function routeBelow(rt: Runtime, device: Device, { packet, mark }: Passage): void {
  const { lower } = device.stacked as Ipvlan;
  const sibling = holderOf(uppersOf(rt, lower), packet.dst);
  const kept = lower.ns === device.ns ? mark : 0;
  if (sibling !== undefined) {
    const { mac } = sibling;
    return arrive(rt, sibling, device, { kind: 'ip', src: mac, dst: mac, packet }, undefined, mark);
  }
  const { ns } = lower;
  const decision = routeOutput(rt, ns, { dst: packet.dst as number, src: packet.src as number, mark: kept, oif: lower });
  if (decision.route === undefined || decision.error !== undefined)
    return recordDrop(rt, ns, packet, 'IP_OUTNOROUTES', () => `no route by ${lower.name}, on which ${device.name} stands`, {
      device: lower,
    });
  rt.tunnelled.push({ ns, packet, leg: rt.leg, mark: kept, about: undefined, fromClient: false, decision });
}

function addressee(frame: Frame): Ip {
  return frame.kind === 'ip' ? frame.packet.dst : frame.targetIp;
}

function holderOf(uppers: readonly Device[], ip: Ip): Device | undefined {
  return uppers.find((upper) => upper.kind === 'ipvlan' && upper.up && upper.addresses.some((address) => address.ip === ip));
}
