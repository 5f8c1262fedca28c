/** kube-proxy in mode userspace as a program that passes connections on: a socket for each Service port, on every node. */
import { type Ip, parseIp } from '../../base/ip.js';
import type { StoreView } from '../../api/view.js';
import { NETNS, type NodeContext, type RuleOrigin } from '../../node/agent.js';
import { noEndpoints, serviceOrigin } from '../../node/kube-proxy/origin.js';
import { kubeProxySettings } from '../../node/kube-proxy/config.js';
import { serviceModel } from '../../node/kube-proxy/service-model.js';
import type { ProxyPort } from '../../node/kube-proxy/service-port.js';
import { backendsOf, type Portal, portals } from '../../node/kube-proxy/userspace/portals.js';
import type { ListenerPlan } from '../../plan/plan.js';
import type { ClusterPlan } from '../cluster-plan.js';
import { holderOf } from '../resolve.js';
import type { Connection } from '../simulation.js';
import type { Onward } from './onward.js';

/** tryConnect waits 250 ms, 500 ms, 1 s and 2 s. */
const DIALS = 4;
export const KUBE_PROXY = '#kube-proxy:';

/** Its sockets on a node. */
export function proxyListeners(plan: ClusterPlan, node: string): readonly ListenerPlan[] {
  return portalsOf(plan.proxyContext(node)).map(({ port: { protocol }, proxyPort }) => ({
    id: `node/${node}${KUBE_PROXY}${protocol}:${proxyPort}`,
    netns: NETNS.node(node),
    proto: protocol,
    ip: '0.0.0.0',
    port: proxyPort,
  }));
}

export function portalsOf({ view, cluster, node }: NodeContext): readonly Portal[] {
  if (cluster.kubeProxy.mode === 'none') return [];
  const { mode, portRange } = kubeProxySettings(cluster);
  return mode === 'userspace' ? portals(view, node.metadata.name, portRange) : [];
}

/** What a proxy does with the connections of one of its sockets. */
export interface Turns {
  readonly onward: Onward;
  /** Undefined: it remembers nobody. */
  readonly affinitySeconds: number | undefined;
}

/** By the id of the listener; undefined where that is none of a proxy's. */
export function turnsOfProxy(plan: ClusterPlan, listener: string): Turns | undefined {
  if (!listener.includes(KUBE_PROXY)) return undefined;
  const [owner = '', socket = ''] = listener.split(KUBE_PROXY);
  return turnsOf(plan, owner, socket);
}

/** `socket` as `tcp:40000`. */
export function onwardOfProxy(plan: ClusterPlan, owner: string, socket: string): Onward | undefined {
  return turnsOf(plan, owner, socket)?.onward;
}

function turnsOf(plan: ClusterPlan, owner: string, socket: string): Turns | undefined {
  const node = owner.slice('node/'.length);
  const context = plan.proxyContext(node);
  const portal = portalsOf(context).find(({ port, proxyPort }) => `${port.protocol}:${proxyPort}` === socket);
  if (portal === undefined) return undefined;
  const { protocol, spn, affinitySeconds } = portal.port;
  const source = { netns: NETNS.node(node), text: owner };
  const choices = backendsOf(context.view, portal.port).map(({ ip, port }): Connection => {
    const text = holderOf(plan.view, ip) ?? `ip/${ip}`;
    return { source, destination: { ip: parseIp(ip) as Ip, port, proto: protocol, text } };
  });
  const stream = protocol === 'tcp';
  const end = stream ? 'closes the connection' : 'lets the packet fall';
  const nobody = `kube-proxy on ${node} knows no endpoint of ${spn}, and ${end}`;
  return { onward: { netns: source.netns, choices, attempts: DIALS, stream, proxyHeader: false, nobody }, affinitySeconds };
}

/** The Service port that a drop's detail speaks of. */
export function abandonedPort(view: StoreView, detail: string): ProxyPort | undefined {
  const spn = / knows no endpoint of (\S+), /.exec(detail)?.[1];
  return spn === undefined ? undefined : serviceModel(view, 'IPv4').ports.find((port) => port.spn === spn);
}

/** Mode userspace reads Endpoints alone. */
export function explainAbandoned(context: NodeContext, port: ProxyPort): RuleOrigin {
  const selects = context.view.get('Service', port.namespace, port.service)?.spec.selector !== undefined;
  return serviceOrigin(port, selects ? noEndpoints(context, port) : 'it has no selector, and no Endpoints name an address for it');
}
