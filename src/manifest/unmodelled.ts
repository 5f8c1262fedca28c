/**
 * Fields that are accepted because real manifests have them, would change what the network does, and are not modelled: a claim about
 * such an object's traffic is "cannot say". What changes neither (volumes, env, bandwidth limits, the
 * capabilities of ordinary containers …) is not listed.
 */
import { asksForProxyHeader, isProxyHeaderAnnotation } from '../api/object/proxy-header.js';
import type { KubeObject } from '../api/types/meta.js';

export interface Unmodelled {
  readonly path: string;
  /** What the field would do. */
  readonly effect: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** None for most objects. `headersKnown`: the balancer of the Service is one that can send PROXY headers, and does. */
export function unmodelledFields(object: KubeObject, headersKnown = false): readonly Unmodelled[] {
  const fields = object as unknown as Fields;
  const own = annotations(object.metadata.annotations, 'metadata.annotations');
  if (object.kind === 'Service') return [...own, ...(headersKnown ? [] : proxyHeaders(object))];
  if (object.kind === 'Pod') return [...own, ...podFields(at(fields, 'spec'), 'spec')];
  const template = at(at(fields, 'spec'), 'template');
  if (template === undefined) return own;
  const templated = annotations(at(template, 'metadata')?.['annotations'] as Fields | undefined, 'spec.template.metadata.annotations');
  return [...own, ...templated, ...podFields(at(template, 'spec'), 'spec.template.spec')];
}

function at(fields: Fields | undefined, name: string): Fields | undefined {
  return fields?.[name] as Fields | undefined;
}

interface PodField {
  readonly name: string;
  readonly effect: string;
  readonly counts: (value: unknown) => boolean;
}

const POD_FIELDS: readonly PodField[] = [
  {
    name: 'runtimeClassName',
    effect: 'may run the pod in a virtual machine with a network of its own',
    counts: isSet,
  },
  { name: 'resourceClaims', effect: 'may give the pod network devices', counts: isSet },
];

function podFields(spec: Fields | undefined, path: string): Unmodelled[] {
  if (spec === undefined) return [];
  const found = POD_FIELDS.filter(({ name, counts }) => counts(spec[name])).map(
    ({ name, effect }): Unmodelled => ({ path: `${path}.${name}`, effect }),
  );
  const sysctls = (at(spec, 'securityContext')?.['sysctls'] ?? []) as readonly { name?: string }[];
  for (const [i, { name = '' }] of sysctls.entries()) {
    if (name.startsWith('net.'))
      found.push({
        path: `${path}.securityContext.sysctls[${i}]`,
        effect: `sets ${name} in the pod's network namespace`,
      });
  }
  return [...found, ...containerFields(spec, path)];
}

/** Init containers that are there to rewrite the pod's network, such as a service mesh's. */
function containerFields(spec: Fields, path: string): Unmodelled[] {
  const containers = (spec['initContainers'] ?? []) as readonly Fields[];
  return containers.flatMap((container, i): Unmodelled[] => {
    const context = at(container, 'securityContext');
    const added = (at(context, 'capabilities')?.['add'] ?? []) as readonly string[];
    const may = added.some((capability) => ['NET_ADMIN', 'ALL'].includes(capability)) || context?.['privileged'] === true;
    if (!may) return [];
    const whose = spec['hostNetwork'] === true ? "the node's" : "the pod's";
    return [
      {
        path: `${path}.initContainers[${i}].securityContext`,
        effect: `lets the container change ${whose} routes and rules`,
      },
    ];
  });
}

function proxyHeaders({ metadata: { annotations = {} } }: KubeObject): Unmodelled[] {
  if (!asksForProxyHeader(annotations)) return [];
  return Object.keys(annotations)
    .filter(isProxyHeaderAnnotation)
    .map((key) => ({ path: `metadata.annotations[${key}]`, effect: 'puts a PROXY header before what the client sends' }));
}

const ANNOTATIONS: readonly (readonly [RegExp, string])[] = [
  [/^k8s\.v1\.cni\.cncf\.io\/networks$/, 'attaches further networks'],
  [/^(sidecar\.istio\.io|linkerd\.io)\/inject$/, 'puts a proxy before the pod'],
  [/^cni\.projectcalico\.org\//, "changes the pod's address or its policy"],
  [/^metallb\.(io|universe\.tf)\/allow-shared-ip$/, 'shares its address with other Services'],
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
