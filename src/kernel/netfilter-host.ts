/** What netfilter may ask of its namespace, answered from the routing tables and sysctls beside it. */
import type { Ip, Ipv4 } from '../base/ip.js';
import { SCOPE } from '../plan/iproute2/scope.js';
import type { Namespace } from './namespace.js';
import type { NetfilterHost } from './netfilter/contract.js';
import { SetTable } from './netfilter/set/set-table.js';
import { addressType } from './route/address-type.js';
import { lookupRoute } from './route/lookup.js';
import { checkPath } from './route/reverse-path.js';
import { selectAddress } from './route/source-address.js';
import type { Runtime } from './runtime.js';
import { sysctlValue } from './sysctl.js';

export function netfilterHost(rt: Runtime, ns: Namespace): NetfilterHost {
  const { ipset } = ns.plan;
  let sets: SetTable | undefined;
  return {
    netns: ns.name,
    get oracle() {
      return rt.oracle;
    },
    addressType: (ip, device) => (typeof ip === 'number' ? addressType(ns, ip, device) : 'UNSPEC'),
    masqueradeSource: (device, dst) => masqueradeSource(rt, ns, device, dst),
    primaryAddress: (device) => ns.deviceByName.get(device)?.addresses[0]?.ip,
    sysctl: (key) => sysctlValue(ns.sysctls, key),
    nowUs: () => rt.nowUs,
    get sets() {
      if (sets === undefined && ipset !== undefined) sets = new SetTable(ipset, ns.name);
      return sets;
    },
    reversePathOk: (packet, device, loose) => {
      const found = ns.deviceByName.get(device);
      return found === undefined || checkPath(rt, found, packet.src as Ipv4, 0, loose ? 2 : 1) === 'ok';
    },
  };
}

/** An address of the outgoing device, in the subnet of the next hop if it can be: nf_nat_masquerade_ipv4. */
function masqueradeSource(rt: Runtime, ns: Namespace, deviceName: string, dst: Ip): Ip | undefined {
  const device = ns.deviceByName.get(deviceName);
  if (device === undefined || typeof dst !== 'number') return undefined;
  const route = lookupRoute(rt, ns, dst, 0, ns.lo, 0);
  const nexthop = route?.device === device ? (route.via ?? dst) : dst;
  const address = selectAddress(ns, device, nexthop, SCOPE.global);
  return address === 0 ? undefined : address;
}
