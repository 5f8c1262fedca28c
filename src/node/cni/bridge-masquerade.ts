/**
 * What the bridge plug-in's own `ipMasq` writes: for each pod a jump from nat POSTROUTING into a chain of its own that spares the pod
 * subnet and multicast and masquerades the rest. Source: CNI plugins v1.9.1 pkg/ip/ipmasq_iptables_linux.go. The chain's name hashes the
 * container id, which is random in reality: here it is a stable hash of the pod's name, 28 characters like the real one.
 */
import { podIpOf } from '../../api/object/pod-ips.js';
import { type Cidr, formatCidr } from '../../base/cidr.js';
import { sha256Hex } from '../../base/hash.js';
import { familyOf, hostRange } from '../../base/ip-family.js';
import { chain } from '../../plan/ruleset.js';
import type { NodeContext, TableFragment } from '../agent.js';
import { hasPodNetwork, podsOfNode } from '../pods-of-node.js';
import { containerId } from './container-id.js';

const MULTICAST = { IPv4: '224.0.0.0/4', IPv6: 'ff00::/8' } as const;

/** The table nat of one family. `network` is the name in the CNI configuration, `subnet` the range whose addresses keep their source. */
export function bridgeMasquerade(context: NodeContext, network: string, subnet: Cidr): TableFragment {
  const family = familyOf(subnet.ip);
  const pods = podsOfNode(context.view, context.node.metadata.name).filter(hasPodNetwork);
  const entries = pods.flatMap((pod) => {
    const ip = podIpOf(pod, family);
    const id = containerId(pod);
    const name = `CNI-${sha256Hex(network + id).slice(0, 24)}`;
    return ip === undefined ? [] : [{ ip, name, comment: `-m comment --comment "name: \\"${network}\\" id: \\"${id}\\""` }];
  });
  return {
    table: 'nat',
    chains: entries.map(({ name, comment }) =>
      chain(name, [`-d ${formatCidr(subnet)} ${comment} -j ACCEPT`, `! -d ${MULTICAST[family]} ${comment} -j MASQUERADE`]),
    ),
    jumps: entries.map(({ ip, name, comment }) => ({
      chain: 'POSTROUTING',
      at: 'last' as const,
      rule: `-s ${hostRange(ip)} ${comment} -j ${name}`,
    })),
  };
}
