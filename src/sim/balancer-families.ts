/** The balancers of a cluster give addresses of IPv4: of a Service that asks for one of IPv6 too, nothing is said of what it gets. */
import { unsupported } from '../base/errors.js';
import type { ClusterSpec } from '../api/cluster.js';
import type { Service } from '../api/types/core.js';

export function refuseBalancerFamilies({ spec, metadata }: Service, { kind }: ClusterSpec['loadBalancer']): void {
  if (kind === 'none' || spec.type !== 'LoadBalancer' || spec.ipFamilies?.includes('IPv6') !== true) return;
  throw unsupported(
    'load-balancer-ipv6',
    `Service ${metadata.namespace}/${metadata.name} asks the load balancer (${kind}) for an address of IPv6, which is not modelled`,
    { fix: 'give the Service ipFamilies: [IPv4], or the cluster no load balancer and the Service status.loadBalancer.ingress' },
  );
}
