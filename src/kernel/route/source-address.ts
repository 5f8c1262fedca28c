/** Which of a host's addresses a packet takes: inet_select_addr of net/ipv4/devinet.c. Not modelled: VRFs. */
import { maskOf } from '../../base/cidr.js';
import type { Ipv4 } from '../../base/ip.js';
import { SCOPE } from '../../plan/iproute2/scope.js';
import type { Device, Namespace } from '../namespace.js';

/**
 * An address of `device` of at most `scope`, in the subnet of `dst` if there is one (0: any), else its first, else one of any other
 * device; 0 if the host has none.
 */
export function selectAddress(ns: Pick<Namespace, 'devices'>, device: Device, dst: Ipv4, scope: number): Ipv4 {
  let first = 0;
  const localnet = device.conf.routeLocalnet;
  for (const address of device.addresses) {
    if (address.secondary || (localnet ? Math.min(address.scope, SCOPE.link) : address.scope) > scope) continue;
    if (dst === 0 || ((dst ^ address.ip) & maskOf(address.length)) === 0) return address.ip;
    if (first === 0) first = address.ip;
  }
  if (first !== 0) return first;
  for (const other of ns.devices) {
    for (const address of other.addresses) {
      if (!address.secondary && address.scope !== SCOPE.link && address.scope <= scope) return address.ip;
    }
  }
  return 0;
}
