/**
 * Puts the fragments of a node's agents together to the node's namespace, in the order the agents start. A jump is put into a
 * built-in chain as `iptables -I` or `-A` would; one that is there already stays where it is, as every agent checks before it adds.
 * Of equal sysctls the later fragment wins, and the node's own settings win over all. Two links of one name are our own bug.
 */
import { InvariantError } from '../base/errors.js';
import type { LinkPlan, NetnsPlan } from '../plan/plan.js';
import { BUILT_IN_CHAINS, type Chain, chain, type Ruleset, type TableName } from '../plan/ruleset.js';
import type { NodeFragment, TableFragment } from './agent.js';
import { layeredChains } from './chain-map.js';

export interface AssembleOptions {
  /** Sysctls that win over those of every fragment. */
  readonly sysctls?: Readonly<Record<string, string>> | undefined;
}

const TABLE_ORDER: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];

export function assembleNode(fragments: readonly NodeFragment[], options: AssembleOptions = {}): NetnsPlan {
  return new Assembler().assemble(fragments, options);
}

const MACHINE = ['sysctl', 'links', 'routes', 'rules', 'neigh', 'fdb', 'wg', 'speakers'] as const;

type Machine = Pick<NetnsPlan, (typeof MACHINE)[number]>;
type Tables = ReadonlyMap<string, Chain>;

/** Of one node. What is put together of the very same parts again is the very same: a kernel need not look at it a second time. */
export class Assembler {
  readonly #machine = new Again<Machine>();
  readonly #own = new Map<string, Again<Tables>>();

  assemble(fragments: readonly NodeFragment[], { sysctls }: AssembleOptions = {}): NetnsPlan {
    const tables = fragments.flatMap((f) => f.nft ?? []);
    const sets = onlyOne(fragments, 'ipset');
    const services = onlyOne(fragments, 'ipvs');
    const parts = fragments.flatMap((f) => MACHINE.map((key) => f[key]));
    return {
      ...this.#machine.make([...parts, sysctls], () => machineOf(fragments, sysctls)),
      iptables: this.#ruleset('iptables', fragments),
      ip6tables: this.#ruleset('ip6tables', fragments),
      ...(sets === undefined ? {} : { ipset: sets }),
      ...(services === undefined ? {} : { ipvs: services }),
      ...(tables.length === 0 ? {} : { nft: { tables } }),
    };
  }

  #ruleset(family: 'iptables' | 'ip6tables', of: readonly NodeFragment[]): Ruleset | undefined {
    const fragments = of.flatMap((f) => f[family] ?? []);
    if (fragments.length === 0) return undefined;
    const tables = new Map<TableName, Tables>();
    for (const table of TABLE_ORDER) {
      const parts = fragments.filter((f) => f.table === table);
      if (parts.length > 0)
        tables.set(table, layeredChains([this.#ownChains(family, table, parts), ...parts.flatMap((part) => part.shared ?? [])]));
    }
    return { tables };
  }

  #ownChains(family: string, table: TableName, parts: readonly TableFragment[]): Tables {
    const name = `${family} ${table}`;
    let again = this.#own.get(name);
    if (again === undefined) this.#own.set(name, (again = new Again()));
    return again.make(
      parts.flatMap(({ chains, jumps }) => [chains, jumps]),
      () => ownChains(table, parts),
    );
  }
}

/** The last that was made, for who has the very same parts again. */
class Again<T> {
  #parts: readonly unknown[] = [];
  #made: T | undefined;

  make(parts: readonly unknown[], make: () => T): T {
    const before = this.#parts;
    if (this.#made !== undefined && before.length === parts.length && parts.every((part, i) => part === before[i])) return this.#made;
    this.#parts = parts;
    this.#made = make();
    return this.#made;
  }
}

function machineOf(fragments: readonly NodeFragment[], sysctls: AssembleOptions['sysctls']): Machine {
  const speakers = Object.assign({}, ...fragments.map((f) => f.speakers)) as Record<string, readonly string[]>;
  const wg = Object.assign({}, ...fragments.map((f) => f.wg)) as Record<string, string>;
  return {
    sysctl: mergeSysctls([...fragments.map((f) => f.sysctl ?? {}), sysctls ?? {}]),
    links: mergeLinks(fragments),
    routes: fragments.flatMap((f) => f.routes ?? []),
    rules: fragments.flatMap((f) => f.rules ?? []),
    neigh: fragments.flatMap((f) => f.neigh ?? []),
    fdb: fragments.flatMap((f) => f.fdb ?? []),
    ...(Object.keys(wg).length === 0 ? {} : { wg }),
    ...(Object.keys(speakers).length === 0 ? {} : { speakers }),
  };
}

/** Of all agents one alone has some. */
function onlyOne<K extends 'ipset' | 'ipvs'>(fragments: readonly NodeFragment[], key: K): NodeFragment[K] {
  const [first, second] = fragments.flatMap((f) => f[key] ?? []);
  if (second !== undefined) throw new InvariantError(`two agents have ${key}`);
  return first;
}

function mergeSysctls(layers: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const layer of layers) Object.assign(merged, layer);
  const keys = Object.keys(merged).sort();
  const sorted: Record<string, string> = {};
  for (const key of keys) sorted[key] = merged[key] as string;
  return sorted;
}

function mergeLinks(fragments: readonly NodeFragment[]): LinkPlan[] {
  const links = fragments.flatMap((f) => f.links ?? []);
  const names = new Set<string>();
  for (const link of links) {
    if (names.has(link.name)) throw new InvariantError(`two agents made a link named ${link.name}`);
    names.add(link.name);
  }
  return links;
}

function ownChains(table: TableName, parts: readonly TableFragment[]): Tables {
  const own = new Map<string, Chain>();
  for (const name of BUILT_IN_CHAINS[table]) own.set(name, chain(name, jumpsOf(name, parts), 'ACCEPT'));
  for (const part of parts) {
    for (const c of part.chains) {
      const before = own.get(c.name);
      if (before === undefined) own.set(c.name, c);
      else if (c.policy !== undefined) own.set(c.name, chain(c.name, [...before.rules, ...c.rules], c.policy));
    }
  }
  return own;
}

function jumpsOf(chainName: string, parts: readonly TableFragment[]): string[] {
  const rules: string[] = [];
  for (const part of parts) {
    for (const jump of part.jumps) {
      if (jump.chain !== chainName || rules.includes(jump.rule)) continue;
      if (jump.at === 'first') rules.unshift(jump.rule);
      else rules.push(jump.rule);
    }
  }
  return rules;
}
