/** What a kube-proxy that lags has to do with what became of a packet: its rules are those of what it has seen, and it may still know endpoints that are gone. */
import { durationText } from '../base/duration-text.js';
import { parseIp } from '../base/ip.js';
import type { EndpointSlice, Service } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import type { NodeContext, RuleOrigin, RuleRef } from '../node/agent.js';
import { explainRule } from '../node/explain.js';
import { explainKubeProxyRule } from '../node/kube-proxy/explain.js';
import type { LateView } from './proxy-lag.js';

/** The node as its proxy sees it; a node that it has not seen yet knows itself. */
export function notYetSeen(context: NodeContext, { view }: LateView): NodeContext {
  return { ...context, view, node: view.get('Node', undefined, context.node.metadata.name) ?? context.node };
}

interface Late {
  readonly present: NodeContext;
  readonly late: LateView;
}

/** A rule of the proxy exists for what it has seen. */
export function explainLate({ present, late }: Late, rule: RuleRef, earlier: readonly RuleRef[]): RuleOrigin | null {
  const seen = notYetSeen(present, late);
  const origin = explainRule(seen, rule, earlier);
  if (origin === null || explainKubeProxyRule(seen, origin.asked ?? rule) === null) return origin;
  return { ...origin, detail: `${origin.detail}${origin.detail === '' ? '' : '; '}${words(present.node.metadata.name, late)}` };
}

/** Of a packet that nobody took: some proxies know the address for an endpoint, which it is no more, or not yet for a Service's. */
export function lossByLag(lates: ReadonlyMap<string, LateView>, now: StoreView, { netns, detail }: Loss): RuleOrigin | null {
  const address = detail.match(/[0-9a-f.:]+[0-9a-f]/gi)?.find((word) => parseIp(word) !== undefined);
  const found =
    address === undefined
      ? []
      : [...lates].flatMap(([node, late]) => {
          const why = whyLost(late.view, now, address);
          return why === undefined ? [] : [{ node, why: `it lags by ${durationText(late.lagUs)}: ${why}` }];
        });
  const [first] = found;
  if (first === undefined) return null;
  // Nobody says here which of them sent it; where it was lost on the node of one, that one is the likeliest.
  const named = found.find(({ node }) => node === netns) ?? { ...first, node: found.map(({ node }) => node).join(', ') };
  return { kind: 'kube-proxy', namespace: null, name: named.node, detail: named.why };
}

interface Loss {
  readonly netns: string;
  readonly detail: string;
}

function whyLost(seen: StoreView, now: StoreView, address: string): string | undefined {
  const slice = sliceWith(seen, address);
  if (slice !== undefined) {
    const service = slice.metadata.labels?.['kubernetes.io/service-name'] ?? slice.metadata.name;
    return sliceWith(now, address) === undefined
      ? `${address} is an endpoint of Service ${slice.metadata.namespace}/${service} to it still`
      : undefined;
  }
  const service = serviceAt(now, address);
  if (service === undefined || serviceAt(seen, address) !== undefined) return undefined;
  return `it has not seen Service ${service.metadata.namespace}/${service.metadata.name} yet`;
}

function serviceAt(view: StoreView, address: string): Service | undefined {
  return view.list('Service').find(({ spec }) => spec.clusterIPs?.includes(address) ?? spec.clusterIP === address);
}

function sliceWith(view: StoreView, address: string): EndpointSlice | undefined {
  return view.list('EndpointSlice').find(({ endpoints }) => endpoints.some(({ addresses }) => addresses.includes(address)));
}

function words(node: string, { lagUs }: LateView): string {
  return `kube-proxy on ${node} lags by ${durationText(lagUs)} and has not seen the last changes`;
}
