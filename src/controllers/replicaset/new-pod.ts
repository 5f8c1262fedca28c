/**
 * A pod made from a template, as pkg/controller/controller_utils.go GetPodFromTemplate: the template's labels, annotations and spec, a generated
 * name, the controller reference. What admission adds is the store's business.
 */
import { controllerReference } from '../../api/object/owner.js';
import type { PodTemplateSpec } from '../../api/types/apps.js';
import type { Pod } from '../../api/types/core.js';
import type { KubeObject } from '../../api/types/meta.js';

/** A generated name is cut so that it fits a label's 63 characters with its suffix. */
const GENERATED_BASE_MAX = 58;

export function newPod(owner: KubeObject, template: PodTemplateSpec, suffix: string): Pod {
  const generateName = `${owner.metadata.name}-`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: generateName.slice(0, GENERATED_BASE_MAX) + suffix,
      generateName,
      namespace: owner.metadata.namespace,
      labels: template.metadata?.labels ?? {},
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}
