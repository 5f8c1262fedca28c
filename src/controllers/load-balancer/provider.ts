/**
 * The ways in which `loadBalancer` of the cluster file serves Services, and how long each takes to notice a dead node: MetalLB's memberlist about
 * ten seconds, BGP its hold time, a cloud's health check three failures at ten seconds' distance (its usual values; every cloud has its own).
 */
import type { ClusterSpec } from '../../api/cluster.js';
import type { Write } from '../../api/controller.js';
import type { Service } from '../../api/types/core.js';
import type { Delivery } from '../../api/types/load-balancer.js';
import type { AddressPool } from './address-pool.js';

export interface Provider {
  /** As in the source of Events. */
  readonly component: string;
  readonly delivery: Delivery;
  readonly ipMode: 'VIP' | 'Proxy';
  readonly targets: 'nodes' | 'pods';
  readonly pool: AddressPool;
  readonly delayUs: number;
  /** Keeps a Service with a finalizer until its balancer is gone. */
  readonly cleansUp: boolean;
  /** By which speakers announce; undefined where there are none. */
  readonly protocol: 'layer2' | 'bgp' | undefined;
  events(service: Service, address: string): Write[];
}

const SECOND_US = 1_000_000;
const CLOUD_POOL = '198.51.100.0/24';

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
        pool: { cidr: pool ?? CLOUD_POOL, hostsOnly: true },
        delayUs: 30 * SECOND_US,
        cleansUp: true,
        protocol: undefined,
        events: (about) => [
          note(about, 'EnsuringLoadBalancer', 'Ensuring load balancer'),
          note(about, 'EnsuredLoadBalancer', 'Ensured load balancer'),
        ],
      };
    case 'metallb-l2':
    case 'metallb-bgp':
      return {
        component: 'metallb-controller',
        delivery: kind === 'metallb-l2' ? 'arp' : 'bgp',
        ipMode: 'VIP',
        targets: 'nodes',
        pool: { cidr: pool, hostsOnly: false },
        delayUs: (kind === 'metallb-l2' ? 10 : 90) * SECOND_US,
        cleansUp: false,
        protocol: kind === 'metallb-l2' ? 'layer2' : 'bgp',
        events: (about, address) => [note(about, 'IPAllocated', `Assigned IP ["${address}"]`)],
      };
  }
}

function note(about: Service, reason: string, message: string): Write {
  return { op: 'event', about, type: 'Normal', reason, message };
}
