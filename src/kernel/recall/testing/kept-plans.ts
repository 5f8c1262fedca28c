/** The plans that random runs have kept, and their probes with ports of a client. */
import { parseIp } from '../../../base/ip.js';
import { readPlan } from '../../../plan/plan-json.js';
import type { Plan, ProbePlan } from '../../../plan/plan.js';
import type { Extent, Probe } from '../../contract.js';

export const KEPT = 'fixtures/kernel/fuzz';

export function readKept(text: string, file: string): Plan {
  const { plan } = JSON.parse(text) as { readonly plan: unknown };
  return readPlan(JSON.stringify(plan), file);
}

/** Those that a memory of flows is for: of IPv4, with ports. */
export function probesOf({ probes }: Plan, count: number): readonly ProbePlan[] {
  return probes.filter(({ proto, dst }) => proto !== 'icmp' && typeof parseIp(dst) === 'number').slice(0, count);
}

export function toProbe({ netns, proto, dst, dport, src }: ProbePlan, sport: number, extent: Extent): Probe {
  const ends = { netns, proto, dst: parseIp(dst) ?? 0, dport, src: src === undefined ? undefined : parseIp(src) };
  return { ...ends, sport: proto === 'icmp' ? undefined : sport, extent };
}
