/** The operation `fault`: `{node-down: node2}`, `{link-cut: [node1, node2]}`, `{pod-unready: shop/web-0}`, `{container-crash: shop/web-0#web}`. */
import { inputError, nearest, type Simulation } from '../../index.js';
import { crash, drainNode, failNode, joinNode, loseOnLink, recoverNode, restoreLink, stopBeingReady } from '../../sim/faults.js';
import { wantedName } from '../../sim/lookup.js';

type Fault = (simulation: Simulation, value: unknown) => void;

const CUT = 100;

const FAULTS: Readonly<Record<string, Fault>> = {
  'node-down': (simulation, node) => failNode(simulation, name(node)),
  'node-up': (simulation, node) => recoverNode(simulation, name(node)),
  'node-drain': (simulation, node) => drainNode(simulation, name(node)),
  'node-join': (simulation, node) => joinNode(simulation, name(node)),
  'link-cut': (simulation, link) => loseOnLink(simulation, ends(link), CUT),
  'link-restore': (simulation, link) => restoreLink(simulation, ends(link)),
  'pod-unready': (simulation, pod) => stopBeingReady(simulation, wantedName(podName(pod))),
  'container-crash': (simulation, pod) => {
    const [whole = '', container] = podName(pod).split('#');
    crash(simulation, wantedName(whole), container);
  },
};

export function runFault(simulation: Simulation, value: unknown): void {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0)
    throw inputError('no-fault', 'the operation fault names no fault', { fix: `one of ${Object.keys(FAULTS).join(', ')}` });
  for (const [kind, what] of entries) {
    const fault = FAULTS[kind];
    if (fault === undefined) {
      const near = nearest(kind, Object.keys(FAULTS));
      throw inputError('unknown-fault', `there is no fault ${kind}`, {
        fix: near ? `did you mean ${near}?` : `one of ${Object.keys(FAULTS).join(', ')}`,
      });
    }
    fault(simulation, what);
  }
}

function name(value: unknown): string {
  if (typeof value !== 'string') throw inputError('wrong-type', 'a fault of a node names it', { fix: 'write node-down: node2' });
  return value.replace(/^[Nn]ode\//, '');
}

/** `[ns/]name`, with `pod/` or `Pod/` before it or not. */
function podName(value: unknown): string {
  if (typeof value !== 'string') throw inputError('wrong-type', 'a fault of a pod names it', { fix: 'write pod-unready: default/web-0' });
  return value.replace(/^[Pp]od\//, '');
}

/** A list of two, or a text with a comma between them. */
function ends(value: unknown): readonly [string, string] {
  const [a, b, ...more] = typeof value === 'string' ? value.split(/\s*,\s*/) : Array.isArray(value) ? (value as unknown[]) : [];
  if (a === undefined || b === undefined || more.length > 0)
    throw inputError('wrong-type', 'a link has two ends', { fix: 'write link-cut: [node1, node2]' });
  return [name(a), name(b)];
}
