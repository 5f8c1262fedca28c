/**
 * An ARP frame that reached a host: arp_process of net/ipv4/arp.c. Requests are answered for own addresses as arp_ignore allows, and
 * for others with proxy_arp; both kinds teach. Left out: arp_accept, proxy_delay (the answer comes at once), private VLAN proxies.
 */
import { maskOf } from '../../base/cidr.js';
import { unsupported } from '../../base/errors.js';
import type { Ipv4 } from '../../base/ip.js';
import type { ArpFrame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { learnNeighbour } from '../apply.js';
import { sendFrame } from '../link/send-frame.js';
import type { Device } from '../namespace.js';
import { routeInput } from '../route/input.js';
import type { Runtime } from '../runtime.js';

export function receiveArp(rt: Runtime, device: Device, frame: ArpFrame, waiting: IpPacket | undefined): void {
  if (device.noArp || (frame.dst !== device.mac && frame.dst !== 0xffffffffffff)) return;
  if (frame.op === 'reply') return learnNeighbour(rt, device, frame.senderIp, frame.senderMac, false);
  const answers = mustAnswer(rt, device, frame);
  learnNeighbour(rt, device, frame.senderIp, frame.senderMac, answers);
  if (answers) reply(rt, device, frame, waiting);
}

function mustAnswer(rt: Runtime, device: Device, frame: ArpFrame): boolean {
  const target = frame.targetIp;
  if (target >>> 24 === 127 && !device.conf.routeLocalnet) return false;
  const decision = routeInput(rt, device, frame.senderIp, target, 0);
  if (decision.kind === 'local') return decision.route?.type === 'local' && !ignores(device, target, frame.senderIp);
  if (decision.kind !== 'forward' || !device.conf.forwarding) return false;
  const away = decision.route?.device !== device;
  return away && (device.conf.proxyArp || device.proxies?.has(target) === true);
}

/** arp_ignore: 1 wants the address on this device, 2 the sender in its subnet too, 8 answers nobody. */
function ignores(device: Device, target: Ipv4, sender: Ipv4): boolean {
  const { arpIgnore, arpFilter } = device.conf;
  if (arpFilter) throw unsupported('arp-filter', `${device.ns.name}: arp_filter of ${device.name} is not modelled`);
  if (arpIgnore === 0) return false;
  if (arpIgnore === 1) return !device.addresses.some(({ ip }) => ip === target);
  if (arpIgnore === 2) return !device.addresses.some(({ ip, length }) => ip === target && ((ip ^ sender) & maskOf(length)) === 0);
  if (arpIgnore === 8) return true;
  throw unsupported('arp-ignore', `${device.ns.name}: arp_ignore ${arpIgnore} of ${device.name} is not modelled`);
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
