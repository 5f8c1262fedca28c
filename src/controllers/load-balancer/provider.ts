/**
 * The ways in which `loadBalancer` of the cluster file serves Services, and how long each takes to notice a dead node: MetalLB's memberlist about
 * ten seconds, BGP its hold time, a cloud's health check three failures at ten seconds' distance (its usual values; every cloud has its own).
 */
import type { ClusterSpec } from '../../api/cluster.js';
import type { Delivery } from '../../api/types/load-balancer.js';
import type { Asked, Assignment } from './assignment.js';
import { cloudAddresses } from './cloud-addresses.js';
import { metallbAddresses } from './metallb-addresses.js';

export interface Provider {
  /** As in the source of Events. */
  readonly component: string;
  readonly delivery: Delivery;
  readonly ipMode: 'VIP' | 'Proxy';
  readonly targets: 'nodes' | 'pods';
  readonly delayUs: number;
  /** Keeps a Service with a finalizer until its balancer is gone. */
  readonly cleansUp: boolean;
  /** By which speakers announce; undefined where there are none. */
  readonly protocol: 'layer2' | 'bgp' | undefined;
  assign(asked: Asked): Assignment;
}

const SECOND_US = 1_000_000;
const CLOUD_POOL = '198.51.100.0/24,2001:db8:198:51::/64';

export function providerOf({ kind, pool, ipMode: mode = 'VIP', targets = 'nodes' }: ClusterSpec['loadBalancer']): Provider | undefined {
  const ipMode = targets === 'pods' ? 'Proxy' : mode;
  switch (kind) {
    case 'none':
      return undefined;
    case 'cloud':
      return {
        component: 'service-controller',
        delivery: ipMode === 'VIP' ? 'routes' : 'proxy',
        ipMode,
        targets,
        delayUs: 30 * SECOND_US,
        cleansUp: true,
        protocol: undefined,
        assign: (asked) => cloudAddresses({ cidr: pool ?? CLOUD_POOL, hostsOnly: true }, asked),
      };
    case 'metallb-l2':
    case 'metallb-bgp':
      return {
        component: 'metallb-controller',
        delivery: kind === 'metallb-l2' ? 'arp' : 'bgp',
        ipMode: 'VIP',
        targets: 'nodes',
        delayUs: (kind === 'metallb-l2' ? 10 : 90) * SECOND_US,
        cleansUp: false,
        protocol: kind === 'metallb-l2' ? 'layer2' : 'bgp',
        assign: (asked) => metallbAddresses({ cidr: pool, hostsOnly: false }, asked),
      };
  }
}
