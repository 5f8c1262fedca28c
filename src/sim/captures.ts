/**
 * Connections that are made to be captured, and the taps that see them. Each runs on a network of its own, which knows nobody's link address yet: what is
 * captured does not depend on what was asked before. Where the network may choose, every combination of choices is one capture.
 */
import { inputError, unsupported } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { createNetwork } from '../kernel/network.js';
import type { TraceEvent } from '../trace/event.js';
import type { Run } from '../trace/to-trace.js';
import { captureLines, type CaptureLine } from '../trace/capture-lines.js';
import type { TraceQuery } from './contract.js';
import { recordLookUp } from './dns/record-look-up.js';
import { enumerate } from './enumerate.js';
import type { ClusterPlan } from './cluster-plan.js';
import { listenerOwner } from './listeners.js';
import { probeOf } from './probe-of.js';
import { deeper, followRelays } from './relay/follow-relays.js';
import { onwardOf } from './relay/onward.js';
import type { Connection, Simulation } from './simulation.js';

/** More ways than this are nobody's to read. */
const CAPTURES_MAX = 1000;

export interface Connected {
  /** `pod A to Service nginx` */
  readonly label: string;
  readonly runs: readonly { readonly probability: number; readonly server: string | undefined; readonly events: readonly TraceEvent[] }[];
}

export interface CapturedRun {
  readonly outcome: string;
  readonly probability: number;
  readonly lines: readonly CaptureLine[];
}

interface Tap {
  readonly netns: string;
  readonly device: string;
  /** How many connections there were before it. */
  readonly since: number;
}

export class Captures {
  readonly #taps = new Map<string, Tap>();
  readonly #connected: Connected[] = [];

  /** `place` is what the sentence calls it; `endpoint` its text. */
  start(simulation: Simulation, place: string, endpoint: string, device: string): void {
    const { netns } = simulation.source(endpoint);
    const plan = simulation.clusterPlan();
    const known = ['any', 'lo', ...deviceNames(plan, netns)];
    if (!known.includes(device)) {
      const near = nearest(device, known);
      throw inputError('unknown-device', `${place} has no device "${device}"`, {
        fix: near === undefined ? `its devices: ${[...new Set(known)].join(', ')}` : `did you mean ${near}?`,
      });
    }
    this.#taps.set(place, { netns, device, since: this.#connected.length });
  }

  connect(simulation: Simulation, label: string, query: TraceQuery): void {
    const plan = simulation.clusterPlan();
    const network = createNetwork(plan);
    const carry = (connection: Connection, depth: number): readonly Run[] => {
      const probe = probeOf(connection);
      const runs = enumerate((oracle) => {
        network.reset();
        return network.probe(probe, oracle, true);
      });
      const runsOf = (onward: Connection): readonly Run[] => carry(onward, deeper(depth));
      return followRelays(runs, { onwardOf: (listener) => onwardOf(plan, listener), runsOf });
    };
    const runs = carry(simulation.resolve(query), 0);
    this.#connected.push({
      label,
      runs: runs.map(({ probability, record }) => ({ probability, server: record.server, events: record.events })),
    });
  }

  /** The questions of one look-up, each with its answer, as they are sent one after another. */
  lookUp(simulation: Simulation, label: string, from: string, name: string): void {
    for (const { query, runs } of recordLookUp(simulation, from, name)) {
      this.#connected.push({
        label: `${label} to ${query.server}`,
        runs: runs.map(({ probability, record }) => ({ probability, server: record.server, events: record.events })),
      });
    }
  }

  /** What the tap saw of every connection since it began. `nameOf` is how a person calls a server, from its endpoint text. */
  seen(place: string, nameOf: (endpoint: string) => string): readonly CapturedRun[] {
    const tap = this.#taps.get(place);
    if (tap === undefined) {
      const there = [...this.#taps.keys()];
      throw inputError('no-capture', `nobody captures on ${place}`, {
        fix: there.length === 0 ? `say \`When I capture on ${place} any\` first` : `there are captures on ${there.join(', ')}`,
      });
    }
    const connected = this.#connected.slice(tap.since);
    if (connected.length === 0) {
      throw inputError('nothing-connected', `nothing was sent since the capture on ${place} began`, {
        fix: 'say `When pod A connects to Service nginx` between the two',
      });
    }
    return combine(connected).map((runs) => ({
      outcome: connected.map(({ label }, i) => outcomeOf(label, runs[i]?.server, nameOf)).join('; '),
      probability: runs.reduce((product, run) => product * run.probability, 1),
      lines: runs.flatMap(({ events }) => captureLines(events, tap)),
    }));
  }
}

/** Those it lists, and the ends of veths that other namespaces list. */
function deviceNames(plan: ClusterPlan, netns: string): readonly string[] {
  const links = plan.netns(netns)?.links ?? [];
  const far = Object.values(plan.whole([]).netns).flatMap((other) => other.links.filter(({ peer }) => peer?.netns === netns));
  return [...new Set([...links.map(({ name }) => name), ...far.map(({ peer }) => peer?.name ?? '')])];
}

function outcomeOf(label: string, server: string | undefined, nameOf: (endpoint: string) => string): string {
  return server === undefined ? label : `${label}, answered by ${nameOf(listenerOwner(server))}`;
}

function combine(connected: readonly Connected[]): readonly (readonly Connected['runs'][number][])[] {
  const count = connected.reduce((product, { runs }) => product * runs.length, 1);
  if (count > CAPTURES_MAX) {
    throw unsupported('too-many-captures', `the captured connections have ${count} outcomes together, more than ${CAPTURES_MAX}`, {
      fix: 'capture fewer connections, or Services with fewer endpoints',
    });
  }
  return connected.reduce<readonly (readonly Connected['runs'][number][])[]>(
    (made, { runs }) => made.flatMap((before) => runs.map((run) => [...before, run])),
    [[]],
  );
}
