/**
 * A plan on the real kernel: its namespaces, its probes, and what came of each flow. With `trace`, each flow has the record of events that
 * the simulated kernel would make of it, told from the kernel's own evidence, and the connections that conntrack reported.
 */
import type { Plan, ProbePlan } from '../plan/plan.js';
import { type FlowJson, flowJson } from '../trace/flow-json.js';
import type { FlowRecord } from '../trace/flow-record.js';
import { type PathConnection, pathOf } from '../trace/path.js';
import { ruleFinders } from './evidence/find-rule.js';
import { toRecord } from './evidence/to-record.js';
import { topologyOf } from './evidence/topology.js';
import { type ExecuteOptions, execute } from './execute.js';
import type { RawProbe } from './lab-result.js';

/** What hosts say of themselves to routers and neighbours, of no flow. */
const MULTICAST = / > \[?(?:22[4-9]\.|23\d\.|ff)/;

/** Connections by namespace, where a probe asks for them. */
type Listed = RawProbe['conntrack'];

export interface LabRecord {
  readonly record: FlowRecord;
  /** Milliseconds it took, with fractions. */
  readonly ms: number;
  readonly conntrack: readonly PathConnection[];
}

export interface LabRecords {
  readonly kernel: string;
  readonly probes: readonly { readonly id: string; readonly flows: readonly LabRecord[]; readonly conntrack?: Listed | undefined }[];
  /** What could not be observed, one sentence each. */
  readonly notes: readonly string[];
}

/** The result as it is printed. */
export interface LabResult {
  readonly kernel: string;
  readonly probes: readonly { readonly id: string; readonly flows: readonly FlowJson[]; readonly conntrack?: Listed | undefined }[];
  readonly notes: readonly string[];
}

export function runLab(plan: Plan, options: ExecuteOptions = {}): LabResult {
  const { kernel, probes, notes } = runLabRecords(plan, options);
  const tell = ({ record, ms, conntrack }: LabRecord): FlowJson => {
    const answer = { ...flowJson(record), ms };
    return options.trace ? { ...answer, path: pathOf(record, conntrack) } : answer;
  };
  return { kernel, probes: probes.map(({ id, flows, conntrack }) => ({ id, flows: flows.map(tell), conntrack })), notes };
}

export function runLabRecords(plan: Plan, options: ExecuteOptions = {}): LabRecords {
  const { kernel, probes, ground: raw } = execute(plan, options);
  const topology = topologyOf(plan);
  const finders = raw === undefined ? [] : ruleFinders(plan, raw, probes);
  const results = probes.map(({ id, flows, conntrack }, i) => {
    const findRule = finders[i];
    const ground = findRule === undefined ? undefined : { topology, findRule };
    return {
      id,
      conntrack,
      flows: flows.map((flow) => ({
        record: toRecord(flow, plan.probes[i] as ProbePlan, ground),
        ms: flow.ms,
        conntrack: (flow.evidence?.conntrack ?? []).filter((one) => !MULTICAST.test(one.orig)),
      })),
    };
  });
  const notes = raw?.iptables === 'legacy' ? [LEGACY] : [];
  if (probes.some((probe) => probe.flows.some((flow) => flow.evidence?.lost))) notes.push(LOST);
  return { kernel, probes: results, notes };
}

const LEGACY =
  'iptables is the legacy variant, whose rules cannot be traced: paths have taps and conntrack only ' +
  '(sudo update-alternatives --set iptables /usr/sbin/iptables-nft)';
const LOST = 'events came faster than they could be read: paths have gaps';
