/**
 * The chains of many Service ports as one map. None is made before it is looked up: a packet to one Service among ten thousand makes that one's chains.
 * What a port's chains are on nodes that do not differ for it is made once, and stays while the port stays the same, whatever becomes of others.
 */
import { chainMap } from '../chain-map.js';
import type { ProxyPort } from './service-port.js';

/** A class, as there is one for each port: getters of their own would cost more than they hold. */
export class PortChains<C> {
  /** Every chain of the port but those of its endpoints. */
  readonly own: readonly C[];
  readonly #makeEndpoints: () => readonly C[];
  #endpoints: readonly C[] | undefined;

  constructor(own: readonly C[], makeEndpoints: () => readonly C[]) {
    this.own = own;
    this.#makeEndpoints = makeEndpoints;
  }

  /** Those of its endpoints; made when first read. */
  get endpoints(): readonly C[] {
    this.#endpoints ??= this.#makeEndpoints();
    return this.#endpoints;
  }
}

export interface ChainsOfPorts<C> {
  /** In their order, for who asks for all. */
  readonly ports: () => readonly ProxyPort[];
  /** Whose chain it is: undefined where nobody's has that name, `unknown` where all must be made to tell. */
  readonly owner: (name: string) => ProxyPort | 'unknown' | undefined;
  readonly chainsOf: (port: ProxyPort) => PortChains<C>;
}

export function chainsOfPorts<C extends { readonly name: string }>({ ports, owner, chainsOf }: ChainsOfPorts<C>): ReadonlyMap<string, C> {
  let all: Map<string, C> | undefined;
  const complete = (): ReadonlyMap<string, C> => {
    if (all !== undefined) return all;
    all = new Map();
    for (const port of ports()) {
      const { own, endpoints } = chainsOf(port);
      for (const chain of own) all.set(chain.name, chain);
      for (const chain of endpoints) all.set(chain.name, chain);
    }
    return all;
  };
  const find = (name: string): C | undefined => {
    const port = owner(name);
    if (port === 'unknown') return complete().get(name);
    if (port === undefined) return undefined;
    const chains = chainsOf(port);
    const isNamed = (chain: C): boolean => chain.name === name;
    return chains.own.find(isNamed) ?? chains.endpoints.find(isNamed);
  };
  return chainMap(find, complete);
}

/** Keeps what `make` makes of a port for as long as the port is known; `settings` tells apart what else it reads. */
export function oncePerPort<T>(): (port: ProxyPort, settings: string, make: () => T) => T {
  const kept = new WeakMap<ProxyPort, { readonly settings: string; readonly made: T }[]>();
  return (port, settings, make) => {
    let list = kept.get(port);
    if (list === undefined) kept.set(port, (list = []));
    for (const one of list) if (one.settings === settings) return one.made;
    const made = make();
    if (list.length >= SETTINGS_MAX) list.length = 0;
    list.push({ settings, made });
    return made;
  };
}

/** Where nodes have more settings than this, as with a podCIDR of their own, they are not all remembered. */
const SETTINGS_MAX = 8;
