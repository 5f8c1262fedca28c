/**
 * What a device that wraps packets holds, by kind, read from its link. The device that a tunnel is bound to, and the ends, decide its MTU
 * where the link names none, as ip_tunnel_bind_dev and the drivers' own defaults do; a device set up later changes nothing there.
 */
import { inputError } from '../../base/errors.js';
import type { LinkPlan } from '../../plan/plan.js';
import { readWireguard } from '../../plan/wireguard/read-wireguard.js';
import { parseGeneveArgs, type GeneveArgs } from '../../plan/iproute2/geneve.js';
import { parseIpTunnelArgs } from '../../plan/iproute2/ip-tunnel.js';
import { parseTunArgs } from '../../plan/iproute2/tun.js';
import type { DeviceKind, Namespace } from '../namespace.js';
import { buildForwarder, type Forwarder } from './forwarder.js';
import { type IpTunnelDevice, ipTunnelHeader } from './ip-tunnel.js';
import { buildWireguard, type Wireguard } from './wireguard.js';

export interface Geneve extends GeneveArgs {
  readonly kind: 'geneve';
}

export type Tunnel = IpTunnelDevice | Geneve | Wireguard | Forwarder;

const ETHERNET_MTU = 1500;
const GENEVE_OVERHEAD = 50;
const WIREGUARD_MTU = 1420;

/** Undefined for a device that wraps nothing, and for a tun that nobody reads. */
export function buildTunnel(ns: Namespace, link: LinkPlan, kind: DeviceKind, origin: string): Tunnel | undefined {
  const args = link.args ?? '';
  switch (kind) {
    case 'ipip':
    case 'gre':
      return { kind, ...parseIpTunnelArgs(kind, args, origin) };
    case 'geneve':
      return { kind, ...parseGeneveArgs(args, origin) };
    case 'wireguard':
      return buildWireguard(readWireguard(ns.plan.wg?.[link.name] ?? '', `${ns.name} wg ${link.name}`), origin);
    case 'tun':
      return buildForwarder(parseTunArgs(args, origin));
    default:
      return undefined;
  }
}

/** Undefined where the kind is no tunnel. */
export function tunnelMtu(ns: Namespace, kind: DeviceKind, tunnel: Tunnel | undefined): number | undefined {
  if (kind === 'tun') return ETHERNET_MTU;
  switch (tunnel?.kind) {
    case 'ipip':
    case 'gre': {
      const lower = tunnel.dev === undefined ? undefined : ns.deviceByName.get(tunnel.dev);
      return (lower?.mtu ?? ETHERNET_MTU) - 20 - ipTunnelHeader(tunnel);
    }
    case 'geneve':
      return ETHERNET_MTU - GENEVE_OVERHEAD;
    case 'wireguard':
      return WIREGUARD_MTU;
    default:
      return undefined;
  }
}

/** `wg setconf` of a device that is no WireGuard device fails. */
export function checkWireguardNames(ns: Namespace): void {
  for (const name of Object.keys(ns.plan.wg ?? {})) {
    if (ns.deviceByName.get(name)?.kind === 'wireguard') continue;
    throw inputError('no-such-device', `${ns.name}: \`wg\` configures ${name}, which is no WireGuard device here`);
  }
}
