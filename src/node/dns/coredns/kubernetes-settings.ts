/** The block of the plug-in kubernetes: how it answers. Source: CoreDNS plugin/kubernetes/{setup.go,README.md}. */
import { unsupported } from '../../../base/errors.js';
import { parseSelector } from '../../../api/selectors.js';
import type { LabelRequirement } from '../../../api/types/meta.js';
import { type Directive, zonesOf } from './corefile.js';

export interface KubernetesSettings {
  /** With the dot at the end. */
  readonly zones: readonly string[];
  readonly ttl: number;
  readonly pods: 'disabled' | 'insecure' | 'verified';
  /** Zones whose unknown names go on to the next plug-in. */
  readonly fall: readonly string[];
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly labels: readonly LabelRequirement[] | undefined;
  readonly namespaceLabels: readonly LabelRequirement[] | undefined;
  readonly ignoreEmptyService: boolean;
  readonly endpoints: boolean;
  readonly endpointPodNames: boolean;
}

const TTL = 5;
/** How the API is reached: no packet of a look-up depends on it. */
const INERT = ['endpoint', 'tls', 'kubeconfig', 'startup_timeout', 'apiserver_qps', 'apiserver_burst', 'apiserver_max_inflight'];

export function kubernetesSettings({ args, block }: Directive, serverZones: readonly string[]): KubernetesSettings {
  const option = (name: string): readonly string[] | undefined => block.find((one) => one.name === name)?.args;
  for (const { name } of block) {
    if (!KNOWN.includes(name)) throw unsupported('corefile', `the option "${name}" of CoreDNS's plug-in kubernetes is not modelled`);
  }
  const fall = option('fallthrough');
  return {
    zones: args.length === 0 ? serverZones : args.flatMap(zonesOf),
    ttl: Number(option('ttl')?.[0] ?? TTL),
    pods: (option('pods')?.[0] ?? 'disabled') as KubernetesSettings['pods'],
    fall: fall === undefined ? [] : fall.length === 0 ? ['.'] : fall.flatMap(zonesOf),
    namespaces: block.filter(({ name }) => name === 'namespaces').flatMap((one) => one.args),
    labels: selector(option('labels')),
    namespaceLabels: selector(option('namespace_labels')),
    ignoreEmptyService: option('ignore')?.[0] === 'empty_service',
    endpoints: option('noendpoints') === undefined,
    endpointPodNames: option('endpoint_pod_names') !== undefined,
  };
}

export const KNOWN: readonly string[] = [
  ...['pods', 'ttl', 'fallthrough', 'namespaces', 'labels', 'namespace_labels', 'ignore', 'noendpoints', 'endpoint_pod_names'],
  ...INERT,
];

function selector(words: readonly string[] | undefined): readonly LabelRequirement[] | undefined {
  return words === undefined ? undefined : parseSelector(words.join(' '));
}
