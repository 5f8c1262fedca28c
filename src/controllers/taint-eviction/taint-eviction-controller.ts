/**
 * Taint eviction (pkg/controller/tainteviction): pods on a node with NoExecute taints are deleted, at once when they do not tolerate one of
 * them, else after the shortest tolerationSeconds of those they use, counted from the taint; without seconds never.
 * Deleting is all: on a dead node the pod stays Terminating until its kubelet is back.
 */
import type { Controller, Write } from '../../api/controller.js';
import { elapsedUs } from '../../api/object/elapsed.js';
import { objectKey, refOf } from '../../api/object/key.js';
import { podsByNode } from '../../api/object/pod-indexes.js';
import { tolerates } from '../../api/object/toleration.js';
import type { Node, Pod, Taint } from '../../api/types/core.js';
import { isPodTerminal } from '../../api/object/pod-state.js';

export function createTaintEvictionController(): Controller {
  const pods = podsByNode();
  /** `node key` → when a taint without a time of its own was first seen, as a time stamp. */
  const seen = new Map<string, string>();

  const sinceOf = (node: Node, taint: Taint, nowText: string): string => {
    if (taint.timeAdded !== undefined) return taint.timeAdded;
    const key = `${node.metadata.name} ${taint.key}`;
    const since = seen.get(key) ?? nowText;
    seen.set(key, since);
    return since;
  };

  return {
    name: 'taint-eviction-controller',
    watches: ['Node', 'Pod'],
    keys(event, view) {
      pods.observe(event);
      if (event.object.kind === 'Node') {
        const taintsBefore = (event.before as Node | undefined)?.spec?.taints;
        const { taints } = (event.object as Node).spec ?? {};
        return event.type !== 'DELETED' && taints !== taintsBefore ? [event.object.metadata.name] : [];
      }
      const { nodeName } = (event.object as Pod).spec;
      const bound = nodeName !== undefined && event.type !== 'DELETED' && (event.before as Pod | undefined)?.spec.nodeName !== nodeName;
      const node = bound ? view.get('Node', undefined, nodeName) : undefined;
      return node !== undefined && noExecuteTaints(node).length > 0 ? [nodeName as string] : [];
    },
    reconcile(name, { view, nowText }) {
      const node = view.get('Node', undefined, name);
      const taints = node === undefined ? [] : noExecuteTaints(node);
      for (const key of seen.keys())
        if (key.startsWith(`${name} `) && !taints.some((taint) => key === `${name} ${taint.key}`)) seen.delete(key);
      if (node === undefined || taints.length === 0) return [];
      const writes: Write[] = [];
      let nextUs = Infinity;
      for (const pod of pods.get(view, name)) {
        if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) continue;
        const leftUs = Math.min(...taints.map((taint) => stayUs(pod, taint) - elapsedUs(sinceOf(node, taint, nowText), nowText)));
        if (leftUs <= 0) writes.push(...evict(pod));
        else nextUs = Math.min(nextUs, leftUs);
      }
      return nextUs === Infinity ? writes : [...writes, { op: 'requeue', afterUs: nextUs }];
    },
  };
}

function noExecuteTaints(node: Node): readonly Taint[] {
  return (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** How long the pod may stay under the taint, µs: 0 without a toleration. */
function stayUs({ spec }: Pod, taint: Taint): number {
  const used = (spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
  if (used.length === 0) return 0;
  const limits = used.map(({ tolerationSeconds }) =>
    tolerationSeconds === undefined ? Infinity : Math.max(0, tolerationSeconds) * 1_000_000,
  );
  return Math.min(...limits);
}

function evict(pod: Pod): Write[] {
  return [
    { op: 'event', about: pod, type: 'Normal', reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${objectKey(pod)}` },
    { op: 'delete', ref: refOf(pod) },
  ];
}
