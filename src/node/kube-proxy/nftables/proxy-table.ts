/**
 * kube-proxy's table in nftables mode for one node, with everything shared that nodes have in common, as in iptables mode: ports whose rules are the same
 * everywhere have their chains made once for all nodes of the same settings; maps are shared by nodes on which the other ports stand the same.
 */
import type { NftChain, NftSet, NftTable } from '../../../plan/nft/nft-ruleset.js';
import { rememberedWhile } from '../remembered.js';
import { chainMap, layeredChains } from '../../chain-map.js';
import { oncePerSettings } from '../once-per.js';
import { decidePort, type PortDecision } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import type { ServiceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';
import { dispatchSets, nodePortIps } from './dispatch-sets.js';
import { NFT_PROTOCOL } from './family-words.js';
import { BASE_CHAIN_NAMES, fixedChains } from './fixed-chains.js';
import { affinitySets } from './service-chains.js';
import { nodeNftChains, sharedNftChains } from './shared-chains.js';

/** What nodes of equal settings share. */
interface SharedTable {
  readonly chains: ReadonlyMap<string, NftChain>;
  /** Sets and maps by how the other ports stand on a node. */
  readonly dispatch: Map<string, readonly NftSet[]>;
}

const sharedOf = oncePerSettings<SharedTable>();

const lastDispatch = rememberedWhile<readonly NftSet[]>();

/** `serviceCIDRs` are those of the node's family here. */
export function proxyNftTable(model: ServiceModel, node: ProxyNode, serviceCIDRs: readonly string[]): NftTable {
  const settings = [node.masqueradeAll, node.detector?.meaning].join();
  const shared = sharedOf(model, settings, () => ({ chains: sharedNftChains(model, node, settings), dispatch: new Map() }));
  const decisions = new Map<ProxyPort, PortDecision>();
  let signature = '';
  for (const port of model.perNode) {
    const decision = decidePort(port, node);
    decisions.set(port, decision);
    signature += `${decision.hasInternal ? 'i' : '-'}${decision.hasExternal ? 'e' : '-'}`;
  }
  const decision = (port: ProxyPort): PortDecision => decisions.get(port) ?? decidePort(port, node);
  let dispatch = shared.dispatch.get(signature);
  if (dispatch === undefined) {
    dispatch = lastDispatch(model, signature, () => dispatchSets(model.ports, decision, node.family));
    shared.dispatch.set(signature, dispatch);
  }
  const fixed = new Map(fixedChains(node, serviceCIDRs).map((chain) => [chain.name, chain]));
  const own = model.perNode.length === 0 ? [] : [nodeNftChains(model, decisions, node)];
  return {
    family: NFT_PROTOCOL[node.family],
    name: 'kube-proxy',
    comment: 'rules for kube-proxy',
    baseChains: BASE_CHAIN_NAMES,
    sets: tableSets(dispatch, node, () => model.ports.flatMap((port) => affinitySets(port, decision(port)))),
    chains: layeredChains([fixed, ...own, shared.chains]),
  };
}

/** Sets of affinity, one for each endpoint, are made when one of them is asked for. */
function tableSets(dispatch: readonly NftSet[], node: ProxyNode, affinity: () => readonly NftSet[]): ReadonlyMap<string, NftSet> {
  const [clusterIps, ...maps] = dispatch;
  const atNode = node.nodePortIps === undefined ? [] : [nodePortIps(node.nodePortIps, node.family)];
  const known = new Map([...(clusterIps === undefined ? [] : [clusterIps]), ...atNode, ...maps].map((set) => [set.name, set]));
  let all: ReadonlyMap<string, NftSet> | undefined;
  const makeAll = (): ReadonlyMap<string, NftSet> => {
    all ??= new Map([...known.values(), ...affinity()].map((set) => [set.name, set]));
    return all;
  };
  return chainMap((name) => known.get(name) ?? (name.startsWith('affinity-') ? makeAll().get(name) : undefined), makeAll);
}
