/**
 * What a living kubelet says about its node (pkg/kubelet/nodestatus/setters.go): no pressure, Ready. It is written once; the regular
 * renewals of Lease and status are not events here, the node-lifecycle controller counts from the time at which a node died.
 */
import type { Write } from '../../api/controller.js';
import { withCondition } from '../../api/object/condition.js';
import type { Node } from '../../api/types/core.js';
import type { Condition } from '../../api/types/meta.js';

const CONDITIONS: readonly Condition[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

export function nodeStatusWrites(node: Node, nowText: string): readonly Write[] {
  const before = node.status?.conditions ?? [];
  let conditions = before;
  for (const condition of CONDITIONS) conditions = withCondition(conditions, condition, nowText);
  if (conditions === before) return [];
  const changed: Node = { ...node, status: { ...node.status, conditions } };
  return [{ op: 'update-status', object: changed }];
}
