/** Not a test: a store, the controllers named and the loop, for the tests of controllers, scheduler and kubelet. */
import type { Controller, ObjectRef } from '../api/controller.js';
import { applyWrites } from '../api/apply-writes.js';
import { createStore, type Store } from '../api/store.js';
import type { Event, Node, Pod, PodSpec, Service } from '../api/types/core.js';
import type { Deployment, DeploymentSpec } from '../api/types/apps.js';
import type { Kind, Kinds } from '../api/types/kinds.js';
import type { KubeObject, Labels } from '../api/types/meta.js';
import { timestamp } from '../base/clock.js';
import { createRng, nameSuffix } from '../base/rng.js';
import { createKubelet } from '../node/kubelet/kubelet.js';
import { createScheduler } from '../scheduler/scheduler.js';
import { Loop } from '../sim/loop.js';
import { createDeploymentController } from './deployment/deployment-controller.js';
import { createEndpointSliceController } from './endpointslice/endpointslice-controller.js';
import { createReplicaSetController } from './replicaset/replicaset-controller.js';

type NewObject = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

export interface World {
  readonly store: Store;
  readonly loop: Loop;
  create(...objects: readonly NewObject[]): void;
  settle(): void;
  advance(seconds: number): void;
  get<K extends Kind>(kind: K, name: string): Kinds[K];
  list<K extends Kind>(kind: K): readonly Kinds[K][];
  patch<T extends KubeObject>(ref: ObjectRef, change: (object: T) => T): void;
  /** `REASON: message` of an object's events, in order of their first writing. */
  events(name: string): string[];
}

export function defaultControllers(): Controller[] {
  return [
    createDeploymentController(),
    createReplicaSetController(),
    createScheduler(),
    createKubelet({ allocate: nextAddress }),
    createEndpointSliceController(),
  ];
}

/** `freeze`: a write to a stored object throws. */
export function world(controllers: readonly Controller[] = defaultControllers(), freeze = true): World {
  let loop: Loop | undefined = undefined;
  const clock = { nowText: () => timestamp(loop?.nowUs ?? 0) };
  const store = createStore(clock, { freeze, serviceCIDRs: ['10.96.0.0/12', 'fd00:96::/112'] });
  const rng = createRng(7);
  const write = (writes: Parameters<typeof applyWrites>[1], by: Controller): boolean => {
    const { refusals } = applyWrites(store, writes, { clock, component: by.name });
    for (const refusal of refusals) throw refusal;
    return true;
  };
  const running = new Loop({ store, controllers, write, suffix: () => nameSuffix(rng) });
  loop = running;
  const settle = (): void => running.settle();
  return {
    store,
    loop: running,
    settle,
    create: (...objects) => {
      for (const object of objects) store.create(object);
    },
    advance: (seconds) => running.advance(seconds * 1_000_000),
    get: (kind, name) => {
      const cluster = kind === 'Node' || kind === 'Namespace';
      const object = store.view().get(kind, cluster ? undefined : 'default', name);
      if (object === undefined) throw new Error(`${kind} ${name} is not there`);
      return object;
    },
    list: (kind) => store.view().list(kind),
    patch: (ref, change) => void store.patch(ref, change),
    events: (name) => {
      const about = store
        .view()
        .list('Event')
        .filter(({ involvedObject }) => involvedObject.name === name);
      return about.sort((a, b) => created(a) - created(b)).map(({ reason, message }) => `${reason}: ${message}`);
    },
  };
}

function created(event: Event): number {
  return Number(event.metadata.resourceVersion);
}

function nextAddress({ node, taken }: { node: Node; taken: ReadonlySet<string> }): readonly string[] {
  const prefix = (node.spec?.podCIDR ?? '10.244.9.0/24').replace(/\.0\/24$/, '');
  for (let i = 2; i < 255; i++) if (!taken.has(`${prefix}.${i}`)) return [`${prefix}.${i}`];
  return [];
}

export function node(index: number, more: Partial<Node['spec']> & { labels?: Labels; allocatable?: Record<string, string> } = {}): Node {
  const { labels = {}, allocatable = { cpu: '4', memory: '8Gi', pods: '110' }, ...spec } = more;
  const name = `node${index}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { podCIDR: `10.244.${index - 1}.0/24`, ...spec },
    status: { addresses: [{ type: 'InternalIP', address: `192.168.1.${index * 10}` }], capacity: allocatable, allocatable },
  };
}

export function nodes(count: number): Node[] {
  return Array.from({ length: count }, (_, i) => node(i + 1));
}

export function pod(name: string, spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  const containers = spec.containers ?? [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }] }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...metadata }, spec: { ...spec, containers } };
}

export function deployment(name: string, spec: Partial<DeploymentSpec> = {}, image = 'nginx:1'): Deployment {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image, ports: [{ containerPort: 80 }] }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

export function service(name: string, spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }], ipFamilies: ['IPv4'], ...spec },
  };
}
