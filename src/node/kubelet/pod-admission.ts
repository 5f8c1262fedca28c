/**
 * What a kubelet refuses although it is bound to its node (pkg/kubelet/lifecycle/predicate.go): a pod whose host ports another pod of the node has,
 * which a pod with its own spec.nodeName, past the scheduler, can bring about. The pod is Failed for good. Left out: resources, node affinity
 * and taints, which a pod with spec.nodeName escapes here.
 */
import type { Write } from '../../api/controller.js';
import { unsupported } from '../../base/errors.js';
import { hostPorts, hostPortsClash } from '../../api/object/host-ports.js';
import { controllerOf } from '../../api/object/owner.js';
import { isPodTerminal } from '../../api/object/pod-state.js';
import type { Pod } from '../../api/types/core.js';

const REASON = 'NodePorts';
const MESSAGE = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";

/** Nothing when the pod may run; `admitted` are the pods the node has already taken. */
export function refuse(pod: Pod, admitted: readonly Pod[]): readonly Write[] {
  const wanted = hostPorts(pod.spec);
  if (!admitted.some((other) => other !== pod && !isPodTerminal(other) && hostPortsClash(wanted, other.spec))) return [];
  // Its controller would make another one, which would be refused as well, for ever.
  if (controllerOf(pod) !== undefined) {
    throw unsupported(
      'refused-replica',
      `pod ${pod.metadata.name} has a controller and a host port that is taken on ${pod.spec.nodeName}; its endless replacement is not modelled`,
    );
  }
  const object: Pod = { ...pod, status: { ...pod.status, phase: 'Failed', reason: REASON, message: `Pod was rejected: ${MESSAGE}` } };
  return [
    { op: 'update-status', object },
    { op: 'event', about: pod, type: 'Warning', reason: REASON, message: MESSAGE },
  ];
}
