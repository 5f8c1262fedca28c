/**
 * The portmap plug-in, chained after flannel: hostPorts of pods as DNAT on the node's local addresses, masqueraded for the pod's own subnet and for
 * 127.0.0.1; of IPv6 in ip6tables, without localhost. Source: CNI plugins v1.9.1 plugins/meta/portmap/portmap_iptables.go. Chain names hash the container id, which is random in
 * reality: here it is a stable hash of the pod's name. Left out: the nftables backend, conditionsV4 and
 * conditionsV6.
 */
import type { Container, ContainerPort, Pod } from '../../api/types/core.js';
import { podIpOf } from '../../api/object/pod-ips.js';
import { type Cidr, formatCidr, parseCidr } from '../../base/cidr.js';
import { familyOf, familyOfText, hostRange, type IpFamily, socketText } from '../../base/ip-family.js';
import { sha256Hex } from '../../base/hash.js';
import { type Chain, chain } from '../../plan/ruleset.js';
import type { NodeContext, NodeFragment, RuleOrigin, RuleRef, TableFragment } from '../agent.js';
import { hasPodNetwork, podsOfNode } from '../pods-of-node.js';
import { containerId } from './container-id.js';

const MARK = '0x2000/0x2000';
const PORTS_PER_RULE = 15;
const LOCAL = '-m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT';

export interface PortmapSettings {
  /** The name in the CNI configuration. */
  readonly network: string;
  /** The node's ranges, one of a family. */
  readonly subnets: readonly Cidr[];
  readonly bridge: string;
}

/** Nothing on a node whose pods ask for no hostPort. */
export function portmap(context: NodeContext, settings: PortmapSettings): NodeFragment {
  const pods = mappedPods(context);
  if (pods.length === 0) return {};
  const tables = (family: IpFamily): readonly TableFragment[] =>
    settings.subnets
      .filter(({ ip }) => familyOf(ip) === family)
      .map((subnet) =>
        hostPortTable(
          pods.filter((pod) => podIpOf(pod, family) !== undefined),
          settings.network,
          subnet,
        ),
      );
  const isIpv4 = settings.subnets.some(({ ip }) => typeof ip === 'number');
  return {
    sysctl: isIpv4 ? { [`net.ipv4.conf.${settings.bridge}.route_localnet`]: '1' } : {},
    iptables: tables('IPv4'),
    ip6tables: tables('IPv6'),
  };
}

function hostPortTable(pods: readonly Pod[], network: string, subnet: Cidr): TableFragment {
  return {
    table: 'nat',
    chains: [
      chain(
        'CNI-HOSTPORT-DNAT',
        pods.flatMap((pod) => dispatchRules(pod, network)),
      ),
      chain('CNI-HOSTPORT-SETMARK', [`-m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark ${MARK}`]),
      chain('CNI-HOSTPORT-MASQ', [`-m mark --mark ${MARK} -j MASQUERADE`]),
      ...pods.map((pod) => podChain(pod, network, subnet)),
    ],
    jumps: [
      { chain: 'PREROUTING', at: 'last', rule: LOCAL },
      { chain: 'OUTPUT', at: 'last', rule: LOCAL },
      { chain: 'POSTROUTING', at: 'first', rule: '-m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ' },
    ],
  };
}

type Mapping = ContainerPort & { readonly hostPort: number };

function mappedPods(context: NodeContext): readonly Pod[] {
  return podsOfNode(context.view, context.node.metadata.name).filter((pod) => hasPodNetwork(pod) && mappingsOf(pod).length > 0);
}

function mappingsOf(pod: Pod): readonly Mapping[] {
  const ofContainer = (container: Container): readonly Mapping[] =>
    (container.ports ?? []).filter((port): port is Mapping => (port.hostPort ?? 0) > 0);
  return pod.spec.containers.flatMap(ofContainer);
}

function podChainName(pod: Pod, network: string): string {
  return `CNI-DN-${sha256Hex(network + containerId(pod)).slice(0, 21)}`;
}

function protocolOf(port: ContainerPort): string {
  return (port.protocol ?? 'TCP').toLowerCase();
}

function dispatchRules(pod: Pod, network: string): string[] {
  const note = `-m comment --comment "dnat name: \\"${network}\\" id: \\"${containerId(pod)}\\""`;
  const rules: string[] = [];
  for (const protocol of ['tcp', 'udp', 'sctp']) {
    const ports = [
      ...new Set(
        mappingsOf(pod)
          .filter((port) => protocolOf(port) === protocol)
          .map((port) => port.hostPort),
      ),
    ];
    for (let i = 0; i < ports.length; i += PORTS_PER_RULE) {
      const some = ports.slice(i, i + PORTS_PER_RULE).join(',');
      rules.push(`-p ${protocol} ${note} -m multiport --dports ${some} -j ${podChainName(pod, network)}`);
    }
  }
  return rules;
}

const UNSPECIFIED = ['', '0.0.0.0', '::'];

/** A hostIP of the other family leaves the port out. */
function podChain(pod: Pod, network: string, { ip: base, length }: Cidr): Chain {
  const family = familyOf(base);
  const ip = podIpOf(pod, family) as string;
  const range = parseCidr(`${ip}/${length}`);
  const subnet = range === undefined ? hostRange(ip) : formatCidr(range);
  const rules = mappingsOf(pod).flatMap((port) => {
    const { hostIP = '' } = port;
    if (hostIP !== '' && familyOfText(hostIP) !== family) return [];
    const protocol = protocolOf(port);
    const match = `${UNSPECIFIED.includes(hostIP) ? '' : `-d ${hostRange(hostIP)} `}-p ${protocol} -m ${protocol} --dport ${port.hostPort}`;
    return [
      `-s ${subnet} ${match} -j CNI-HOSTPORT-SETMARK`,
      ...(family === 'IPv4' ? [`-s 127.0.0.1/32 ${match} -j CNI-HOSTPORT-SETMARK`] : []),
      `${match} -j DNAT --to-destination ${socketText(ip, port.containerPort)}`,
    ];
  });
  return chain(podChainName(pod, network), rules);
}

/** The pod whose hostPort a rule serves; null for a rule of somebody else. */
export function explainPortmapRule(context: NodeContext, network: string, rule: RuleRef): RuleOrigin | null {
  if (!/CNI-(?:HOSTPORT|DN)-/.test(`${rule.chain} ${rule.text}`)) return null;
  const pod = mappedPods(context).find((p) => rule.chain === podChainName(p, network) || rule.text.endsWith(podChainName(p, network)));
  if (pod === undefined) return { kind: 'CNI', namespace: null, name: 'portmap', detail: 'hostPorts of pods' };
  const ports = mappingsOf(pod).map((port) => `${port.hostPort}/${protocolOf(port)}`);
  const marked = rule.text.endsWith('-j CNI-HOSTPORT-SETMARK') ? ': what the node or a pod on it sends to it is masqueraded' : '';
  return {
    kind: 'Pod',
    namespace: pod.metadata.namespace ?? 'default',
    name: pod.metadata.name,
    detail: `hostPort ${ports.join(', ')}${marked}`,
  };
}
