/**
 * The node lifecycle controller (pkg/controller/nodelifecycle): a node whose kubelet is silent for the grace period becomes Unknown, is tainted
 * unreachable NoSchedule, its pods become not ready; NoExecute follows at the zone's rate. A node that is back loses the taints.
 * Cordoned nodes get their taint here too. A node dies with the annotation `hopspec.dev/node-down-since`.
 * Left out: pressure taints, start-up grace.
 */
import type { Controller, ReconcileContext, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { conditionIsTrue, findCondition, withCondition } from '../../api/object/condition.js';
import { podsByNode } from '../../api/object/pod-indexes.js';
import { isPodReady } from '../../api/object/pod-state.js';
import type { Node, Pod, Taint } from '../../api/types/core.js';
import { evictionRate, zoneOf } from './eviction-rate.js';
import { foundDeadUs, gracePeriodUs, NOT_READY, silentConditions, UNREACHABLE, wantedNoSchedule, withTaints } from './node-health.js';

export function createNodeLifecycleController(kubernetesVersion: string): Controller {
  const pods = podsByNode();
  const graceUs = gracePeriodUs(kubernetesVersion);
  /** Zone → the time of the last NoExecute taint, µs. */
  const lastEviction = new Map<string, number>();

  /** The NoExecute taint of a silent node, now or when the zone's rate allows it. */
  const evictionTaint = (node: Node, context: ReconcileContext): { keys: readonly string[]; waitUs: number } => {
    const ready = findCondition(node.status?.conditions, 'Ready')?.status;
    if (ready !== 'Unknown' && ready !== 'False') return { keys: [], waitUs: 0 };
    const key = ready === 'Unknown' ? UNREACHABLE : NOT_READY;
    const zone = zoneOf(node);
    const rate = evictionRate(context.view.list('Node'), zone);
    if (rate.allDown) return { keys: [], waitUs: 0 };
    if (node.spec?.taints?.some((taint) => taint.effect === 'NoExecute' && taint.key === key) === true) return { keys: [key], waitUs: 0 };
    if (rate.intervalUs === Infinity) return { keys: [], waitUs: 0 };
    const waitUs = (lastEviction.get(zone) ?? -Infinity) + rate.intervalUs - context.nowUs;
    if (waitUs > 0) return { keys: [], waitUs };
    lastEviction.set(zone, context.nowUs);
    return { keys: [key], waitUs: 0 };
  };

  return {
    name: 'node-controller',
    watches: ['Node', 'Pod'],
    keys(event, view) {
      pods.observe(event);
      if (event.object.kind !== 'Node' || event.type === 'DELETED') return [];
      const { name } = event.object.metadata;
      // A node that comes or goes changes the rate of the others.
      return readinessChanged(event.before as Node | undefined, event.object as Node)
        ? [name, ...silentNodes(view.list('Node'), name)]
        : [name];
    },
    reconcile(name, context) {
      const node = context.view.get('Node', undefined, name);
      if (node === undefined) return [];
      const deadUs = foundDeadUs(node, graceUs, context.nowUs, context.nowText);
      if (deadUs !== undefined && context.nowUs < deadUs) return [{ op: 'requeue', afterUs: deadUs - context.nowUs }];
      if (deadUs !== undefined) {
        const conditions = silentConditions(node, context.nowText);
        if (!isEqual(conditions, node.status?.conditions))
          return goSilent({ ...node, status: { ...node.status, conditions } }, pods.get(context.view, name), context.nowText);
      }
      const eviction = evictionTaint(node, context);
      const writes = taintWrites(node, eviction.keys, context.nowText);
      return eviction.waitUs > 0 ? [...writes, { op: 'requeue', afterUs: eviction.waitUs }] : writes;
    },
  };
}

function readinessChanged(before: Node | undefined, after: Node): boolean {
  return before !== undefined && conditionIsTrue(before.status?.conditions, 'Ready') !== conditionIsTrue(after.status?.conditions, 'Ready');
}

function silentNodes(nodes: readonly Node[], except: string): string[] {
  const silent = nodes.filter(({ metadata, status }) => metadata.name !== except && !conditionIsTrue(status?.conditions, 'Ready'));
  return silent.map(({ metadata }) => metadata.name);
}

/** The node's conditions, and Ready=False on its pods at the same moment. */
function goSilent(node: Node, pods: readonly Pod[], nowText: string): Write[] {
  const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
  const writes: Write[] = [
    { op: 'update-status', object: node },
    { op: 'event', about: node, type: 'Normal', reason: 'NodeNotReady', message },
  ];
  for (const pod of pods.filter(isPodReady)) {
    const conditions = withCondition(pod.status?.conditions, { type: 'Ready', status: 'False' }, nowText);
    const object: Pod = { ...pod, status: { ...pod.status, conditions } };
    writes.push({ op: 'update-status', object });
    writes.push({ op: 'event', about: pod, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
  }
  return writes;
}

function taintWrites(node: Node, noExecute: readonly string[], nowText: string): Write[] {
  const before: readonly Taint[] = node.spec?.taints ?? [];
  const taints = withTaints(withTaints(before, 'NoSchedule', wantedNoSchedule(node), nowText), 'NoExecute', noExecute, nowText);
  return taints === before ? [] : [{ op: 'update', object: { ...node, spec: { ...node.spec, taints } } as Node }];
}
