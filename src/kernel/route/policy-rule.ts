/**
 * What the policy rules of both families have in common (net/core/fib_rules.c): selectors that ask for more than addresses, `not`, jumps, and routes that
 * are too short to count. A forwarded packet is root's. What comes in, and what
 * OUTPUT routes again, is looked into only where a rule asks for it (fib4_rules_early_flow_dissect).
 */
import type { RuleEntry } from '../../plan/iproute2/rule.js';
import type { NumberRange, RuleSelectors } from '../../plan/iproute2/rule-selectors.js';

/** What a look-up knows of the packet that it is for; a packet is one. */
export interface FlowSource {
  readonly tos: number;
  readonly proto: number;
  /** `type` and `code` of ICMP. */
  readonly l4: { readonly kind: string; readonly sport?: number; readonly dport?: number; readonly type?: number; readonly code?: number };
  readonly unlabelled?: true;
  readonly fragment?: object | undefined;
  /** Of the socket that sends it; root unless given. */
  readonly uid?: number;
}

const NO_PORTS = { kind: 'none' } as const;

export interface PolicyRule {
  readonly priority: number;
  readonly selectors: RuleSelectors | undefined;
  /** Undefined when the rule itself decides. */
  readonly table: number | undefined;
  /** Where to go on; undefined for the next rule. Only a rule that jumps, or does nothing, has `steps`. */
  readonly steps: { readonly target: number | undefined } | undefined;
  /** Routes no longer than this do not count; -1 where all do. */
  readonly suppressLength: number;
}

/** Of a packet that came in, or that OUTPUT routes again; without `dissects` no more than its TOS is known. */
export function incoming(packet: FlowSource | undefined, dissects: boolean): FlowSource | undefined {
  return packet === undefined || dissects ? packet : { tos: packet.tos, proto: 0, l4: NO_PORTS };
}

/** The same of the way back, which is asked for to check its source. */
export function backwards(packet: FlowSource | undefined, dissects: boolean): FlowSource | undefined {
  const flow = incoming(packet, dissects);
  if (flow === undefined || flow.proto === 0) return flow;
  const { sport = 0, dport = 0 } = flow.l4;
  return { tos: flow.tos, proto: flow.proto, l4: { kind: 'ports', sport: dport, dport: sport } };
}

/** A packet that a socket of a user sends. */
export function ownedBy(packet: FlowSource, uid: number | undefined): FlowSource {
  return uid === undefined ? packet : { tos: packet.tos, proto: packet.proto, l4: packet.l4, uid };
}

/** Of a socket that has sent nothing yet. */
export function socketFlow(tos: number, proto: number, ports: { readonly sport: number; readonly dport: number }, uid = 0): FlowSource {
  return { tos, proto, l4: { kind: 'ports', ...ports }, uid };
}

/** The parts of a rule that both families read alike. */
export function policyParts(entry: RuleEntry, priority: number): PolicyRule {
  const { action, target, table, selectors, suppressLength = -1 } = entry;
  const steps = action === 'goto' ? { target } : action === 'nop' ? { target: undefined } : undefined;
  return { priority, selectors, table: action === 'lookup' ? table : undefined, steps, suppressLength };
}

/** The index of the rule to go on with after rule `i`. A jump to a priority that no rule has is none. */
export function nextRule(rules: readonly PolicyRule[], i: number): number {
  const target = rules[i]?.steps?.target;
  const found = target === undefined ? -1 : rules.findIndex(({ priority }) => priority === target);
  return found < 0 ? i + 1 : found;
}

/** `matches` is what addresses, devices and mark say. */
export function selectorsHold(selectors: RuleSelectors, matches: boolean, flow: FlowSource | undefined): boolean {
  return (matches && asked(selectors, flow)) !== selectors.not;
}

function asked({ tosMask, tos, proto, sport, dport, uids }: RuleSelectors, flow: FlowSource | undefined): boolean {
  if (tosMask !== 0 && ((flow?.tos ?? 0) & tosMask) !== tos) return false;
  if (proto !== undefined && flow?.proto !== proto) return false;
  if (sport !== undefined && !contains(sport, flow?.l4.sport ?? 0)) return false;
  if (dport !== undefined && !contains(dport, flow?.l4.dport ?? 0)) return false;
  return uids === undefined || contains(uids, flow?.uid ?? 0);
}

function contains({ first, last }: NumberRange, value: number): boolean {
  return value >= first && value <= last;
}
