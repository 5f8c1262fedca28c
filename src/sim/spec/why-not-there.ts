/** Why a pod does not run on a node, as the scheduler would say it now: what keeps the pod off, or that others suit it better. */
import type { Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { schedule } from '../../scheduler/schedule.js';

/** A line for each of the nodes; undefined where nothing speaks against them, as for a pod that was put on its node by name. */
export function whyNotThere(view: StoreView, pod: Pod, nodes: readonly string[]): string | undefined {
  const { nodeName, ...spec } = pod.spec;
  const result = schedule({ ...pod, spec }, view);
  const own = result.nodes.find(({ name }) => name === nodeName);
  const lines = result.nodes
    .filter(({ name }) => nodes.includes(name))
    .flatMap(({ name, feasible, reasons, total }) => {
      if (!feasible) return `${name}: ${reasons.map((reason) => reason.replace(/^node\(s\) /, '')).join(', ')}`;
      return own?.feasible && own.total > total ? `${name} scores ${total}, ${own.name} ${own.total}` : [];
    });
  return lines.length === 0 ? undefined : lines.join('; ');
}
