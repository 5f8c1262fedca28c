/** A connection that stays open, on the real kernel: one run of the whole history. Where something is left to chance, what came of it must be one of the outcomes. */
import { InvariantError, unsupported } from '../../base/errors.js';
import type { LabKernel } from '../../lab/execute.js';
import { runLabRecords } from '../../lab/run-lab.js';
import type { Run } from '../../trace/to-trace.js';
import type { Replayed, When } from '../history/replay.js';
import type { Connection, Simulation } from '../simulation.js';
import { compareAnswers } from './compare-runs.js';
import { storyProbes } from './story-probes.js';
import { outcomeKey } from './tries.js';
import { withoutArp } from './without-arp.js';

interface Asked {
  readonly id: string;
  readonly when: When;
  /** Both kernels judge. */
  readonly compares: boolean;
  readonly kernel: LabKernel | undefined;
}

type Replays = readonly { readonly probability: number; readonly record: Replayed }[];

export function carryStory(
  simulation: Simulation,
  { id, when, compares, kernel }: Asked,
): { readonly connection: Connection; readonly runs: readonly Run[] } {
  const { connections } = simulation;
  const connection = connections.find(id);
  if (simulation.cluster.kubeProxy.mode === 'userspace')
    throw unsupported('relay-on-lab', 'what a kube-proxy in user space carries on is not followed over time on the real kernel');
  const replays = connections.runs(id, { when });
  const foreseen = replays.map(({ probability, record }) => ({ probability, record: record.record }));
  if (fates(replays) !== fates(connections.runs(id, { when, waits: false })))
    throw unsupported(
      'time-on-lab',
      'what comes of this connection depends on the time that has passed, for which the real kernel would have to wait',
    );
  const lost = foreseen.some(({ record }) => record.verdict === 'timeout');
  // Nothing more can be asked on one that never opened.
  const asked = foreseen.every(({ record }) => record.story?.opened === undefined) ? 'opening' : when;
  const plan = storyProbes(connections.history, { id, when: asked, deletions: allDeletions(replays), lost });
  const { probes, notes } = runLabRecords(plan, { trace: true, kernel });
  if (notes[0] !== undefined) throw unsupported('not-observed', notes[0]);
  const flow = probes.at(-1)?.flows[0];
  if (flow === undefined) throw new InvariantError('the lab answered no probe');
  const opened = connections.history.happenings.flatMap((one) => (one.kind === 'opens' ? [one.connection.id] : []));
  const serverOf = (name: string | undefined): string | undefined => probes.find((probe) => probe.id === name)?.flows[0]?.record.server;
  const story = { opened: serverOf(id), before: serverOf(opened[opened.indexOf(id) - 1]) };
  const closed = foreseen.every(({ record }) => record.closed === true) && flow.record.errno === 'ECONNRESET' ? { closed: true } : {};
  const record = withoutArp({ ...flow.record, ...closed, story });
  if (compares) compareAnswers(connection, foreseen, record);
  return { connection, runs: [{ probability: 1, record }] };
}

function fates(replays: Replays): string {
  const each = replays.map(({ record: { record } }) =>
    [outcomeKey(record), record.story?.before ?? '', record.story?.opened ?? ''].join(' '),
  );
  return [...new Set(each)].sort().join();
}

/** Of all outcomes: what is not there deletes nothing. */
function allDeletions(replays: Replays): Replayed['deletions'] {
  const [first] = replays;
  return (first?.record.deletions ?? []).map((_, i) => {
    const all: Record<string, readonly string[]> = {};
    for (const { record } of replays) {
      for (const [netns, texts] of Object.entries(record.deletions[i] ?? {})) all[netns] = [...new Set([...(all[netns] ?? []), ...texts])];
    }
    return all;
  });
}
