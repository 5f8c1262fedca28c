/**
 * The chains of Service ports by their names: those of ports that are the same on every node, made once for all nodes of the same settings, and those of
 * the ports that may be different on each.
 */
import type { Chain } from '../../../plan/ruleset.js';
import { chainsOfPorts, oncePerPort, PortChains } from '../port-chains.js';
import { decidePort, type PortDecision } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import type { ServiceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';
import { chainOwner, noteEndpoints } from './chain-owner.js';
import { endpointChains, servicePortChains } from './service-chains.js';

const kept = oncePerPort<PortChains<Chain>>();

/** Of the ports that are the same on every node; of `node` only what all nodes of these `settings` share is read. */
export function sharedChains(model: ServiceModel, node: ProxyNode, settings: string): ReadonlyMap<string, Chain> {
  const chainsOf = (port: ProxyPort): PortChains<Chain> => kept(port, settings, () => makeChains(port, decidePort(port, node), node));
  const ports = (): readonly ProxyPort[] => (model.perNode.length === 0 ? model.ports : model.ports.filter((port) => !port.perNode));
  return chainsOfPorts({ ports, owner: ownerAmong(model, false), chainsOf });
}

/** Of the ports that may be different on each node. */
export function nodeChains(
  model: ServiceModel,
  decisions: ReadonlyMap<ProxyPort, PortDecision>,
  node: ProxyNode,
): ReadonlyMap<string, Chain> {
  const made = new Map<ProxyPort, PortChains<Chain>>();
  const chainsOf = (port: ProxyPort): PortChains<Chain> => {
    let chains = made.get(port);
    if (chains === undefined) made.set(port, (chains = makeChains(port, decisions.get(port) ?? decidePort(port, node), node)));
    return chains;
  };
  return chainsOfPorts({ ports: () => model.perNode, owner: ownerAmong(model, true), chainsOf });
}

function makeChains(port: ProxyPort, decision: PortDecision, node: ProxyNode): PortChains<Chain> {
  const note = (): void => noteEndpoints(port, decision.hasEndpoints ? decision.choice.all : []);
  return new PortChains(servicePortChains(port, decision, node, note), () => endpointChains(port, decision, node));
}

function ownerAmong(model: ServiceModel, isPerNode: boolean): (name: string) => ProxyPort | 'unknown' | undefined {
  return (name) => {
    const port = chainOwner(model, name);
    return typeof port !== 'object' || port.perNode === isPerNode ? port : undefined;
  };
}
