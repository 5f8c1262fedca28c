/**
 * The chains of all Service ports whose rules are the same on every node. None is made before it is looked up; an endpoint's chain is known by
 * name as soon as the rules that lead to it were read, and who asks for one before, or walks the map, has everything made.
 */
import type { NftChain } from '../../../plan/nft/nft-ruleset.js';
import { chainMap } from '../../chain-map.js';
import { decidePort } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import type { ProxyPort } from '../service-port.js';
import { portBase } from './names.js';
import { endpointChains, servicePortChains } from './service-chains.js';

const PORT_CHAIN = /^(?:service|external)-/;

/** `ports` are those that are the same on every node; of `node` only what all nodes of these settings share is read. */
export function sharedNftChains(ports: readonly ProxyPort[], node: ProxyNode): ReadonlyMap<string, NftChain> {
  const made = new Map<string, NftChain>();
  let byBase: ReadonlyMap<string, ProxyPort> | undefined;
  let complete: ReadonlyMap<string, NftChain> | undefined;
  const add = (chain: NftChain): void => {
    if (!made.has(chain.name)) made.set(chain.name, chain);
  };
  const addPort = (port: ProxyPort): void => {
    const decision = decidePort(port, node);
    servicePortChains(port, decision, node, () => endpointChains(port, decision).forEach(add)).forEach(add);
  };
  /** In the order of the Services, whatever was asked for before. */
  const makeAll = (): ReadonlyMap<string, NftChain> => {
    if (complete !== undefined) return complete;
    const all = new Map<string, NftChain>();
    for (const port of ports) {
      const decision = decidePort(port, node);
      for (const chain of [...servicePortChains(port, decision, node), ...endpointChains(port, decision)]) {
        all.set(chain.name, made.get(chain.name) ?? chain);
      }
    }
    complete = all;
    return all;
  };
  const find = (name: string): NftChain | undefined => {
    const known = made.get(name) ?? complete?.get(name);
    if (known !== undefined || complete !== undefined) return known;
    if (PORT_CHAIN.test(name)) {
      byBase ??= new Map(ports.map((port) => [portBase(port), port]));
      const port = byBase.get(name.slice(name.indexOf('-') + 1));
      if (port !== undefined) addPort(port);
      return made.get(name);
    }
    return name.startsWith('endpoint-') ? makeAll().get(name) : undefined;
  };
  return chainMap(find, makeAll);
}
