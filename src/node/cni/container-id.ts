/** A pod's container id as CNI plug-ins are given it: random in reality, here 64 hex digits made from the pod's name. */
import type { Pod } from '../../api/types/core.js';
import { sha256Hex } from '../../base/hash.js';

export function containerId(pod: Pod): string {
  return sha256Hex(`${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`);
}
