/**
 * One IPv6 look-up: the policy rules in order, the first table with an answer (fib6_rule_lookup). A `throw` route goes on with the
 * next rule. Undefined means that no route exists.
 */
import { cidrContains } from '../../../base/cidr.js';
import type { Ipv6 } from '../../../base/ip.js';
import type { Device } from '../../namespace.js';
import type { Runtime } from '../../runtime.js';
import { type FlowSource, nextRule, selectorsHold } from '../../route/policy-rule.js';
import { type Fib6, type Fib6Rule, type Fib6Table, lookupTable6, type Route6 } from './fib.js';

/** What a look-up may depend on besides the destination. `iif` is `lo` for packets made here. */
export interface FlowKey6 {
  /** 0 where the source is not chosen yet. */
  readonly src: Ipv6;
  readonly iif: Device;
  readonly oif: Device | undefined;
  /** Routes by `oif` are better than equal ones by other devices, but those count too. */
  readonly loose?: boolean | undefined;
  readonly mark: number;
  /** What only rules with further selectors ask for. */
  readonly flow?: FlowSource | undefined;
}

export function lookupRoute6(rt: Runtime, fib: Fib6, dst: Ipv6, key: FlowKey6): Route6 | undefined {
  rt.counters.routeLookups++;
  const { rules } = fib;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as Fib6Rule;
    if (!ruleMatches(rule, dst, key)) continue;
    if (rule.steps !== undefined) {
      i = nextRule(rules, i) - 1;
      continue;
    }
    if (rule.table === undefined) return rule.verdict;
    const table = fib.tables.get(rule.table);
    const route = table === undefined ? undefined : lookIn(table, dst, key);
    if (route !== undefined && route.type !== 'throw' && route.length > rule.suppressLength) return route;
  }
  return undefined;
}

function lookIn(table: Fib6Table, dst: Ipv6, { oif, iif, loose }: FlowKey6): Route6 | undefined {
  return loose === true ? lookupTable6(table, dst, undefined, oif) : lookupTable6(table, dst, oif, iif);
}

function ruleMatches(rule: Fib6Rule, dst: Ipv6, key: FlowKey6): boolean {
  const { selectors } = rule;
  const matches = baseMatches(rule, dst, key);
  return selectors === undefined ? matches : selectorsHold(selectors, matches, key.flow);
}

function baseMatches(rule: Fib6Rule, dst: Ipv6, key: FlowKey6): boolean {
  if (rule.from !== undefined && (key.src === 0n || !cidrContains(rule.from, key.src))) return false;
  if (rule.to !== undefined && !cidrContains(rule.to, dst)) return false;
  if ((key.mark & rule.markMask) !== rule.mark) return false;
  if (rule.iif !== undefined && rule.iif !== key.iif.name) return false;
  return rule.oif === undefined || rule.oif === key.oif?.name;
}
