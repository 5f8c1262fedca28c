/**
 * One look-up: the policy rules in order, the first table with an answer (fib_rules_lookup). A `throw` route goes on with the next
 * rule. Undefined means that no route exists, which Linux calls ENETUNREACH.
 */
import type { Ipv4 } from '../../base/ip.js';
import { TABLE } from '../../plan/iproute2/scope.js';
import type { Device, Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import { type FlowSource, nextRule, selectorsHold } from './policy-rule.js';
import { type Fib, type FibRule, lookupTable, type Route, type RouteCache } from './fib.js';

const CACHE_MAX = 8192;

/** What a look-up may depend on besides the destination. `iif` is `lo` for packets made here. */
export interface FlowKey {
  readonly src: Ipv4;
  readonly iif: Device;
  readonly oif: Device | undefined;
  readonly mark: number;
  /** What only rules with further selectors ask for. */
  readonly flow: FlowSource | undefined;
}

export function lookupRoute(rt: Runtime, ns: Namespace, dst: Ipv4, src: Ipv4, iif: Device, mark: number, oif?: Device): Route | undefined {
  const { fib } = ns;
  if (!fib.plain) return lookupByRules(rt, fib, dst, { src, iif, oif, mark, flow: undefined });
  rt.counters.routeLookups++;
  const cache = oif === undefined ? fib.cache : boundCache(fib, oif);
  const known = cache.get(dst);
  if (known !== undefined) return known === null ? undefined : known;
  const route = lookupPlain(fib, dst, oif);
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(dst, route ?? null);
  return route;
}

function boundCache(fib: Fib, oif: Device): RouteCache {
  let cache = fib.bound.get(oif);
  if (cache === undefined) fib.bound.set(oif, (cache = new Map()));
  return cache;
}

const PLAIN_ORDER = [TABLE.local, TABLE.main, TABLE.default];

function lookupPlain(fib: Fib, dst: Ipv4, oif: Device | undefined): Route | undefined {
  for (const id of PLAIN_ORDER) {
    const table = fib.tables.get(id);
    const route = table === undefined ? undefined : lookupTable(table, dst, oif);
    if (route !== undefined && route.type !== 'throw') return route;
  }
  return undefined;
}

/** The same where the plan has rules of its own, which may ask for more. */
export function lookupByRules(rt: Runtime, fib: Fib, dst: Ipv4, key: FlowKey): Route | undefined {
  if (fib.asksFlow) rt.watch.noteRare();
  rt.counters.routeLookups++;
  const { rules } = fib;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as FibRule;
    if (!ruleMatches(rule, dst, key)) continue;
    if (rule.steps !== undefined) {
      i = nextRule(rules, i) - 1;
      continue;
    }
    if (rule.table === undefined) return rule.verdict;
    const table = fib.tables.get(rule.table);
    const route = table === undefined ? undefined : lookupTable(table, dst, key.oif);
    if (route !== undefined && route.type !== 'throw' && route.length > rule.suppressLength) return route;
  }
  return undefined;
}

function ruleMatches(rule: FibRule, dst: Ipv4, key: FlowKey): boolean {
  const { selectors } = rule;
  const matches = baseMatches(rule, dst, key);
  return selectors === undefined ? matches : selectorsHold(selectors, matches, key.flow);
}

function baseMatches(rule: FibRule, dst: Ipv4, key: FlowKey): boolean {
  if (((dst ^ rule.to) & rule.toMask) !== 0 || ((key.src ^ rule.from) & rule.fromMask) !== 0) return false;
  if ((key.mark & rule.markMask) !== rule.mark) return false;
  if (rule.iif !== undefined && rule.iif !== key.iif.name) return false;
  return rule.oif === undefined || rule.oif === key.oif?.name;
}
