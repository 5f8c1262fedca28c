/**
 * The chains of all Service ports whose rules are the same on every node. None is made before it is looked up: a packet to one Service among
 * ten thousand makes that one's chains. An endpoint's chain is known by name as soon as the rules that lead to it were read; who asks for one before, or
 * walks the map, has everything made.
 */
import type { Chain } from '../../../plan/ruleset.js';
import { chainMap } from '../../chain-map.js';
import type { ProxyPort } from '../service-port.js';
import { decidePort } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import { endpointChains, servicePortChains } from './service-chains.js';

const PORT_CHAIN = /^KUBE-(?:SVC|EXT)-/;

/** `ports` are those that are the same on every node; of `node` only what all nodes of these settings share is read. */
export function sharedChains(ports: readonly ProxyPort[], node: ProxyNode): ReadonlyMap<string, Chain> {
  const made = new Map<string, Chain>();
  let byHash: ReadonlyMap<string, ProxyPort> | undefined;
  let isComplete = false;

  const add = (chain: Chain): void => {
    if (!made.has(chain.name)) made.set(chain.name, chain);
  };
  const addPort = (port: ProxyPort): void => {
    const decision = decidePort(port, node);
    servicePortChains(port, decision, node, () => endpointChains(port, decision, node).forEach(add)).forEach(add);
  };
  const complete = (): ReadonlyMap<string, Chain> => {
    if (!isComplete) {
      for (const port of ports) {
        addPort(port);
        endpointChains(port, decidePort(port, node), node).forEach(add);
      }
      isComplete = true;
    }
    return made;
  };
  const find = (name: string): Chain | undefined => {
    const known = made.get(name);
    if (known !== undefined || isComplete) return known;
    if (PORT_CHAIN.test(name)) {
      byHash ??= new Map(ports.map((port) => [port.hash, port]));
      const port = byHash.get(name.slice(-16));
      if (port !== undefined) addPort(port);
      return made.get(name);
    }
    return name.startsWith('KUBE-SEP-') ? complete().get(name) : undefined;
  };
  return chainMap(find, complete);
}
