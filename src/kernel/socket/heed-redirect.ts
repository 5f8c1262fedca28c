/**
 * A redirect as the host that sent the packet heeds it (__ip_do_redirect of net/ipv4/route.c): from its present gateway alone, where accept_redirects
 * allows, and, without shared_media, towards a host of the same subnet, with secure_redirects one that is a default gateway already. The new
 * gateway must have answered ARP; where it is not known it is asked, and only the next redirect counts. It holds for one destination and five minutes.
 */
import { maskOf } from '../../base/cidr.js';
import type { Ipv4 } from '../../base/ip.js';
import { TABLE } from '../../plan/iproute2/scope.js';
import type { IcmpMessage } from '../../packet/icmp.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { awaitAnswer, touch } from '../apply.js';
import type { Device, Namespace } from '../namespace.js';
import { sendArpRequest } from '../neigh/arp-request.js';
import { addressType } from '../route/address-type.js';
import { routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';

const HOLDS_US = 300_000_000;

export function heedRedirect(rt: Runtime, device: Device, packet: IpPacket, { about, gateway }: IcmpMessage): void {
  const { ns } = device;
  if (about === undefined || gateway === undefined) return;
  const dst = about.dst as Ipv4;
  const { route, device: out } = routeOutput(rt, ns, { dst, src: about.src as Ipv4, mark: 0 });
  if (route === undefined || route.via !== packet.src || gateway === packet.src || !accepts(ns, device, gateway, packet.src as Ipv4))
    return;
  const neighbour = out.neighbours.get(gateway);
  if (neighbour === undefined) {
    awaitAnswer(rt, out, gateway);
    sendArpRequest(rt, out, gateway, about);
  } else if (neighbour.state !== 'incomplete') {
    rt.watch.noteRare();
    ns.redirects.set(dst, { gateway, expiresUs: rt.nowUs + HOLDS_US });
    touch(rt, ns);
  }
}

function accepts(ns: Namespace, { addresses, conf }: Device, gateway: Ipv4, old: Ipv4): boolean {
  if (!conf.acceptRedirects) return false;
  if (conf.sharedMedia) return addressType(ns, gateway, undefined) === 'UNICAST';
  const holds = (ip: Ipv4, length: number, other: Ipv4): boolean => ((ip ^ other) & maskOf(length)) === 0;
  if (!addresses.some(({ ip, length }) => holds(ip, length, gateway) && holds(ip, length, old))) return false;
  return !conf.secureRedirects || isDefaultGateway(ns, gateway);
}

/** ip_fib_check_default. */
function isDefaultGateway(ns: Namespace, gateway: Ipv4): boolean {
  const main = ns.fib.tables.get(TABLE.main);
  const defaults = main?.networks[main.lengths.indexOf(0)]?.get(0) ?? [];
  return defaults.some((route) => route.via === gateway || route.legs?.some((leg) => leg.route.via === gateway));
}
