/**
 * Who listens where: the containers of running pods, the API server of control-plane nodes and every kubelet, and outside hosts, which
 * answer on the ports that somebody asks them for. A listener's id is the endpoint text of its owner, then `#container`, protocol and port.
 */
import type { Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import { NETNS } from '../node/agent.js';
import { isNodeCache, localAddresses } from '../node/dns/node-cache.js';
import { systemPorts } from '../node/kubelet/host-sockets.js';
import { intendedListeners, listeners } from '../node/kubelet/listeners.js';
import { hasPodNetwork, podsOfNode } from '../node/pods-of-node.js';
import type { ListenerPlan } from '../plan/plan.js';

/** Every address of the families that the host speaks; a socket of each, so that each sees its clients as they are. */
type Anywhere = readonly string[];
const IPV4: Anywhere = ['0.0.0.0'];
const BOTH: Anywhere = ['0.0.0.0', '::'];

function anywhere(hasIpv6: boolean): Anywhere {
  return hasIpv6 ? BOTH : IPV4;
}

/** One listener for each address, told apart by it where there are several. */
function listenersAt(addresses: readonly string[], listener: Omit<ListenerPlan, 'ip'>): readonly ListenerPlan[] {
  return addresses.map((ip, i) => ({ ...listener, id: i === 0 ? listener.id : `${listener.id}:${ip}`, ip }));
}

const DNS_PORT = 53;

export interface PodListener {
  readonly container: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
}

/** What the pod's containers listen on, or would if they ran, for choosing a port that a sentence leaves out. */
export function podListeners(pod: Pod): readonly PodListener[] {
  const running = listeners(pod);
  return (running.length > 0 ? running : intendedListeners(pod)).map(({ container, proto, port }) => ({
    container,
    protocol: proto.toUpperCase() as PodListener['protocol'],
    port,
  }));
}

/** On every address, but a node's name server takes just its own ones. */
export function podNetnsListeners(pod: Pod, netns: string, hasIpv6: boolean): readonly ListenerPlan[] {
  if (isNodeCache(pod)) return nodeCacheListeners(pod, netns, hasIpv6);
  const owner = `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
  return listeners(pod).flatMap(({ container, proto, port }) =>
    listenersAt(anywhere(hasIpv6), { id: `${owner}#${container}:${proto}:${port}`, netns, proto, port }),
  );
}

function nodeCacheListeners(pod: Pod, netns: string, hasIpv6: boolean): readonly ListenerPlan[] {
  const owner = `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
  return listeners(pod).flatMap(({ container, proto, port }) =>
    (port === DNS_PORT ? localAddresses(pod) : anywhere(hasIpv6)).map((ip) => ({
      id: `${owner}#${container}:${proto}:${port}:${ip}`,
      netns,
      proto,
      ip,
      port,
    })),
  );
}

export function nodeListeners(view: StoreView, name: string, hasIpv6: boolean): readonly ListenerPlan[] {
  const netns = NETNS.node(name);
  const labels = view.get('Node', undefined, name)?.metadata.labels ?? {};
  const own = systemPorts(labels).flatMap(([process, port]) =>
    listenersAt(anywhere(hasIpv6), { id: `node/${name}#${process}:tcp:${port}`, netns, proto: 'tcp', port }),
  );
  return [
    ...own,
    ...podsOfNode(view, name)
      .filter((pod) => !hasPodNetwork(pod))
      .flatMap((pod) => podNetnsListeners(pod, netns, hasIpv6)),
  ];
}

/** The ports that EndpointSlices say are served at an address, as `tcp:80`. */
export function portsServed(view: StoreView, address: string): readonly string[] {
  return view
    .list('EndpointSlice')
    .filter(({ endpoints }) => endpoints.some(({ addresses }) => addresses.includes(address)))
    .flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ port, protocol }) => (port === undefined ? [] : [`${(protocol ?? 'TCP').toLowerCase()}:${port}`])),
    );
}

/** An outside host answers on the ports it was asked for, and on those that it serves; `ports` as `tcp:80`. */
export function externalListeners(name: string, ports: Iterable<string>, hasIpv6: boolean): readonly ListenerPlan[] {
  return [...new Set(ports)].sort().flatMap((text) => {
    const [proto, port] = text.split(':') as [ListenerPlan['proto'], string];
    const id = `external/${name}#host:${proto}:${port}`;
    return listenersAt(anywhere(hasIpv6), { id, netns: NETNS.external(name), proto, port: Number(port) });
  });
}

/** The endpoint text in a listener's id. */
export function listenerOwner(id: string): string {
  return id.slice(0, id.indexOf('#'));
}
