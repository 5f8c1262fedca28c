/**
 * The chains of Service ports by their names: those of ports that are the same on every node, made once for all nodes of the same settings, and those of
 * the ports that may be different on each.
 */
import type { NftChain } from '../../../plan/nft/nft-ruleset.js';
import { chainsOfPorts, oncePerPort, PortChains } from '../port-chains.js';
import { decidePort, type PortDecision } from '../port-decision.js';
import { portFinder } from '../port-finder.js';
import type { ProxyNode } from '../proxy-node.js';
import type { ServiceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';
import { plainName } from './names.js';
import { endpointChains, servicePortChains } from './service-chains.js';

/** The name of the port, which what was cut does not wholly have. */
const PORT_CHAIN = /^(?:service|local|external|firewall|endpoint)-[A-Z2-7]{8}-(.+?)(?:__.*)?$/;

const portNamed = portFinder(plainName);
const kept = oncePerPort<PortChains<NftChain>>();

/** Of the ports that are the same on every node; of `node` only what all nodes of these `settings` share is read. */
export function sharedNftChains(model: ServiceModel, node: ProxyNode, settings: string): ReadonlyMap<string, NftChain> {
  const chainsOf = (port: ProxyPort): PortChains<NftChain> => kept(port, settings, () => makeChains(port, decidePort(port, node), node));
  const ports = (): readonly ProxyPort[] => (model.perNode.length === 0 ? model.ports : model.ports.filter((port) => !port.perNode));
  return chainsOfPorts({ ports, owner: ownerAmong(model, false), chainsOf });
}

/** Of the ports that may be different on each node. */
export function nodeNftChains(
  model: ServiceModel,
  decisions: ReadonlyMap<ProxyPort, PortDecision>,
  node: ProxyNode,
): ReadonlyMap<string, NftChain> {
  const made = new Map<ProxyPort, PortChains<NftChain>>();
  const chainsOf = (port: ProxyPort): PortChains<NftChain> => {
    let chains = made.get(port);
    if (chains === undefined) made.set(port, (chains = makeChains(port, decisions.get(port) ?? decidePort(port, node), node)));
    return chains;
  };
  return chainsOfPorts({ ports: () => model.perNode, owner: ownerAmong(model, true), chainsOf });
}

function makeChains(port: ProxyPort, decision: PortDecision, node: ProxyNode): PortChains<NftChain> {
  return new PortChains(servicePortChains(port, decision, node), () => endpointChains(port, decision));
}

function ownerAmong(model: ServiceModel, isPerNode: boolean): (name: string) => ProxyPort | 'unknown' | undefined {
  return (name) => {
    const named = PORT_CHAIN.exec(name)?.[1];
    if (named === undefined) return undefined;
    if (name.endsWith('...')) return 'unknown';
    const port = portNamed(model, named);
    return port?.perNode === isPerNode ? port : undefined;
  };
}
