/** Asks who has an address: arp_solicit of net/ipv4/arp.c, with the sender address that arp_announce allows. */
import type { Ipv4 } from '../../base/ip.js';
import { maskOf } from '../../base/cidr.js';
import { BROADCAST_MAC, type Mac } from '../../base/mac.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { SCOPE } from '../../plan/iproute2/scope.js';
import { sendFrame } from '../link/send-frame.js';
import type { Device } from '../namespace.js';
import { isLocalAddress } from '../route/address-type.js';
import { selectAddress } from '../route/source-address.js';
import type { Runtime } from '../runtime.js';

/** `waiting` is the packet that needs the answer; `known` the address at which alone it is asked for. */
export function sendArpRequest(rt: Runtime, device: Device, target: Ipv4, waiting: IpPacket | undefined, known?: Mac): void {
  rt.sender = undefined;
  rt.counters.arpExchanges++;
  const senderIp = senderAddress(device, target, (waiting?.src ?? 0) as Ipv4);
  const { mac } = device;
  const frame = {
    kind: 'arp',
    src: mac,
    dst: known ?? BROADCAST_MAC,
    op: 'request',
    senderMac: mac,
    senderIp,
    targetMac: 0,
    targetIp: target,
  } as const;
  sendFrame(rt, device, frame, 0, waiting);
}

function senderAddress(device: Device, target: Ipv4, src: Ipv4): Ipv4 {
  const { arpAnnounce } = device.conf;
  const own = arpAnnounce < 2 && isLocalAddress(device.ns, src);
  if (own && (arpAnnounce === 0 || shareSubnet(device, target, src))) return src;
  return selectAddress(device.ns, device, target, SCOPE.link);
}

/** inet_addr_onlink. */
function shareSubnet(device: Device, a: Ipv4, b: Ipv4): boolean {
  return device.addresses.some(({ ip, length }) => ((ip ^ a) & maskOf(length)) === 0 && ((ip ^ b) & maskOf(length)) === 0);
}
