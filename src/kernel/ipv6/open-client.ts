/**
 * The client's way out for a probe over IPv6 (tcp_v6_connect, ip6_datagram_connect of net/ipv6): who calls nobody calls himself; a link-local
 * address needs a device, which no probe names; a group is nobody to connect to.
 */
import { unsupported } from '../../base/errors.js';
import { formatIp, type Ipv6 } from '../../base/ip.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Probe } from '../contract.js';
import type { Namespace } from '../namespace.js';
import type { OutputDecision } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import { probeFlow } from '../socket/probe-flow.js';
import { isLinkLocal, isMulticast6 } from './address.js';
import { isOwnAddress } from './route/address-type.js';
import { routeOutput6 } from './route/output.js';

export function chooseWay6(rt: Runtime, ns: Namespace, probe: Probe, dst: Ipv6): OutputDecision<Ipv6> | Errno {
  const src = probe.src ?? 0n;
  if (typeof src === 'number') throw unsupported('mixed-families', `a probe from ${formatIp(src)} to ${formatIp(dst)} is not modelled`);
  if (src !== 0n && isLinkLocal(src)) return 'EINVAL';
  if (src !== 0n && !isOwnAddress(rt.ipv6(ns), src) && sysctlValue(ns.sysctls, 'net.ipv6.ip_nonlocal_bind') === 0) return 'EADDRNOTAVAIL';
  const oif = probe.device === undefined ? undefined : ns.deviceByName.get(probe.device);
  if (probe.device !== undefined && oif === undefined) return 'ENODEV';
  if (isLinkLocal(dst) && oif === undefined) return 'EINVAL';
  if (isMulticast6(dst) && probe.proto === 'tcp') return 'ENETUNREACH';
  const decision = routeOutput6(rt, ns, { dst, src, mark: probe.mark ?? 0, oif, flow: probeFlow(probe, true) });
  return decision.error ?? decision;
}
