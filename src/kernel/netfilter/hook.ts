/**
 * Which tables run at which hook, in the order of priorities that iptables gives its tables on nf_tables (iptables/nft.c: as
 * include/uapi/linux/netfilter_ipv4.h has them, but security at 150; the legacy tables have it at 50, before the nat of INPUT):
 *
 *   PREROUTING   raw → (connection tracking) → mangle → nat (destination)
 *   INPUT        mangle → filter → (IPVS) → nat (source) → security → (confirm)
 *   FORWARD      mangle → filter → (IPVS) → security
 *   OUTPUT       raw → (connection tracking) → mangle → nat (destination) → (IPVS) → filter → security
 *   POSTROUTING  mangle → nat (source) → (confirm)
 *
 * Base chains of nftables stand among them by their priorities.
 */
import type { Hook, TableName } from '../../trace/event.js';

/** A step of a hook: a table to run, or the work of connection tracking or IPVS. */
export type HookStep = TableName | 'track' | 'confirm' | 'ipvs';

export const HOOK_STEPS: Readonly<Record<Hook, readonly HookStep[]>> = {
  prerouting: ['raw', 'track', 'mangle', 'nat'],
  input: ['mangle', 'filter', 'ipvs', 'nat', 'security', 'confirm'],
  forward: ['mangle', 'filter', 'ipvs', 'security'],
  output: ['raw', 'track', 'mangle', 'nat', 'ipvs', 'filter', 'security'],
  postrouting: ['mangle', 'nat', 'confirm'],
};

/** The built-in chain of a hook. */
export const BUILT_IN: Readonly<Record<Hook, string>> = {
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
};

export const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

/** The place in HOOKS. */
export function hookNumber(hook: Hook): number {
  switch (hook) {
    case 'prerouting':
      return 0;
    case 'input':
      return 1;
    case 'forward':
      return 2;
    case 'output':
      return 3;
    case 'postrouting':
      return 4;
  }
}

/** Where a step stands among the base chains of nftables. */
export function stepPriority(step: HookStep, hook: Hook): number {
  if (step === 'nat') return manipAt(hook) === 'dst' ? -100 : 100;
  // Two hooks each, one after the other (ip_vs_ops4).
  if (step === 'ipvs') return hook === 'output' ? -98 : 99;
  return PRIORITY[step];
}

const PRIORITY: Readonly<Record<Exclude<HookStep, 'nat' | 'ipvs'>, number>> = {
  raw: -300,
  track: -200,
  mangle: -150,
  filter: 0,
  security: 150,
  confirm: Number.POSITIVE_INFINITY,
};

/** The side of a packet that the nat table changes at a hook. */
export function manipAt(hook: Hook): 'src' | 'dst' {
  return hook === 'prerouting' || hook === 'output' ? 'dst' : 'src';
}
