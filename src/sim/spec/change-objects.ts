/** The When steps that change objects: each does what the kubectl command of its name does. */
import { inputError } from '../../base/errors.js';
import { invalid } from '../../api/refusal.js';
import { validateObject } from '../../manifest/validate/index.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import type { Deployment, ReplicaSet } from '../../api/types/apps.js';
import { rolledBack } from '../../controllers/deployment/rollback.js';
import type { PodWording } from '../spec-contract.js';
import type { Simulation } from '../simulation.js';
import { type ExpectContext, find, kindOf, type Wording } from './expect-objects.js';

/** The manifest of a pod that a step makes. */
export function podManifest({ name, node, labels, listen, hostNetwork }: PodWording): unknown {
  const sockets = listen ?? [{ protocol: 'TCP', port: 80 }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: name.toLowerCase(),
      ...(labels === undefined ? {} : { labels }),
      annotations: { [ANNOTATIONS.listen]: sockets.map(({ protocol, port }) => `${protocol.toLowerCase()}:${port}`).join(',') },
    },
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      ...(hostNetwork === true ? { hostNetwork } : {}),
      containers: [{ name: 'main', image: 'main', ports: sockets.map(({ protocol, port }) => ({ containerPort: port, protocol })) }],
    },
  };
}

export function deleteObject(simulation: Simulation, context: ExpectContext, wording: Wording): void {
  const { metadata } = find(context, wording);
  simulation.delete([{ kind: kindOf(wording.kind), namespace: metadata.namespace, name: metadata.name }]);
}

export function labelObject(
  simulation: Simulation,
  context: ExpectContext,
  wording: Wording,
  labels: Readonly<Record<string, string | null>>,
): void {
  const { metadata } = find(context, wording);
  simulation.label({ kind: kindOf(wording.kind), namespace: metadata.namespace, name: metadata.name }, labels);
}

export function scale(simulation: Simulation, context: ExpectContext, wording: Wording, replicas: number): void {
  const object = workload(context, wording);
  const scaled: Deployment | ReplicaSet = { ...object, spec: { ...object.spec, replicas } };
  update(simulation, scaled, object);
}

/** Every container gets the image, as a single-container workload has it. */
export function setImage(simulation: Simulation, context: ExpectContext, wording: Wording, image: string): void {
  const object = workload(context, wording);
  const { template } = object.spec;
  const containers = template.spec.containers.map((container) => ({ ...container, image }));
  const spec = { ...object.spec, template: { ...template, spec: { ...template.spec, containers } } };
  update(simulation, { ...object, spec }, object);
}

/** As the API server takes it: what it refuses is refused. */
function update(simulation: Simulation, object: Deployment | ReplicaSet, before: Deployment | ReplicaSet): void {
  const causes = validateObject(object, before);
  if (causes.length > 0) throw invalid(object.kind, object.metadata.name, causes);
  simulation.store.update<Deployment | ReplicaSet>(object);
}

export function rollBack(simulation: Simulation, context: ExpectContext, wording: Wording): void {
  const object = workload(context, wording);
  if (object.kind !== 'Deployment') throw inputError('no-rollback', `a ${object.kind} cannot be rolled back`);
  simulation.store.update(rolledBack(object, context.view.list('ReplicaSet', object.metadata.namespace)));
}

function workload(context: ExpectContext, wording: Wording): Deployment | ReplicaSet {
  const object = find(context, wording);
  if (object.kind === 'Deployment' || object.kind === 'ReplicaSet') return object as Deployment | ReplicaSet;
  throw inputError('no-workload', `a ${object.kind} has no replicas`, { fix: 'name a Deployment or a ReplicaSet' });
}
