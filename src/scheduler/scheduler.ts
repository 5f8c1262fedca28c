/**
 * The default scheduler as a controller with one key: it takes all pending pods in queue order (priority, then age), gives each a node and
 * assumes it there before it looks at the next. What cannot be placed is tried again when something changes that may help; upstream's
 * back-off between tries is left out, it would only delay. Pods whose status.podIP was preset need no node.
 * A pod that could only be placed by preemption has its victims deleted and is nominated for their node. Left out: other profiles, volumes.
 */
import type { Controller, StoreEvent, Write } from '../api/controller.js';
import { isEqual } from '../api/equal.js';
import { findCondition, withCondition } from '../api/object/condition.js';
import { createIndexer } from '../api/object/indexer.js';
import { compareText, objectKey, refOf } from '../api/object/key.js';
import { isPodTerminal } from '../api/object/pod-state.js';
import type { Node, Pod, PodSpec } from '../api/types/core.js';
import type { Condition } from '../api/types/meta.js';
import { chooseNode } from './cycle.js';
import { failureMessage } from './failure-message.js';
import { preempt } from './preempt.js';
import type { Rejection } from './plugin.js';
import { assume, type Snapshot, takeSnapshot } from './snapshot.js';

const NAME = 'default-scheduler';
const PENDING = 'pending';

export function createScheduler(): Controller {
  const pending = createIndexer('Pod', (pod: Pod) => (isPending(pod) ? [PENDING] : []));
  let start = 0;
  return {
    name: NAME,
    watches: ['Pod', 'Node'],
    keys(event) {
      pending.observe(event);
      return mayHelp(event) ? ['queue'] : [];
    },
    reconcile(_, { view, nowText }) {
      const queue = [...pending.get(view, PENDING)].sort(compareQueue);
      if (queue.length === 0) return [];
      const snapshot = takeSnapshot(view);
      const writes: Write[] = [];
      for (const pod of queue) {
        if (isGated(pod.spec)) {
          writes.push(...unscheduled(pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates', nowText));
          continue;
        }
        const choice = chooseNode(pod, snapshot, start);
        if ('node' in choice) {
          assume(snapshot, choice.node, { ...pod, spec: { ...pod.spec, nodeName: choice.node.name } });
          writes.push(...bound(pod, choice.node.name));
        } else {
          writes.push(...refuse(pod, snapshot, choice.rejected, nowText));
        }
        if (snapshot.nodes.length >= 100) start = (start + 1) % snapshot.nodes.length;
      }
      return writes;
    },
  };
}

/** What fits nowhere: the pods that have to go for it, if that helps, and the word about it. */
function refuse(pod: Pod, snapshot: Snapshot, rejected: ReadonlyMap<string, Rejection>, nowText: string): Write[] {
  const found = preempt(pod, snapshot, rejected);
  const preemption = typeof found === 'string' ? undefined : found;
  const message = failureMessage(snapshot, rejected, typeof found === 'string' ? found : undefined);
  const node = preemption?.node ?? pod.status?.nominatedNodeName ?? '';
  const nominated = snapshot.byName.get(node);
  // Pods that come after it, being less important, do not get the room that is being made for it.
  if (nominated !== undefined) assume(snapshot, nominated, pod);
  const victims = (preemption?.victims ?? []).flatMap((victim) => preempted(victim, pod, node));
  return [...unscheduled(pod, 'Unschedulable', message, nowText, preemption?.node), ...victims];
}

function isPending({ spec, status, metadata }: Pod): boolean {
  if (spec.nodeName !== undefined || metadata.deletionTimestamp !== undefined || status?.podIP !== undefined) return false;
  return (spec.schedulerName ?? NAME) === NAME && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function isGated(spec: PodSpec & { readonly schedulingGates?: readonly unknown[] | undefined }): boolean {
  return (spec.schedulingGates?.length ?? 0) > 0;
}

function compareQueue(a: Pod, b: Pod): number {
  return (
    (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
    compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareText(objectKey(a), objectKey(b))
  );
}

/** Whether an event may make a pending pod schedulable, or brings one. */
function mayHelp({ type, object, before }: StoreEvent): boolean {
  if (type !== 'MODIFIED' || before === undefined)
    return type === 'DELETED' ? true : object.kind === 'Node' || !isPodTerminal(object as Pod);
  if (object.kind === 'Node') return nodeChanged(object as Node, before as Node);
  const pod = object as Pod;
  const was = before as Pod;
  return pod.spec !== was.spec || isPodTerminal(pod) !== isPodTerminal(was) || !isEqual(pod.metadata.labels, was.metadata.labels);
}

function nodeChanged(node: Node, was: Node): boolean {
  return (
    !isEqual(node.spec, was.spec) ||
    !isEqual(node.metadata.labels, was.metadata.labels) ||
    !isEqual(node.status?.allocatable, was.status?.allocatable)
  );
}

function bound(pod: Pod, node: string): Write[] {
  const message = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node}`;
  return [
    { op: 'bind', ref: refOf(pod), node },
    { op: 'event', about: pod, type: 'Normal', reason: 'Scheduled', message },
  ];
}

/** Said once, until there is something else to say. */
function unscheduled(pod: Pod, reason: string, message: string, nowText: string, nominated?: string): Write[] {
  const before = findCondition(pod.status?.conditions, 'PodScheduled');
  const nominatedNodeName = nominated ?? pod.status?.nominatedNodeName;
  if (before?.reason === reason && before.message === message && nominatedNodeName === pod.status?.nominatedNodeName) return [];
  const condition: Condition = { type: 'PodScheduled', status: 'False', reason, message };
  const conditions = withCondition(pod.status?.conditions, condition, nowText);
  const object: Pod = {
    ...pod,
    status: { ...pod.status, phase: 'Pending', conditions, ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }) },
  };
  const update: Write = { op: 'update-status', object };
  if (reason !== 'Unschedulable') return [update];
  return [update, { op: 'event', about: pod, type: 'Warning', reason: 'FailedScheduling', message }];
}

function preempted(victim: Pod, pod: Pod, node: string): Write[] {
  if (victim.metadata.deletionTimestamp !== undefined) return [];
  const message = `Preempted by pod ${pod.metadata.uid} on node ${node}`;
  return [
    { op: 'event', about: victim, type: 'Normal', reason: 'Preempted', message },
    { op: 'delete', ref: refOf(victim) },
  ];
}
