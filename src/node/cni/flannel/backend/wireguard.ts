/**
 * flannel's wireguard backend: one WireGuard device, flannel-wg, that takes the whole network, and a peer for each other node that is allowed the
 * node's subnet. Source: flannel v0.28 pkg/backend/wireguard/{wireguard,wireguard_network,device}.go. Private keys are random in reality; here
 * each node's is fixed, so that every node knows the others' public ones without asking. Left out: IPv6 and its device.
 */
import type { Cidr } from '../../../../base/cidr.js';
import { fnv1a32 } from '../../../../base/hash.js';
import { formatIp } from '../../../../base/ip.js';
import { memoByText } from '../../../../base/memo.js';
import { encodeKey, publicKey } from '../../../../plan/wireguard/x25519.js';
import type { NodeFragment } from '../../../agent.js';
import type { Peer } from '../leases.js';

const DEVICE = 'flannel-wg';
export const WIREGUARD_PORT = 51820;
export const WIREGUARD_OVERHEAD = 80;

export interface WireguardSettings {
  readonly node: string;
  readonly network: string;
  readonly lease: Cidr;
  readonly port: number;
  readonly presharedKey: string | undefined;
  readonly mtu: number;
  readonly peers: readonly Peer[];
}

export function wireguardBackend(settings: WireguardSettings): NodeFragment {
  const { node, network, lease, port, mtu, peers } = settings;
  const routed = [network, ...peers.flatMap((peer) => peer.strays)];
  const conf = [
    '[Interface]',
    `PrivateKey = ${privateKeyOf(node)}`,
    `ListenPort = ${port}`,
    ...peers.flatMap((peer) => peerLines(peer, settings)),
  ];
  return {
    links: [{ name: DEVICE, kind: 'wireguard', mtu, addr: [`${formatIp(lease.ip)}/32`] }],
    routes: routed.map((subnet) => `${subnet} dev ${DEVICE} scope link`),
    wg: { [DEVICE]: `${conf.join('\n')}\n` },
  };
}

function peerLines(peer: Peer, { port, presharedKey }: WireguardSettings): readonly string[] {
  return [
    ...['', '[Peer]', `PublicKey = ${publicKey(privateKeyOf(peer.node))}`],
    ...(presharedKey === undefined ? [] : [`PresharedKey = ${presharedKey}`]),
    `AllowedIPs = ${[peer.subnet, ...peer.strays].join(', ')}`,
    `Endpoint = ${peer.address}:${port}`,
  ];
}

/** 32 bytes with the bits that `wg genkey` sets and clears. */
const privateKeyOf = memoByText((node: string): string => {
  const words = Array.from({ length: 8 }, (_, i) => fnv1a32(`${node} ${DEVICE} ${i}`));
  const bytes = words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64;
  return encodeKey(bytes);
});
