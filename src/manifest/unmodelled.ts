/**
 * Fields that are accepted because real manifests have them, would change what the network does, and are not modelled: a claim about
 * such an object is "cannot say". What changes neither traffic nor whether a pod runs (volumes, env, security contexts …) is not listed.
 */
import type { KubeObject } from '../api/types/meta.js';

export interface Unmodelled {
  readonly path: string;
  /** What the field would do. */
  readonly effect: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** None for most objects. */
export function unmodelledFields(object: KubeObject): readonly Unmodelled[] {
  const fields = object as unknown as Fields;
  const own = annotations(object.metadata.annotations, 'metadata.annotations');
  if (object.kind === 'Service') return [...own, ...serviceFields(at(fields, 'spec'))];
  if (object.kind === 'Pod') return [...own, ...podFields(at(fields, 'spec'), 'spec')];
  const template = at(at(fields, 'spec'), 'template');
  if (template === undefined) return own;
  const templated = annotations(at(template, 'metadata')?.['annotations'] as Fields | undefined, 'spec.template.metadata.annotations');
  return [...own, ...templated, ...podFields(at(template, 'spec'), 'spec.template.spec')];
}

function at(fields: Fields | undefined, name: string): Fields | undefined {
  return fields?.[name] as Fields | undefined;
}

const POD_FIELDS: readonly (readonly [string, string, (value: unknown) => boolean])[] = [
  ['hostAliases', 'adds names to /etc/hosts', isSet],
  ['dnsConfig', 'changes which names resolve', isSet],
  ['dnsPolicy', 'changes which names resolve', (value) => value === 'None' || value === 'Default'],
  ['runtimeClassName', 'may run the pod in a virtual machine with a network of its own', isSet],
  ['resourceClaims', 'may give the pod network devices', isSet],
];

function podFields(spec: Fields | undefined, path: string): Unmodelled[] {
  if (spec === undefined) return [];
  const found = POD_FIELDS.filter(([name, , counts]) => counts(spec[name])).map(([name, effect]) => ({ path: `${path}.${name}`, effect }));
  const sysctls = (at(spec, 'securityContext')?.['sysctls'] ?? []) as readonly { name?: string }[];
  for (const [i, { name = '' }] of sysctls.entries()) {
    if (name.startsWith('net.'))
      found.push({ path: `${path}.securityContext.sysctls[${i}]`, effect: `sets ${name} in the pod's network namespace` });
  }
  return [...found, ...containerFields(spec, path)];
}

/** Containers that may rewrite the pod's network, such as a service mesh's init container. */
function containerFields(spec: Fields, path: string): Unmodelled[] {
  return ['initContainers', 'containers'].flatMap((list) => {
    const containers = (spec[list] ?? []) as readonly Fields[];
    return containers.flatMap((container, i) => {
      const context = at(container, 'securityContext');
      const added = (at(context, 'capabilities')?.['add'] ?? []) as readonly string[];
      const inPod = spec['hostNetwork'] === true ? "the node's" : "the pod's";
      const may = added.some((capability) => ['NET_ADMIN', 'ALL', 'SYS_ADMIN'].includes(capability)) || context?.['privileged'] === true;
      return may ? [{ path: `${path}.${list}[${i}].securityContext`, effect: `lets the container change ${inPod} routes and rules` }] : [];
    });
  });
}

function serviceFields(spec: Fields | undefined): Unmodelled[] {
  const found: Unmodelled[] = [];
  if (isSet(spec?.['loadBalancerClass']))
    found.push({ path: 'spec.loadBalancerClass', effect: 'leaves the Service to a load balancer of its own' });
  if (isSet(spec?.['trafficDistribution'])) found.push({ path: 'spec.trafficDistribution', effect: 'prefers endpoints near the client' });
  return found;
}

const ANNOTATIONS: readonly (readonly [RegExp, string])[] = [
  [/^k8s\.v1\.cni\.cncf\.io\/networks$/, 'attaches further networks'],
  [/^kubernetes\.io\/(in|e)gress-bandwidth$/, 'limits the bandwidth of the pod'],
  [/^(sidecar\.istio\.io|linkerd\.io)\/inject$/, 'puts a proxy before the pod'],
  [/^cni\.projectcalico\.org\//, "changes the pod's address or its policy"],
  [/^service\.kubernetes\.io\/topology-mode$/, 'prefers endpoints of the same zone'],
];

function annotations(map: Fields | undefined, path: string): Unmodelled[] {
  return Object.keys(map ?? {}).flatMap((key) => {
    const known = ANNOTATIONS.find(([pattern]) => pattern.test(key));
    return known === undefined ? [] : [{ path: `${path}[${key}]`, effect: known[1] }];
  });
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
}
