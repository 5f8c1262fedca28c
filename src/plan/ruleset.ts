/**
 * The rules of iptables or ip6tables in one namespace: tables of chains of rule texts. A rule text is what follows
 * `-A CHAIN ` in iptables-save, e.g. `-s 10.0.0.0/8 -m comment --comment "x" -j ACCEPT`. A chain may make its rules on
 * first reading, and the same chain object may stand in the rulesets of many namespaces: a kernel compiles it once.
 */

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';

export interface Chain {
  readonly name: string;
  /** Of built-in chains; undefined in user chains. */
  readonly policy: 'ACCEPT' | 'DROP' | undefined;
  readonly rules: readonly string[];
  /** Of a chain that was read from a text: where its name was first declared, 0 for a built-in one, and the line of each rule. */
  readonly source?: ChainSource | undefined;
}

export interface ChainSource {
  readonly declared: number;
  readonly lines: readonly number[];
}

export interface Ruleset {
  /** Tables in the order raw, mangle, nat, filter, security; chains by name, built-in chains always present. */
  readonly tables: ReadonlyMap<TableName, ReadonlyMap<string, Chain>>;
  /** A rule asks how much a connection has carried, so that the kernel counts (nf_ct_set_acct). */
  readonly counts?: boolean;
}

/** The built-in chains of each table, in the order iptables-save prints them. */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export function chain(name: string, rules: readonly string[], policy?: 'ACCEPT' | 'DROP'): Chain {
  return { name, policy, rules };
}

/** A user chain whose rules are made when first read. */
export function lazyChain(name: string, make: () => readonly string[]): Chain {
  return new LazyChain(name, make);
}

/** A class: there are tens of thousands of them, and a getter of each one's own costs more than all the rest. */
class LazyChain implements Chain {
  readonly name: string;
  readonly policy = undefined;
  #make: (() => readonly string[]) | undefined;
  #rules: readonly string[] | undefined;

  constructor(name: string, make: () => readonly string[]) {
    this.name = name;
    this.#make = make;
  }

  get rules(): readonly string[] {
    this.#rules ??= this.#make?.() ?? [];
    this.#make = undefined;
    return this.#rules;
  }
}
