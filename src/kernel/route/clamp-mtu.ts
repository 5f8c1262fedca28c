/** The MTU of the way to a packet's destination, or of the way back to its source, whichever is less: what TCPMSS clamps to (tcpmss_mangle_packet). */
import type { Ipv4, Ipv6 } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import type { Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import { routeOutput } from './output.js';

export function clampMtu(rt: Runtime, ns: Namespace, { src, dst }: IpPacket, device: string | undefined): number {
  const oif = device === undefined ? undefined : ns.deviceByName.get(device);
  if (typeof src === 'number') {
    const there = routeOutput(rt, ns, { dst: dst as Ipv4, src, mark: 0, oif });
    const back = routeOutput(rt, ns, { dst: src, src: 0, mark: 0 });
    return Math.min(mtuOf(there), mtuOf(back));
  }
  const there = routeOutput6(rt, ns, { dst: dst as Ipv6, src, mark: 0, oif });
  const back = routeOutput6(rt, ns, { dst: src, src: 0n, mark: 0 });
  return Math.min(mtuOf(there), mtuOf(back));
}

interface Way {
  readonly route: { readonly mtu: number | undefined } | undefined;
  readonly device: { readonly mtu: number };
  readonly error: unknown;
}

function mtuOf({ route, device, error }: Way): number {
  return route === undefined || error !== undefined ? Number.POSITIVE_INFINITY : (route.mtu ?? device.mtu);
}
