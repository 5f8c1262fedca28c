/**
 * A cloud's balancer that is a proxy: it takes connections at the Service's address, and calls in its own name a node's port (instances as targets) or a pod
 * (addresses as targets). It calls one target, and closes the connection where that does not answer.
 */
import { type Ip, parseIp } from '../../base/ip.js';
import { familyOfText, firstOfEachFamily } from '../../base/ip-family.js';
import type { Endpoint, Service } from '../../api/types/core.js';
import type { BalancerPort, LoadBalancer } from '../../api/types/load-balancer.js';
import type { StoreView } from '../../api/view.js';
import { NETNS } from '../../node/agent.js';
import type { ListenerPlan, ProbeProtocol } from '../../plan/plan.js';
import type { ClusterPlan } from '../cluster-plan.js';
import { nodeAddresses } from '../lookup.js';
import { holderOf } from '../resolve.js';
import type { Connection } from '../simulation.js';
import type { Onward } from './onward.js';

export const BALANCER = '#balancer:';
const SERVICE_NAME = 'kubernetes.io/service-name';

export function balancerListeners(view: StoreView): readonly ListenerPlan[] {
  return view
    .list('LoadBalancer')
    .filter(({ spec }) => spec.delivery === 'proxy')
    .flatMap(({ metadata, spec }) =>
      spec.ports.flatMap(({ port, protocol }) =>
        spec.addresses.map((ip): ListenerPlan => {
          const proto = protocol.toLowerCase() as ProbeProtocol;
          const id = `lb/${metadata.namespace}/${metadata.name}${BALANCER}${proto}:${port}:${ip}`;
          return { id, netns: NETNS.fabric, proto, ip, port };
        }),
      ),
    );
}

/** `owner` as `lb/namespace/name`, `socket` as `tcp:80:198.51.100.1`. It calls in the family in which it was called. */
export function onwardOfBalancer({ view }: ClusterPlan, owner: string, socket: string): Onward | undefined {
  const [, namespace, name = ''] = owner.split('/');
  const balancer = view.get('LoadBalancer', namespace, name);
  const [, kind, own = ''] = /^(\w+:\d+):(.*)$/.exec(socket) ?? [];
  const port = balancer?.spec.ports.find((one) => `${one.protocol.toLowerCase()}:${one.port}` === kind);
  if (balancer === undefined || port === undefined) return undefined;
  const { spec } = balancer;
  const family = familyOfText(own);
  const proto = port.protocol.toLowerCase() as ProbeProtocol;
  const source = { netns: NETNS.fabric, text: owner, address: parseIp(own) as Ip };
  const healthy = spec.targets === 'pods' ? pods(view, balancer, port) : nodes(view, balancer, port);
  const called = healthy.filter(({ ip }) => familyOfText(ip) === family);
  const choices = called.map(({ ip, to, text }): Connection => ({ source, destination: { ip: parseIp(ip) as Ip, port: to, proto, text } }));
  const stream = proto === 'tcp';
  const without = spec.targets === 'nodes' && port.nodePort === undefined;
  const ill = healthy.length === 0 ? 'none of its targets is healthy' : `none of its healthy targets has an address of ${family}`;
  const why = without ? 'the Service has no NodePort' : ill;
  return {
    ...{ netns: NETNS.fabric, choices, attempts: 1, stream, proxyHeader: spec.proxyHeader },
    nobody: `the balancer of ${namespace}/${name} has nobody to call: ${why}`,
  };
}

interface Called {
  readonly ip: string;
  readonly to: number;
  readonly text: string;
}

function nodes(view: StoreView, { status }: LoadBalancer, { nodePort }: BalancerPort): readonly Called[] {
  if (nodePort === undefined) return [];
  return status.nodes.flatMap((name) => {
    const node = view.get('Node', undefined, name);
    const addresses = node === undefined ? [] : firstOfEachFamily(nodeAddresses(node));
    return addresses.map((ip) => ({ ip, to: nodePort, text: `nodeport/${name}:${nodePort}` }));
  });
}

/** Ready ones, by the name of the Service's port. */
function pods(view: StoreView, { metadata, status }: LoadBalancer, { port, protocol }: BalancerPort): readonly Called[] {
  const service = view.get('Service', metadata.namespace, metadata.name);
  const portName = portNameOf(service, port, protocol);
  const slices = view
    .list('EndpointSlice', metadata.namespace)
    .filter(({ metadata: { labels } }) => labels?.[SERVICE_NAME] === metadata.name);
  return slices.flatMap(({ endpoints, ports = [] }) => {
    const to = ports?.find(({ name = '' }) => name === portName)?.port;
    if (to === undefined) return [];
    return endpoints
      .filter((endpoint) => isTarget(endpoint, status))
      .flatMap(({ addresses: [ip = ''] }) => ({ ip, to, text: holderOf(view, ip) ?? `ip/${ip}` }));
  });
}

function portNameOf(service: Service | undefined, port: number, protocol: string): string {
  return service?.spec.ports?.find((one) => one.port === port && (one.protocol ?? 'TCP') === protocol)?.name ?? '';
}

function isTarget({ conditions, nodeName }: Endpoint, { nodes: near }: LoadBalancer['status']): boolean {
  return conditions?.ready !== false && nodeName !== undefined && near.includes(nodeName);
}
