/**
 * kube-proxies in mode userspace over time: which endpoint each gives the next connection. It takes them in turn, in an order that is chance and drawn anew whenever they change;
 * with sessionAffinity it remembers, by the client's address, whom it gave its last connection, for as long as the time-out says since then, and forgets an endpoint that goes. A
 * client whose endpoint cannot be reached is given the next. Source: Kubernetes 1.25 pkg/proxy/userspace/{roundrobin,proxysocket}.go. Left out: that a Service which changes is opened anew.
 */
import type { ChoiceOracle } from '../../base/choice.js';
import { formatIp } from '../../base/ip.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { ClusterPlan } from '../cluster-plan.js';
import { type Turns, turnsOfProxy } from '../relay/kube-proxy-relay.js';
import type { Onward } from '../relay/onward.js';
import type { Connection } from '../simulation.js';

/** Of one Service port on one node. */
interface Balancer {
  /** Endpoints in the order of their turns, as far as it has shown; behind them come the others. */
  order: string[];
  all: readonly string[];
  next: number;
  /** By the client's address. */
  readonly remembered: Map<string, { endpoint: string; usedUs: number }>;
}

export class UserSpaceProxies {
  readonly #balancers = new Map<string, Balancer>();
  readonly #oracle: ChoiceOracle;

  constructor(oracle: ChoiceOracle) {
    this.#oracle = oracle;
  }

  /** Endpoints are others: OnEndpointsUpdate. */
  become(plan: ClusterPlan): void {
    for (const [listener, balancer] of this.#balancers) {
      const all = endpointsOf(turnsOfProxy(plan, listener)?.onward);
      if (isSame(all, balancer.all)) continue;
      for (const [client, { endpoint }] of balancer.remembered) if (!all.includes(endpoint)) balancer.remembered.delete(client);
      Object.assign(balancer, { all, order: [], next: 0 });
    }
  }

  /** Whom the proxy that took this connection calls, one after another until one takes it: NextEndpoint, tryConnect. */
  *calls(plan: ClusterPlan, taken: FlowRecord, nowUs: number): Generator<Connection> {
    const listener = taken.server ?? '';
    const turns = turnsOfProxy(plan, listener);
    if (turns === undefined || turns.onward.choices.length === 0) return;
    const balancer = this.#balancerOf(listener, turns);
    const client = taken.seenSrc === undefined ? '' : formatIp(taken.seenSrc.ip);
    for (let attempt = 0; attempt < turns.onward.attempts; attempt++) {
      const endpoint = (attempt === 0 ? known(balancer, client, turns, nowUs) : undefined) ?? this.#inTurn(balancer);
      if (turns.affinitySeconds !== undefined) balancer.remembered.set(client, { endpoint, usedUs: nowUs });
      const call = turns.onward.choices.find((one) => textOf(one) === endpoint);
      if (call !== undefined) yield call;
    }
  }

  #balancerOf(listener: string, { onward }: Turns): Balancer {
    let balancer = this.#balancers.get(listener);
    if (balancer === undefined) {
      balancer = { order: [], all: endpointsOf(onward), next: 0, remembered: new Map() };
      this.#balancers.set(listener, balancer);
    }
    return balancer;
  }

  #inTurn(balancer: Balancer): string {
    const { order, all, next } = balancer;
    if (order.length <= next) {
      const left = all.filter((one) => !order.includes(one));
      const pick =
        left.length === 1
          ? 0
          : this.#oracle.choose(
              'endpoint of a proxy in user space',
              left.map(() => 1 / left.length),
            );
      order.push(left[pick] as string);
    }
    balancer.next = (next + 1) % all.length;
    return order[next] as string;
  }
}

function known({ remembered }: Balancer, client: string, { affinitySeconds }: Turns, nowUs: number): string | undefined {
  const last = remembered.get(client);
  if (last === undefined || affinitySeconds === undefined) return undefined;
  // Whole seconds are compared.
  return Math.floor((nowUs - last.usedUs) / 1_000_000) < affinitySeconds ? last.endpoint : undefined;
}

function endpointsOf(onward: Onward | undefined): readonly string[] {
  return onward?.choices.map(textOf) ?? [];
}

function textOf({ destination: { ip, port } }: Connection): string {
  return `${formatIp(ip)} ${port}`;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
