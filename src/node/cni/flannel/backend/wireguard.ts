/**
 * flannel's wireguard backend: a WireGuard device, flannel-wg, that takes the whole network, and a peer for each other node that is allowed the
 * node's subnet. Source: flannel v0.28 pkg/backend/wireguard/{wireguard,wireguard_network,device}.go. IPv6 has a device of its own, flannel-wg-v6, through the
 * nodes' IPv6 addresses (mode separate), or the one device carries both families through addresses of one. Private keys are random in reality; here
 * each node's is fixed, so that every node knows the others' public ones without asking.
 */
import { type Cidr, cidrContains, parseCidr } from '../../../../base/cidr.js';
import { fnv1a32 } from '../../../../base/hash.js';
import { formatIp, parseIp } from '../../../../base/ip.js';
import { familyOf, hostRange, type IpFamily, socketText } from '../../../../base/ip-family.js';
import { memoByText } from '../../../../base/memo.js';
import { encodeKey, publicKey } from '../../../../plan/wireguard/x25519.js';
import type { LinkPlan } from '../../../../plan/plan.js';
import type { NodeFragment } from '../../../agent.js';
import type { Peer } from '../leases.js';

const DEVICE = 'flannel-wg';
export const WIREGUARD_PORT = 51820;
export const WIREGUARD_PORT_V6 = 51821;
export const WIREGUARD_OVERHEAD = 80;

/** `separate`: a device for each family; else one device through addresses of the family named. */
export type WireguardMode = 'separate' | 'auto' | 'ipv4' | 'ipv6';

export interface WireguardSettings {
  readonly node: string;
  readonly networks: Readonly<Partial<Record<IpFamily, string>>>;
  /** One of a family. */
  readonly leases: readonly Cidr[];
  readonly mode: WireguardMode;
  readonly port: number;
  readonly portV6: number;
  readonly presharedKey: string | undefined;
  readonly mtu: number;
  peersOf(family: IpFamily): readonly Peer[];
}

/** A device of the node, the leases it carries, and the family of the addresses that its peers are called by. */
interface Tunnel {
  readonly device: string;
  readonly port: number;
  readonly leases: readonly Cidr[];
  readonly over: IpFamily;
}

export function wireguardBackend(settings: WireguardSettings): NodeFragment {
  const tunnels = tunnelsOf(settings);
  return {
    links: tunnels.map((tunnel) => linkOf(tunnel, settings)),
    routes: tunnels.flatMap((tunnel) => routesOf(tunnel, settings)),
    wg: Object.fromEntries(tunnels.map((tunnel) => [tunnel.device, confOf(tunnel, settings)])),
  };
}

function tunnelsOf(settings: WireguardSettings): readonly Tunnel[] {
  const { mode, leases, port, portV6 } = settings;
  if (mode !== 'separate') return [{ device: DEVICE, port, leases, over: outerFamily(settings) }];
  return leases.map((lease) =>
    familyOf(lease.ip) === 'IPv4'
      ? { device: DEVICE, port, leases: [lease], over: 'IPv4' }
      : { device: `${DEVICE}-v6`, port: portV6, leases: [lease], over: 'IPv6' },
  );
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].flatMap((text) => parseCidr(text) ?? []);

function isPrivate(address: string): boolean {
  const ip = parseIp(address);
  return ip !== undefined && PRIVATE.some((range) => cidrContains(range, ip));
}

/** Mode auto takes IPv6 where the nodes have nothing else, or have public addresses in IPv6 alone. */
function outerFamily({ mode, peersOf }: WireguardSettings): IpFamily {
  if (mode !== 'auto') return mode === 'ipv6' ? 'IPv6' : 'IPv4';
  const [four] = peersOf('IPv4');
  const [six] = peersOf('IPv6');
  if (four === undefined || six === undefined) return four === undefined && six !== undefined ? 'IPv6' : 'IPv4';
  return isPrivate(four.address) && !isPrivate(six.address) ? 'IPv6' : 'IPv4';
}

function linkOf({ device, leases }: Tunnel, { mtu }: WireguardSettings): LinkPlan {
  return { name: device, kind: 'wireguard', mtu, addr: leases.map(({ ip }) => hostRange(formatIp(ip))) };
}

function routesOf({ device, leases }: Tunnel, { networks, peersOf }: WireguardSettings): readonly string[] {
  return leases.flatMap(({ ip }) => {
    const family = familyOf(ip);
    const routed = [networks[family] ?? '', ...peersOf(family).flatMap((peer) => peer.strays)];
    return routed.map((subnet) => `${subnet} dev ${device} scope link`);
  });
}

function confOf(tunnel: Tunnel, settings: WireguardSettings): string {
  const callable = settings.peersOf(tunnel.over);
  const conf = [
    '[Interface]',
    `PrivateKey = ${privateKeyOf(settings.node)}`,
    `ListenPort = ${tunnel.port}`,
    ...callable.flatMap((peer) => peerLines(peer, tunnel, settings)),
  ];
  return `${conf.join('\n')}\n`;
}

function peerLines({ node, address }: Peer, { leases, port }: Tunnel, { peersOf, presharedKey }: WireguardSettings): readonly string[] {
  const own = leases.flatMap(({ ip }) => peersOf(familyOf(ip)).filter((peer) => peer.node === node));
  return [
    ...['', '[Peer]', `PublicKey = ${publicKey(privateKeyOf(node))}`],
    ...(presharedKey === undefined ? [] : [`PresharedKey = ${presharedKey}`]),
    `AllowedIPs = ${own.flatMap((peer) => [peer.subnet, ...peer.strays]).join(', ')}`,
    `Endpoint = ${socketText(address, port)}`,
  ];
}

/** 32 bytes with the bits that `wg genkey` sets and clears; one key for both devices. */
const privateKeyOf = memoByText((node: string): string => {
  const words = Array.from({ length: 8 }, (_, i) => fnv1a32(`${node} ${DEVICE} ${i}`));
  const bytes = words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64;
  return encodeKey(bytes);
});
