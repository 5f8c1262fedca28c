/**
 * kube-proxy's whole tables for one node, with everything shared that nodes have in common. Service ports whose rules are the same everywhere (no Local
 * policy, no topology hints, no source ranges) have their chains made once for all nodes of the same settings; dispatching chains are shared by nodes on
 * which the other ports stand the same.
 */
import type { Chain } from '../../../plan/ruleset.js';
import type { TableFragment } from '../../agent.js';
import type { ProxyEndpoint, ProxyPort, ServiceModel } from '../service-model.js';
import { categorizeEndpoints, type EndpointChoice } from '../topology.js';
import { externalServicesChain, filterFixedChains, filterNodePortsChain, filterServicesChain, proxyFirewallChain } from './filter-rules.js';
import { filterJumps, NAT_JUMPS } from './jumps.js';
import { natFixedChains, natNodePortsChain, natServicesChain } from './nat-rules.js';
import type { PortState, ProxyNode } from './proxy-node.js';
import { servicePortChains } from './service-chains.js';

/** What nodes of equal settings share. */
interface SharedRules {
  /** Chains of the Service ports that are the same on every node. */
  readonly chains: ReadonlyMap<string, Chain>;
  /** Dispatching chains by how the other ports stand on a node. */
  readonly dispatch: Map<string, DispatchChains>;
}

interface DispatchChains {
  readonly nat: ReadonlyMap<string, Chain>;
  readonly filter: ReadonlyMap<string, Chain>;
}

const sharedOf = new WeakMap<ServiceModel, Map<string, SharedRules>>();

export function proxyTables(model: ServiceModel, node: ProxyNode): readonly TableFragment[] {
  const shared = sharedRules(model, node);
  const own: Chain[] = [];
  const states = new Map<ProxyPort, PortState>();
  let signature = node.nodePortIps?.join() ?? '';
  for (const port of model.ports) {
    if (!port.perNode) continue;
    const { choice, state } = decide(port, node);
    states.set(port, state);
    signature += `${state.hasInternal ? 'i' : '-'}${state.hasExternal ? 'e' : '-'}`;
    own.push(...servicePortChains(port, choice, state, node));
  }
  const dispatch = dispatchChains(shared, signature, model, states, node);
  return [
    { table: 'mangle', chains: [CANARY], jumps: [] },
    {
      table: 'filter',
      chains: filterFixedChains(node),
      shared: [dispatch.filter],
      jumps: filterJumps(node.localhostNodePorts),
    },
    { table: 'nat', chains: [...natFixedChains(node), ...own], shared: [dispatch.nat, shared.chains], jumps: NAT_JUMPS },
  ];
}

const CANARY: Chain = { name: 'KUBE-PROXY-CANARY', policy: undefined, rules: [] };

function decide(port: ProxyPort, node: ProxyNode): { choice: EndpointChoice<ProxyEndpoint>; state: PortState } {
  const choice = categorizeEndpoints(port.endpoints, port, node);
  const hasLocal = (choice.local?.length ?? 0) > 0;
  const state = {
    hasEndpoints: choice.hasAny,
    hasInternal: choice.hasAny && (!port.internalLocal || hasLocal),
    hasExternal: choice.hasAny && (!port.externalLocal || hasLocal),
  };
  return { choice, state };
}

function sharedRules(model: ServiceModel, node: ProxyNode): SharedRules {
  let bySettings = sharedOf.get(model);
  if (bySettings === undefined) {
    bySettings = new Map();
    sharedOf.set(model, bySettings);
  }
  const key = [node.masqueradeAll, node.localhostNodePorts, node.detector?.meaning].join();
  let shared = bySettings.get(key);
  if (shared === undefined) {
    const chains = new Map<string, Chain>();
    for (const port of model.ports) {
      if (port.perNode) continue;
      const { choice, state } = decide(port, node);
      for (const chain of servicePortChains(port, choice, state, node)) chains.set(chain.name, chain);
    }
    shared = { chains, dispatch: new Map() };
    bySettings.set(key, shared);
  }
  return shared;
}

function dispatchChains(
  shared: SharedRules,
  signature: string,
  model: ServiceModel,
  states: ReadonlyMap<ProxyPort, PortState>,
  node: ProxyNode,
): DispatchChains {
  let chains = shared.dispatch.get(signature);
  if (chains === undefined) {
    const state = (port: ProxyPort): PortState => states.get(port) ?? decide(port, node).state;
    const { ports } = model;
    chains = {
      nat: byName([natServicesChain(ports, state, node), natNodePortsChain(ports, state)]),
      filter: byName([
        filterServicesChain(ports, state),
        externalServicesChain(ports, state),
        filterNodePortsChain(ports),
        proxyFirewallChain(ports, state),
      ]),
    };
    shared.dispatch.set(signature, chains);
  }
  return chains;
}

function byName(chains: readonly Chain[]): ReadonlyMap<string, Chain> {
  return new Map(chains.map((chain) => [chain.name, chain]));
}
