/**
 * Programs that take a connection and make another on its behalf: kube-proxy in mode userspace. Each has a listener in the plan, whose id says what it is; whom it calls
 * in its turn is found here. What it carries to and fro does not change, so that two connections one after the other are all there is to it.
 */
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

export interface Onward {
  /** Where the program runs. */
  readonly netns: string;
  /** Whom it may call first, each as likely as another. */
  readonly choices: readonly Connection[];
  /** How many of them it calls, one after another, until one takes the connection. */
  readonly attempts: number;
  /** TCP, of which the client learns when it is closed. */
  readonly stream: boolean;
  /** Why there is nobody to call. */
  readonly nobody: string;
}

/** tryConnect waits 250 ms, 500 ms, 1 s and 2 s. */
const DIALS = 4;
const KUBE_PROXY = '#kube-proxy:';

/** kube-proxy's own sockets on a node. */
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

/** By the id of its listener. */
export function isRelay(listener: string): boolean {
  return listener.includes(KUBE_PROXY);
}

/** Undefined for a listener that answers itself. */
export function onwardOf(plan: ClusterPlan, listener: string): Onward | undefined {
  const [owner = '', socket] = listener.split(KUBE_PROXY);
  if (socket === undefined) return undefined;
  const node = owner.slice('node/'.length);
  const context = plan.proxyContext(node);
  const portal = portalsOf(context).find(({ port, proxyPort }) => `${port.protocol}:${proxyPort}` === socket);
  if (portal === undefined) return undefined;
  const { protocol, spn } = portal.port;
  const source = { netns: NETNS.node(node), text: owner };
  const choices = backendsOf(context.view, portal.port).map(({ ip, port }): Connection => {
    const text = holderOf(plan.view, ip) ?? `ip/${ip}`;
    return { source, destination: { ip: parseIp(ip) as Ip, port, proto: protocol, text } };
  });
  const stream = protocol === 'tcp';
  return {
    netns: source.netns,
    choices,
    attempts: DIALS,
    stream,
    nobody: `kube-proxy on ${node} knows no endpoint of ${spn}, and ${stream ? 'closes the connection' : 'lets the packet fall'}`,
  };
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
