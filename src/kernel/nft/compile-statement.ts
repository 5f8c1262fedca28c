/** Statements compiled to operations, in the order in which the kernel runs them. What only counts or logs does nothing here. */
import { inputError } from '../../base/errors.js';
import type { Comparison, Expression, Part, Statement, Value } from '../../plan/nft/nft-rule.js';
import { HEADER_PROTOCOL } from '../../plan/nft/headers.js';
import { PROTO } from '../../packet/ip-packet.js';
import { connectionOf, type Evaluation } from '../netfilter/evaluation.js';
import { compileTarget } from '../netfilter/target/compile-target.js';
import { countDynamic, setDynamicElement } from './dynamic-set.js';
import { limitRate } from './limit-rate.js';
import { translation } from './nat.js';
import { type Operation, outcomeOf } from './outcome.js';
import { partTest } from './part-test.js';
import { count, dup, queue, quota, setZone, tproxy } from './rare-statement.js';
import { refusal } from './refusal.js';
import type { TableSets } from './table-sets.js';
import { compileParts, compileValue, type Getter } from './value.js';

export function compileStatement(statement: Statement, sets: TableSets): Operation | undefined {
  switch (statement.kind) {
    case 'match':
      return match(compileParts(statement.left, sets), statement.op, statement.right);
    case 'match-bits':
      return matchMask(compileValue(statement.left, sets), (value) => (value & statement.bits) !== 0);
    case 'match-mask': {
      const { bits, mask, not } = statement;
      return matchMask(compileValue(statement.left, sets), (value) => ((value & mask) === bits) !== not);
    }
    case 'match-set':
      return matchSet(statement, sets);
    case 'vmap':
      return verdictMap(statement, sets);
    case 'verdict': {
      sets.checkVerdict(statement.verdict);
      const outcome = outcomeOf(statement.verdict);
      return () => outcome;
    }
    case 'limit':
      return limitRate(statement);
    case 'set-meta':
      return statement.key === 'mark' ? setMark(compileValue(statement.value, sets)) : undefined;
    case 'set-ct-mark':
      return setConnectionMark(compileValue(statement.value, sets));
    case 'set-payload':
      return setField(statement, compileValue(statement.value, sets));
    case 'set-mss':
      return setMss(statement.size);
    case 'nat':
      return translation(statement, sets);
    case 'reject':
      return refusal(statement.with);
    case 'update':
      return update(statement, sets);
    case 'notrack':
      return run(compileTarget({ kind: 'notrack' }));
    case 'queue':
      return queue(statement);
    case 'tproxy':
      return tproxy(statement);
    case 'dup':
      return dup(statement);
    case 'quota':
      return quota(statement);
    case 'count':
      return count(statement);
    case 'set-ct-zone':
      return setZone(statement, compileValue(statement.value, sets));
    case 'counter':
    case 'log':
    case 'unseen':
      return undefined;
  }
}

/** An action of iptables that goes on, whatever it says. */
function run(action: (e: Evaluation) => unknown): Operation {
  return (e) => {
    action(e);
    return undefined;
  };
}

function match(left: readonly Getter[], op: Comparison, right: readonly Part[]): Operation {
  const [first] = left;
  const [part] = right;
  if (left.length === 1 && first !== undefined && part !== undefined) {
    const test = op === '==' || op === '!=' ? partTest(part) : orderTest(op, part.from);
    const wanted = op !== '!=';
    return (e) => {
      const value = first(e);
      return value !== undefined && test(value) === wanted ? undefined : 'break';
    };
  }
  const tests = right.map(partTest);
  return (e) => {
    let all = true;
    for (let i = 0; i < left.length; i++) {
      const value = left[i]?.(e);
      if (value === undefined) return 'break';
      if (tests[i]?.(value) !== true) all = false;
    }
    return all === (op !== '!=') ? undefined : 'break';
  };
}

function orderTest(op: Comparison, limit: Value): (value: Value) => boolean {
  const right = typeof limit === 'number' ? limit >>> 0 : limit;
  const left = (value: Value): Value => (typeof value === 'number' ? value >>> 0 : value);
  if (op === '<') return (value) => left(value) < right;
  if (op === '<=') return (value) => left(value) <= right;
  return op === '>' ? (value) => left(value) > right : (value) => left(value) >= right;
}

function matchMask(left: Getter, test: (value: number) => boolean): Operation {
  return (e) => {
    const value = left(e);
    return typeof value === 'number' && test(value) ? undefined : 'break';
  };
}

function matchSet({ left, not, set }: Extract<Statement, { kind: 'match-set' }>, sets: TableSets): Operation {
  const lookup = sets.compile(set, left, compileParts(left, sets));
  return (e) => {
    const found = lookup(e);
    if (found === 'break') return 'break';
    return (found !== undefined) !== not ? undefined : 'break';
  };
}

function verdictMap({ key, set }: Extract<Statement, { kind: 'vmap' }>, sets: TableSets): Operation {
  const lookup = sets.compile(set, key, compileParts(key, sets));
  return (e) => {
    const found = lookup(e);
    return found === undefined || found === 'break' ? 'break' : found.outcome;
  };
}

function setMark(value: Getter): Operation {
  return (e) => {
    const mark = value(e);
    if (typeof mark !== 'number') return 'break';
    e.passage.mark = mark >>> 0;
    return undefined;
  };
}

function setConnectionMark(value: Getter): Operation {
  return (e) => {
    const mark = value(e);
    if (typeof mark !== 'number') return 'break';
    const connection = connectionOf(e.passage);
    if (connection !== undefined) connection.mark = mark >>> 0;
    return undefined;
  };
}

function setField({ header, field }: Extract<Statement, { kind: 'set-payload' }>, value: Getter): Operation {
  const family = header === 'ip6' ? 'bigint' : 'number';
  return (e) => {
    const { packet } = e.passage;
    const set = value(e);
    if (typeof packet.src !== family || typeof set !== 'number') return 'break';
    e.passage.packet = field === 'dscp' ? { ...packet, tos: (set << 2) | (packet.tos & 3) } : { ...packet, ttl: set };
    return undefined;
  };
}

function setMss(size: number | undefined): Operation {
  const lower = compileTarget({ kind: 'tcpmss', mss: size });
  return (e) => {
    if (e.passage.packet.proto !== (HEADER_PROTOCOL.tcp ?? PROTO.tcp)) return 'break';
    lower(e);
    return undefined;
  };
}

/** Elements live for the time the rule gives, or the set, or for ever; `add` leaves those that are there as they are. A full set takes no more. */
function update(statement: Extract<Statement, { kind: 'update' }>, sets: TableSets): Operation {
  const { op, timeoutMs } = statement;
  const set = sets.set(statement.set);
  if (!set.flags.includes('dynamic') && !set.flags.includes('timeout')) {
    throw inputError('set-not-dynamic', `the set ${set.name} does not change: it lacks the flag dynamic`);
  }
  const parts = compileParts(statement.key, sets);
  const value = statement.value === undefined ? undefined : compileValue(statement.value, sets);
  const lookup = sets.compile({ name: set.name }, statement.key, parts);
  const lifeUs = (timeoutMs ?? set.timeoutMs) === undefined ? Number.POSITIVE_INFINITY : (timeoutMs ?? set.timeoutMs ?? 0) * 1000;
  return (e) => {
    const key = parts.map((part) => part(e)).filter((part) => part !== undefined);
    if (key.length < parts.length) return 'break';
    const known = lookup(e);
    const there = known !== undefined && known !== 'break';
    if (op === 'delete') {
      // Whether or not it was there, the rule goes on.
      if (there) setDynamicElement(e, set, key, { found: known, expiresUs: 0, gone: true });
      return undefined;
    }
    if (!there && set.size !== undefined && countDynamic(e, set) >= set.size) return 'break';
    if (op === 'add' && there) return undefined;
    const made = value === undefined ? undefined : dataParts(statement.value as Expression, value(e));
    const found = there ? known : { outcome: undefined, parts: made, expiresUs: undefined };
    setDynamicElement(e, set, key, { found, expiresUs: e.host.nowUs() + lifeUs, gone: false });
    return undefined;
  };
}

function dataParts(expression: Expression, value: Value | undefined): readonly Part[] | undefined {
  if (value === undefined) return undefined;
  const type = 'type' in expression ? expression.type : 'integer';
  return [{ type, from: value, to: value }];
}
