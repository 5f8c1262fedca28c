/** What netfilter of either family may ask of its namespace, answered from the routing tables and sysctls beside it. */
import type { Ip, Ipv4, Ipv6 } from '../base/ip.js';
import { BROADCAST_MAC, type Mac } from '../base/mac.js';
import type { IpPacket } from '../packet/ip-packet.js';
import { SCOPE } from '../plan/iproute2/scope.js';
import { Ipvs } from './ipvs/ipvs.js';
import { addressType6, isOfTypes6, isOwnAddress } from './ipv6/route/address-type.js';
import { lookupRoute6 } from './ipv6/route/lookup.js';
import { selectSource6 } from './ipv6/route/source-address.js';
import { isLinkLocal, isMulticast6 } from './ipv6/address.js';
import { innerPacket } from './link/packet-length.js';
import type { Device, Namespace } from './namespace.js';
import type { AddressType, NetfilterHost } from './netfilter/contract.js';
import { SetTable } from './netfilter/set/set-table.js';
import { routeOutput6 } from './ipv6/route/output.js';
import { duplicate } from './path/duplicate.js';
import { addressType } from './route/address-type.js';
import { DecisionCache } from './route/decision-cache.js';
import { clampMtu } from './route/clamp-mtu.js';
import { lookupRoute } from './route/lookup.js';
import { routeOutput } from './route/output.js';
import { incoming } from './route/policy-rule.js';
import { rpfilterHolds } from './route/reverse-path.js';
import { selectAddress } from './route/source-address.js';
import type { Runtime } from './runtime.js';
import { assignSocket, findSocket, receiverOf } from './socket/find-socket.js';
import { sysctlValue } from './sysctl.js';

const hosts = new WeakMap<Namespace, NetfilterHost>();

/** One for both families, which share the sets. */
export function netfilterHost(rt: Runtime, ns: Namespace): NetfilterHost {
  let host = hosts.get(ns);
  if (host === undefined) hosts.set(ns, (host = makeHost(rt, ns)));
  return host;
}

/** Its plan is another now. */
export function forgetHost(ns: Namespace): void {
  hosts.delete(ns);
}

function makeHost(rt: Runtime, ns: Namespace): NetfilterHost {
  const { ipset } = ns.plan;
  let sets: SetTable | undefined;
  const { ipvs: services = '' } = ns.plan;
  const ipvs = typeof services === 'string' && services.trim() === '' ? undefined : new Ipvs(rt, ns);
  const types = new DecisionCache<AddressType>();
  const sources = new DecisionCache<Ip>();
  return {
    netns: ns.name,
    get oracle() {
      return rt.oracle;
    },
    addressType: (ip, device) => (typeof ip === 'number' ? typeOf(ns, types, ip, device) : addressType6(rt, ns, ip, device)),
    isOfTypes6: (ip, device, types) => isOfTypes6(rt, ns, ip, device, types),
    masqueradeSource: (device, dst) =>
      typeof dst === 'number' ? sourceFor(rt, ns, sources, device, dst) : masqueradeSource(rt, ns, device, dst),
    primaryAddress: (device, like) => primaryAddress(rt, ns, device, like),
    sysctl: (key) => sysctlValue(ns.sysctls, key),
    nowUs: () => rt.nowUs,
    ...watching(rt, ns),
    ipvs,
    nftState: new Map(),
    get sets() {
      if (sets === undefined && ipset !== undefined) sets = new SetTable(ipset, ns.name);
      return sets;
    },
    resetSets: () => sets?.reset(),
    reversePathOk: (packet, mark, device, options) => {
      const { src, dst } = packet;
      const found = ns.deviceByName.get(device);
      if (found === undefined) return true;
      if (typeof src === 'bigint') return reversePathOk6(rt, found, src, options.loose);
      const to = (dst as Ipv4) >>> 28 === 14 || dst === -1 ? 0 : (dst as Ipv4);
      return rpfilterHolds(rt, found, { src, dst: to, mark, out: undefined }, options);
    },
    frameSource: () => frameSource(rt),
    frameDestination: () => (rt.frame === undefined || rt.frame.src === 0 ? undefined : rt.frame.dst),
    isOwnBroadcast: () => rt.frame?.src === 0 && rt.frame.dst === BROADCAST_MAC,
    closedBeforeUs: () => (rt.kept.size > 0 ? 0 : rt.flow.beganUs),
    wallSeconds: () => rt.epoch + Math.floor(rt.nowUs / 1_000_000),
    findSocket: (passage) => findSocket(rt, ns, passage),
    receiverOf: (passage) => receiverOf(rt, ns, passage),
    assignSocket: (passage, device, port, ip) => assignSocket(rt, ns, passage, port, ip ?? proxyAddress(rt, ns, passage.packet, device)),
    clampMtu: (packet, device) => clampMtu(rt, ns, packet, device),
    duplicate: (passage, hook, gateway, device) => duplicate(rt, ns, passage, { hook, gateway, device }),
    reroute: ({ packet, mark }, device) => {
      const { src, dst } = packet;
      // To a group there is one way for each device, and the packet has it already.
      if (typeof dst === 'bigint' && isMulticast6(dst)) return true;
      const oif = typeof dst === 'bigint' && isLinkLocal(dst) ? ns.deviceByName.get(device ?? '') : undefined;
      const way =
        typeof src === 'number'
          ? routeOutput(rt, ns, { dst: dst as Ipv4, src, mark, flow: incoming(packet, ns.fib.dissects) })
          : routeOutput6(rt, ns, { dst: dst as Ipv6, src, mark, oif, flow: incoming(packet, rt.ipv6(ns).fib.dissects) });
      rt.rerouted = way;
      return way.route !== undefined && way.error === undefined;
    },
  };
}

/** What the memory of whole flows must know; recall/watch.ts. */
function watching(rt: Runtime, ns: Namespace): Pick<NetfilterHost, 'noteAsked' | 'noteMove'> {
  return {
    noteAsked: (asks, packet) => {
      if (rt.watch.isOn) rt.watch.noteAsked(rt, asks, packet);
    },
    noteMove: (packet, from, range, port) => {
      if (rt.watch.isOn && innerPacket(packet) === undefined) rt.watch.noteMove(netfilterHost(rt, ns), from, range, port);
    },
  };
}

/** Both are asked again and again, and depend on routes and addresses alone, which stand while the namespace lives. */
function typeOf(ns: Namespace, types: DecisionCache<AddressType>, ip: Ipv4, device: string | undefined): AddressType {
  if (device !== undefined) return addressType(ns, ip, device);
  return types.get(ip, 0, 0, undefined) ?? types.keep(ip, 0, 0, undefined, addressType(ns, ip, undefined));
}

function sourceFor(rt: Runtime, ns: Namespace, sources: DecisionCache<Ip>, deviceName: string, dst: Ipv4): Ip | undefined {
  const device = ns.deviceByName.get(deviceName);
  const known = sources.get(dst, 0, 0, device);
  if (known !== undefined || !ns.fib.plain) return known ?? masqueradeSource(rt, ns, deviceName, dst);
  const source = masqueradeSource(rt, ns, deviceName, dst);
  return source === undefined ? undefined : sources.keep(dst, 0, 0, device, source);
}

/** IPv6's newest, of the furthest scope; what was sent to a link-local address goes to such a one: nf_nat_redirect_ipv6. */
function primaryAddress(rt: Runtime, ns: Namespace, deviceName: string, like: Ip): Ip | undefined {
  const device = ns.deviceByName.get(deviceName);
  if (device === undefined || typeof like === 'number') return device?.addresses[0]?.ip;
  const addresses = rt.ipv6(ns).devices.get(device)?.addresses;
  return (isLinkLocal(like) ? addresses?.find(({ ip }) => isLinkLocal(ip)) : addresses?.[0])?.ip;
}

/** Of a device without link addresses there is none. */
function frameSource({ frame }: Runtime): Mac | undefined {
  return frame === undefined || frame.src === 0 ? undefined : frame.src;
}

/** nf_tproxy_laddr4 and _laddr6: the first address of the device, or the packet's own destination where it has none. */
function proxyAddress(rt: Runtime, ns: Namespace, { dst }: IpPacket, deviceName: string | undefined): Ip {
  const device = deviceName === undefined ? undefined : ns.deviceByName.get(deviceName);
  if (device === undefined) return dst;
  if (typeof dst === 'number') return device.addresses.find(({ secondary }) => !secondary)?.ip ?? dst;
  return rt.ipv6(ns).devices.get(device)?.addresses[0]?.ip ?? dst;
}

/** rpfilter_lookup_reverse6 of net/ipv6/netfilter/ip6t_rpfilter.c. */
function reversePathOk6(rt: Runtime, device: Device, src: Ipv6, loose: boolean): boolean {
  const { ns } = device;
  const stack = rt.ipv6(ns);
  const oif = loose && !isLinkLocal(src) ? undefined : device;
  if (isOwnAddress(stack, src)) return false;
  const route = lookupRoute6(rt, stack.fib, src, { src: 0n, iif: ns.lo, oif, mark: 0 });
  return route?.type === 'unicast' && (loose || oif === device);
}

/** An address of the outgoing device, in the subnet of the next hop if it can be (nf_nat_masquerade_ipv4); of IPv6 the one to call `dst` from. */
function masqueradeSource(rt: Runtime, ns: Namespace, deviceName: string, dst: Ip): Ip | undefined {
  const device = ns.deviceByName.get(deviceName);
  if (device === undefined) return undefined;
  if (typeof dst !== 'number') return selectSource6(rt.ipv6(ns), device, dst);
  const route = lookupRoute(rt, ns, dst, 0, ns.lo, 0);
  const nexthop = route?.device === device && typeof route.via === 'number' ? route.via : dst;
  const address = selectAddress(ns, device, nexthop, SCOPE.global);
  return address === 0 ? undefined : address;
}
