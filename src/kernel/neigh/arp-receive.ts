/**
 * An ARP frame that reached a host: arp_process of net/ipv4/arp.c. Requests are answered for own addresses as arp_ignore allows, and
 * for others with proxy_arp; both kinds teach. Left out: proxy_delay (the answer comes at once), private VLAN proxies.
 * A program may answer for addresses of its own, whatever the host thinks of them. Nobody here says anything unasked, of which alone arp_accept,
 * arp_notify and drop_gratuitous_arp speak.
 */
import { maskOf } from '../../base/cidr.js';
import type { Ipv4 } from '../../base/ip.js';
import type { ArpFrame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { learnNeighbour } from '../apply.js';
import { sendFrame } from '../link/send-frame.js';
import type { Device } from '../namespace.js';
import { SCOPE } from '../../plan/iproute2/scope.js';
import { routeInput } from '../route/input.js';
import { routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';

export function receiveArp(rt: Runtime, device: Device, frame: ArpFrame, waiting: IpPacket | undefined): void {
  if (device.noArp || (frame.dst !== device.mac && frame.dst !== 0xffffffffffff)) return;
  if (frame.op === 'reply') return learnNeighbour(rt, device, frame.senderIp, frame.senderMac, false);
  const answers = mustAnswer(rt, device, frame);
  learnNeighbour(rt, device, frame.senderIp, frame.senderMac, answers);
  if (answers) reply(rt, device, frame, waiting);
  if (device.spoken?.has(frame.targetIp) === true) reply(rt, device, frame, waiting);
}

function mustAnswer(rt: Runtime, device: Device, frame: ArpFrame): boolean {
  const target = frame.targetIp;
  if (target >>> 24 === 127 && !device.conf.routeLocalnet) return false;
  const decision = routeInput(rt, device, frame.senderIp, target, 0);
  if (decision.kind === 'local')
    return decision.route?.type === 'local' && !ignores(device, target, frame.senderIp) && !filters(rt, device, target, frame.senderIp);
  if (decision.kind !== 'forward' || !device.conf.forwarding) return false;
  const away = decision.route?.device !== device;
  return away && (device.conf.proxyArp || device.proxies?.has(target) === true);
}

/**
 * arp_ignore: 1 wants the address on this device, 2 the sender in its subnet too, 3 on any device as an address of more than the host, 8 answers
 * nobody; the others are as 0 (arp_ignore of net/ipv4/arp.c).
 */
function ignores(device: Device, target: Ipv4, sender: Ipv4): boolean {
  switch (device.conf.arpIgnore) {
    case 1:
      return !device.addresses.some(({ ip }) => ip === target);
    case 2:
      return !isAmong(device.addresses, target, sender);
    case 3:
      return !device.ns.devices.some(({ addresses }) => addresses.some(({ ip, scope }) => ip === target && scope <= SCOPE.link));
    case 8:
      return true;
    default:
      return false;
  }
}

/** Both may be in the subnet of another address of the device (confirm_addr_indev). */
function isAmong(addresses: Device['addresses'], target: Ipv4, sender: Ipv4): boolean {
  const holds = (ip: Ipv4, length: number, other: Ipv4): boolean => ((ip ^ other) & maskOf(length)) === 0;
  const known = addresses.some(({ ip }) => ip === target);
  return known && addresses.some(({ ip, length }) => holds(ip, length, target) && holds(ip, length, sender));
}

/** arp_filter: only by the device that the way back to the asker leaves by. */
function filters(rt: Runtime, device: Device, target: Ipv4, sender: Ipv4): boolean {
  if (!device.conf.arpFilter) return false;
  const { device: back, error } = routeOutput(rt, device.ns, { dst: sender, src: target, mark: 0 });
  return error !== undefined || back !== device;
}

function reply(rt: Runtime, device: Device, request: ArpFrame, waiting: IpPacket | undefined): void {
  const frame: ArpFrame = {
    kind: 'arp',
    src: device.mac,
    dst: request.senderMac,
    op: 'reply',
    senderMac: device.mac,
    senderIp: request.targetIp,
    targetMac: request.senderMac,
    targetIp: request.senderIp,
  };
  sendFrame(rt, device, frame, 0, waiting);
}
