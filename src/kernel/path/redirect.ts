/**
 * ICMP redirects: a packet leaves by the device it came in by, so its sender might take the next hop itself (__mkroute_input, ip_rt_send_redirect of
 * net/ipv4/route.c). The sender must be a neighbour, and, without shared_media, on one subnet with the gateway. Each sender hears one redirect, the next after
 * 40 ms, then 80 ms, and nine in all until it has been silent for 20 s. A redirect shares the sender's token bucket of ICMP errors, and empties it.
 */
import type { Ipv4 } from '../../base/ip.js';
import { maskOf } from '../../base/cidr.js';
import { touch } from '../apply.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import type { Route } from '../route/fib.js';
import { lookupRoute } from '../route/lookup.js';
import type { Runtime } from '../runtime.js';
import { sendIcmpError } from './icmp-error.js';

const REDIRECT = 5;
const FOR_HOST = 1;
const LOAD_US = 20_000;
const SILENCE_US = LOAD_US << 10;
const COUNT_MAX = 9;

/** The packet leaves by `device`, by which it came in. */
export function redirectSender(rt: Runtime, device: Device, passage: Passage, route: Route): void {
  const { src, dst } = passage.packet;
  const gateway = typeof route.via === 'number' ? route.via : 0;
  if (!device.conf.sendRedirects || !isNeighbour(rt, device, src as Ipv4)) return;
  if (!device.conf.sharedMedia && !onOneSubnet(device, src as Ipv4, gateway)) return;
  if (!mayTell(rt, device, src as Ipv4)) return;
  sendIcmpError(rt, device.ns, passage, { type: REDIRECT, code: FOR_HOST, gateway: gateway || (dst as Ipv4), inDevice: device });
}

/** Directly connected, by whatever device the packet's source is checked against (fib_validate_source). */
function isNeighbour(rt: Runtime, device: Device, src: Ipv4): boolean {
  const { ns } = device;
  const back = lookupRoute(rt, ns, src, 0, ns.lo, 0);
  const own = back?.device === device ? back : lookupRoute(rt, ns, src, 0, ns.lo, 0, device);
  return own?.type === 'unicast' && own.via === undefined;
}

/** inet_addr_onlink; 0 for no gateway. */
function onOneSubnet(device: Device, src: Ipv4, gateway: Ipv4): boolean {
  const holds = (ip: Ipv4, length: number, other: Ipv4): boolean => ((ip ^ other) & maskOf(length)) === 0;
  return device.addresses.some(({ ip, length }) => holds(ip, length, src) && (gateway === 0 || holds(ip, length, gateway)));
}

function mayTell(rt: Runtime, { ns }: Device, receiver: Ipv4): boolean {
  touch(rt, ns);
  let bucket = ns.icmpTokens.get(receiver);
  const silent = bucket === undefined || rt.nowUs > bucket.lastUs + SILENCE_US;
  if (bucket === undefined) ns.icmpTokens.set(receiver, (bucket = { tokens: 0, lastUs: rt.nowUs, redirects: 0 }));
  if (silent) {
    bucket.tokens = 0;
    bucket.redirects = 0;
  }
  const count = bucket.redirects ?? 0;
  const allowed = count < COUNT_MAX && (count === 0 || rt.nowUs > bucket.lastUs + (LOAD_US << count));
  if (allowed) bucket.redirects = count + 1;
  if (allowed || count >= COUNT_MAX) bucket.lastUs = rt.nowUs;
  return allowed;
}
