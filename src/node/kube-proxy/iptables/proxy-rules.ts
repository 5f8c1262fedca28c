/**
 * kube-proxy's whole tables for one node, with everything shared that nodes have in common. Service ports whose rules are the same everywhere (no Local
 * policy, no topology hints, no source ranges) have their chains made once for all nodes of the same settings; dispatching chains are shared by nodes on
 * which the other ports stand the same.
 */
import { type Chain, chain } from '../../../plan/ruleset.js';
import type { TableFragment } from '../../agent.js';
import type { ServiceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';
import { externalServicesChain, filterFixedChains, filterNodePortsChain, filterServicesChain, proxyFirewallChain } from './filter-rules.js';
import { filterJumps, NAT_JUMPS } from './jumps.js';
import { natFixedChains, natNodePortsChain, natServicesChain } from './nat-rules.js';
import { oncePerSettings } from '../once-per.js';
import { decidePort, type PortDecision } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import { rememberedWhile } from '../remembered.js';
import { nodeChains, sharedChains } from './shared-chains.js';

interface DispatchChains {
  readonly nat: ReadonlyMap<string, Chain>;
  readonly filter: ReadonlyMap<string, Chain>;
}

/** What nodes of equal settings share. */
interface SharedRules {
  readonly chains: ReadonlyMap<string, Chain>;
  /** Dispatching chains by how the other ports stand on a node. */
  readonly dispatch: Map<string, DispatchChains>;
}

const sharedOf = oncePerSettings<SharedRules>();
const lastDispatch = rememberedWhile<DispatchChains>();
const MANGLE: TableFragment = { table: 'mangle', chains: [chain('KUBE-PROXY-CANARY', [])], jumps: [] };

/** Chains that no Service changes, by what they depend on of the node. */
const fixed = new Map<string, { readonly filter: readonly Chain[]; readonly nat: readonly Chain[] }>();

export function proxyTables(model: ServiceModel, node: ProxyNode): readonly TableFragment[] {
  const settings = [node.masqueradeAll, node.localhostNodePorts, node.detector?.meaning, node.largeCluster].join();
  const shared = sharedOf(model, settings, () => ({ chains: sharedChains(model, node, settings), dispatch: new Map() }));
  const decisions = new Map<ProxyPort, PortDecision>();
  let signature = node.nodePortIps?.join() ?? '';
  for (const port of model.perNode) {
    const decision = decidePort(port, node);
    decisions.set(port, decision);
    signature += `${decision.hasInternal ? 'i' : '-'}${decision.hasExternal ? 'e' : '-'}`;
  }
  const decision = (port: ProxyPort): PortDecision => decisions.get(port) ?? decidePort(port, node);
  let dispatch = shared.dispatch.get(signature);
  if (dispatch === undefined) {
    dispatch = lastDispatch(model, [settings, signature].join(), () => dispatchChains(model.ports, decision, node));
    shared.dispatch.set(signature, dispatch);
  }
  const { filter, nat } = fixedChains(node);
  const own = model.perNode.length === 0 ? [] : [nodeChains(model, decisions, node)];
  return [
    MANGLE,
    { table: 'filter', chains: filter, shared: [dispatch.filter], jumps: filterJumps(node.localhostNodePorts) },
    { table: 'nat', chains: nat, shared: [dispatch.nat, ...own, shared.chains], jumps: NAT_JUMPS },
  ];
}

function fixedChains(node: ProxyNode): { readonly filter: readonly Chain[]; readonly nat: readonly Chain[] } {
  const key = [node.masqueradeBit, node.tcpBeLiberal, node.localhostNodePorts].join();
  let chains = fixed.get(key);
  if (chains === undefined) fixed.set(key, (chains = { filter: filterFixedChains(node), nat: natFixedChains(node) }));
  return chains;
}

function dispatchChains(ports: readonly ProxyPort[], decision: (port: ProxyPort) => PortDecision, node: ProxyNode): DispatchChains {
  return {
    nat: byName([natServicesChain(ports, decision, node), natNodePortsChain(ports, decision)]),
    filter: byName([
      filterServicesChain(ports, decision),
      externalServicesChain(ports, decision),
      filterNodePortsChain(ports),
      proxyFirewallChain(ports, decision),
    ]),
  };
}

function byName(chains: readonly Chain[]): ReadonlyMap<string, Chain> {
  return new Map(chains.map((c) => [c.name, c]));
}
