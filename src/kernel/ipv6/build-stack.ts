/**
 * IPv6 of a namespace from its plan (net/ipv6/addrconf.c): a device has it unless disable_ipv6 is set or its MTU is below 1280; it has a
 * link-local address made of its MAC beside those of the plan, ::1 on `lo`; a router is in the anycast group of each of its subnets.
 * Left out: addresses from router advertisements, stable and random link-local addresses (addr_gen_mode 2 and 3), MLD.
 */
import { unsupported } from '../../base/errors.js';
import type { Ipv6 } from '../../base/ip.js';
import { linkLocalOf } from '../../base/link-local.js';
import type { LinkPlan } from '../../plan/plan.js';
import type { Device, Namespace } from '../namespace.js';
import type { Netfilter } from '../netfilter/contract.js';
import { readAddr } from '../plan-texts.js';
import { sysctlValue } from '../sysctl.js';
import { ALL_NODES, isLinkLocal, LOOPBACK6, prefixOf, solicitedNode } from './address.js';
import { buildFib6 } from './route/build-fib.js';
import { allConf6, deviceConf6 } from './conf.js';
import type { Ipv6Address, Ipv6Device, Ipv6Stack } from './stack.js';

const MTU_MIN = 1280;
/** Prefixes this long have no subnet-router anycast address. */
const ANYCAST_LENGTH_MAX = 126;

export function buildIpv6Stack(ns: Namespace, makeNetfilter: (stack: Ipv6Stack) => Netfilter): Ipv6Stack {
  const devices = new Map<Device, Ipv6Device>();
  for (const device of ns.devices) {
    if (device.mtu < MTU_MIN || deviceConf6(device, 'disable_ipv6') !== 0) continue;
    if (device.up) devices.set(device, buildIpv6Device(ns, device));
    else if (device.noArp) devices.set(device, addressesAlone(ns, device));
  }
  const forwarding = allConf6(ns, 'forwarding') !== 0;
  const stack: { -readonly [K in keyof Ipv6Stack]: Ipv6Stack[K] } = {
    devices,
    fib: buildFib6(ns, devices),
    forwarding,
    proxyNdp: allConf6(ns, 'proxy_ndp') !== 0,
    netfilter: undefined as unknown as Netfilter,
    icmpRatelimitMs: sysctlValue(ns.sysctls, 'net.ipv6.icmp.ratelimit'),
    icmpTokens: new Map(),
    redirects: new Map(),
  };
  stack.netfilter = makeNetfilter(stack);
  return stack;
}

/**
 * Of a device that was never up: where nobody is asked for addresses, as on a dummy, they need no link to be the host's own (addrconf_dad_begin), but no network
 * is behind them. Elsewhere they stay tentative.
 */
function addressesAlone(ns: Namespace, device: Device): Ipv6Device {
  const link = ns.plan.links.find(({ name }) => name === device.name);
  const addresses = plannedAddresses(link, device).map((address) => ({ ...address, noPrefixRoute: true }));
  return { addresses, linkLocal: undefined, groups: new Set(), anycast: new Set(), hopLimit: 0, proxyNdp: false };
}

function buildIpv6Device(ns: Namespace, device: Device): Ipv6Device {
  const planned = plannedAddresses(
    ns.plan.links.find(({ name }) => name === device.name),
    device,
  );
  const own = generated(device);
  const near = planned.filter(({ ip }) => isLinkLocal(ip));
  const addresses = [...planned.filter(({ ip }) => !isLinkLocal(ip)), ...own, ...near];
  const routes = deviceConf6(device, 'forwarding') !== 0;
  const anycast = routes
    ? addresses.filter(({ length }) => length <= ANYCAST_LENGTH_MAX).map(({ ip, length }) => prefixOf(ip, length))
    : [];
  const asked = [...addresses.map(({ ip }) => ip), ...anycast, ...proxied(device), ...spoken(device)];
  return {
    addresses,
    linkLocal: [...own, ...near].findLast(({ ip }) => isLinkLocal(ip))?.ip,
    groups: new Set([ALL_NODES, ...asked.map(solicitedNode)]),
    anycast: new Set(anycast),
    hopLimit: deviceConf6(device, 'hop_limit'),
    proxyNdp: deviceConf6(device, 'proxy_ndp') !== 0,
  };
}

/** The newest first. */
function plannedAddresses(link: LinkPlan | undefined, device: Device): Ipv6Address[] {
  const found: Ipv6Address[] = [];
  for (const [i, text] of (link?.addr ?? []).entries()) {
    const { ip, length, noprefixroute } = readAddr(text, `${device.ns.name} link ${device.name} addr[${i}]`);
    if (typeof ip === 'bigint' && ip !== LOOPBACK6) found.unshift({ ip, length, noPrefixRoute: noprefixroute });
  }
  return found;
}

/** ::1 on the loopback; elsewhere a link-local address of the MAC, where there is one. */
function generated(device: Device): Ipv6Address[] {
  if (device.kind === 'lo') return [{ ip: LOOPBACK6, length: 128, noPrefixRoute: true }];
  const mode = deviceConf6(device, 'addr_gen_mode');
  if (mode > 1) throw unsupported('addr-gen-mode', `${device.ns.name}: addr_gen_mode ${mode} of ${device.name} is not modelled`);
  return mode === 1 || device.mac === 0 ? [] : [{ ip: linkLocalOf(device.mac), length: 64, noPrefixRoute: false }];
}

function proxied(device: Device): Ipv6[] {
  return [...(device.proxies ?? [])].filter((ip) => typeof ip === 'bigint');
}

/** Addresses for which a program joins the groups, to answer for them. */
function spoken(device: Device): Ipv6[] {
  return [...(device.spoken ?? [])].filter((ip) => typeof ip === 'bigint');
}
