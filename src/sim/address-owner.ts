/** Whose address it is, for people: `node1 (cni0)`, `pod default/b`, `Service default/web`, `client laptop`. */
import { podIps } from '../api/object/pod-ips.js';
import { addressesOfHost } from '../fabric/fabric-spec.js';
import { NETNS } from '../node/agent.js';
import type { ClusterPlan } from './cluster-plan.js';
import { nodeAddresses } from './lookup.js';

export function addressOwner(plan: ClusterPlan, address: string): string | undefined {
  const { view } = plan;
  const pod = view.list('Pod').find((one) => one.spec.hostNetwork !== true && podIps(one).includes(address));
  if (pod) return `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  const service = view
    .list('Service')
    .find((one) => one.spec.clusterIP === address || one.spec.clusterIPs?.includes(address) || one.spec.externalIPs?.includes(address));
  if (service) return `Service ${service.metadata.namespace}/${service.metadata.name}`;
  for (const node of view.list('Node')) {
    const { name } = node.metadata;
    if (nodeAddresses(node).includes(address)) return name;
    // Only the namespaces that a packet has reached are worth asking: an address seen in a trace is one of theirs.
    const link = plan.renderedNetns(NETNS.node(name))?.links.find((one) => one.addr?.some((text) => text.startsWith(`${address}/`)));
    if (link) return `${name} (${link.name})`;
  }
  const external = plan.cluster.externals.find((one) => addressesOfHost(one).includes(address));
  return external && `client ${external.name}`;
}
