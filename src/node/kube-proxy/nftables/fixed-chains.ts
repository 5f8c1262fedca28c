/**
 * The chains of kube-proxy's table that no Service changes: its base chains and what they jump to. Source: Kubernetes 1.34
 * pkg/proxy/nftables/proxier.go (nftablesBaseChains, nftablesJumpChains, setupNFTables), in the order they are made there.
 */
import type { NftBase, NftChain } from '../../../plan/nft/nft-ruleset.js';
import type { ProxyNode } from '../proxy-node.js';
import { NFT_PROTOCOL } from './family-words.js';

const BY_PORT = 'meta l4proto . th dport vmap';
const LOOPBACK = { IPv4: '127.0.0.0/8', IPv6: '::1' } as const;
const NEW = 'ct state new jump';

/** Before nat's -100: the address that the client asked for is still in the packet. */
const BEFORE_DNAT = -110;

const base = (name: string, type: NftBase['type'], hook: NftBase['hook'], priority: number, jumps: readonly string[]): NftChain => ({
  name,
  base: { type, hook, priority, policy: 'accept' },
  rules: jumps,
});

const BASE_CHAINS: readonly NftChain[] = [
  base('filter-prerouting-pre-dnat', 'filter', 'prerouting', BEFORE_DNAT, [`${NEW} firewall-check`]),
  base('filter-output-pre-dnat', 'filter', 'output', BEFORE_DNAT, [`${NEW} firewall-check`]),
  base('filter-input', 'filter', 'input', 0, [`${NEW} nodeport-endpoints-check`, `${NEW} service-endpoints-check`]),
  base('filter-forward', 'filter', 'forward', 0, [`${NEW} service-endpoints-check`, `${NEW} cluster-ips-check`]),
  base('filter-output', 'filter', 'output', 0, [`${NEW} service-endpoints-check`, `${NEW} cluster-ips-check`]),
  base('nat-prerouting', 'nat', 'prerouting', -100, ['jump services']),
  base('nat-output', 'nat', 'output', -100, ['jump services']),
  base('nat-postrouting', 'nat', 'postrouting', 100, ['jump masquerading']),
];

export const BASE_CHAIN_NAMES: readonly string[] = BASE_CHAINS.map((chain) => chain.name);

/** `serviceCIDRs` are those of the node's family here. */
export function fixedChains(node: ProxyNode, serviceCIDRs: readonly string[]): readonly NftChain[] {
  const mark = `0x${((1 << node.masqueradeBit) >>> 0).toString(16)}`;
  const everywhere = node.nodePortIps === undefined;
  const ip = NFT_PROTOCOL[node.family];
  const byAddress = `${ip} daddr . meta l4proto . th dport vmap`;
  const atNode = everywhere ? `${ip} daddr != ${LOOPBACK[node.family]}` : `${ip} daddr @nodeport-ips`;
  return [
    ...BASE_CHAINS,
    {
      name: 'nodeport-endpoints-check',
      rules: [`${everywhere ? 'fib daddr type local ' : ''}${atNode} ${BY_PORT} @no-endpoint-nodeports`],
    },
    { name: 'service-endpoints-check', rules: [`${byAddress} @no-endpoint-services`] },
    { name: 'firewall-check', rules: [`${byAddress} @firewall-ips`] },
    {
      name: 'services',
      rules: [`${byAddress} @service-ips`, `${everywhere ? 'fib daddr type local ' : ''}${atNode} ${BY_PORT} @service-nodeports`],
    },
    {
      name: 'masquerading',
      rules: [`meta mark & ${mark} == 0 return`, `meta mark set meta mark ^ ${mark}`, 'masquerade fully-random'],
    },
    { name: 'cluster-ips-check', rules: clusterIpsCheck(ip, serviceCIDRs) },
    { name: 'mark-for-masquerade', rules: [`meta mark set meta mark | ${mark}`] },
    { name: 'reject-chain', comment: 'helper for @no-endpoint-services / @no-endpoint-nodeports', rules: ['reject'] },
  ];
}

function clusterIpsCheck(ip: string, serviceCIDRs: readonly string[]): readonly string[] {
  const rules = [`${ip} daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"`];
  if (serviceCIDRs.length > 0)
    rules.push(`${ip} daddr { ${[...serviceCIDRs].sort().join(', ')} } drop comment "Drop traffic to unallocated ClusterIPs"`);
  return rules;
}
