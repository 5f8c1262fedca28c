/** A chain of nftables compiled when a packet first reaches it, rule by rule, so that a fault names its rule. */
import { InvariantError } from '../../base/errors.js';
import type { NftChain, NftTable } from '../../plan/nft/nft-ruleset.js';
import type { Statement } from '../../plan/nft/nft-rule.js';
import { parseNftRule } from '../../plan/nft/parse-rule.js';
import { placeFault } from '../../plan/nft/place-fault.js';
import type { NftTableName, RuleHit } from '../../trace/event.js';
import { type Consulted, FIELD, of } from '../netfilter/chain/consulted.js';
import { asksOfStatement } from '../recall/nft-asks.js';
import { compileStatement } from './compile-statement.js';
import { consultedByStatement } from './consulted.js';
import type { Operation } from './outcome.js';
import { TableSets } from './table-sets.js';

export interface CompiledNftRule {
  readonly hit: RuleHit;
  readonly operations: readonly Operation[];
  /** What each of them looks at. */
  readonly consults: readonly Consulted[];
  /** Which of them sets the packet's mark first; -1 for none. */
  readonly markAt: number;
  /** Of what it looks at, what matters to the memory of whole flows; recall/nft-asks.ts. */
  readonly asks: number;
}

export interface CompiledNftChain {
  readonly name: string;
  readonly rules: readonly CompiledNftRule[];
  /** Where its jumps lead. */
  readonly table: CompiledTable;
}

/** One table, whoever uses it: what rules remember is kept elsewhere. */
export class CompiledTable {
  readonly name: NftTableName;
  readonly #table: NftTable;
  readonly #sets: TableSets;
  readonly #chains = new Map<string, CompiledNftChain>();

  constructor(table: NftTable) {
    this.name = `${table.family} ${table.name}`;
    this.#table = table;
    this.#sets = new TableSets(table);
  }

  chain(name: string): CompiledNftChain {
    let made = this.#chains.get(name);
    if (made === undefined) {
      const chain = this.#table.chains.get(name);
      if (chain === undefined) throw new InvariantError(`${this.name} has no chain ${name}`);
      made = { name, rules: chain.rules.map((text, i) => this.#rule(chain, text, i)), table: this };
      this.#chains.set(name, made);
    }
    return made;
  }

  #rule(chain: NftChain, text: string, i: number): CompiledNftRule {
    const hit: RuleHit = { table: this.name, chain: chain.name, index: i + 1, text: oneLine(text) };
    try {
      const { statements } = parseNftRule(text, `${this.name} ${chain.name}`);
      return { hit, ...compileStatements(statements, this.#sets) };
    } catch (error) {
      throw placeFault(error, `table ${this.name}, chain ${chain.name}, rule ${i + 1}`, chain.position?.(i));
    }
  }
}

function compileStatements(statements: readonly Statement[], sets: TableSets): Omit<CompiledNftRule, 'hit'> {
  const operations: Operation[] = [];
  const consults: Consulted[] = [];
  let markAt = -1;
  let asks = 0;
  for (const statement of statements) {
    const operation = compileStatement(statement, sets);
    if (operation === undefined) continue;
    const consulted = consultedByStatement(statement, sets);
    asks |= asksOfStatement(statement, consulted, sets);
    operations.push(operation);
    consults.push(consulted);
    // A walk that goes on from this rule does all of it again, which must not set a mark twice.
    if (markAt >= 0 && (consulted.fields & FIELD.other) !== 0) consults[0] = of(FIELD.other);
    if (statement.kind === 'set-meta' && markAt < 0) markAt = operations.length - 1;
  }
  return { operations, consults, markAt, asks };
}

function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\t') ? text.replaceAll(/\s*\\?\s+/g, ' ') : text;
}

const compiled = new WeakMap<NftTable, CompiledTable>();

export function compileTable(table: NftTable): CompiledTable {
  let made = compiled.get(table);
  if (made === undefined) {
    made = new CompiledTable(table);
    compiled.set(table, made);
  }
  return made;
}
