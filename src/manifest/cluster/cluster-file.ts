/**
 * The cluster file (`apiVersion: hopspec.dev/v1`, `kind: Cluster`) to a complete ClusterSpec. Unknown fields, wrong types and impossible
 * values are collected and thrown together, each with its place. What is absent is a kubeadm cluster's.
 */
import type { ClusterNode, ClusterSpec, ExternalHost } from '../../api/cluster.js';
import { familyOfText } from '../../base/ip-family.js';
import { InputError, inputError, type Problem, type SourcePosition } from '../../base/errors.js';
import { readDocuments } from '../read.js';
import { decode } from '../schema/decode.js';
import { checkCluster, type RawExternal, type RawNode, type RawSpec } from './check.js';
import { clusterStructures } from './cluster-tables.js';
import { completeNodes, completeRanges, DEFAULTS, defaultCluster, type PartialNode } from './defaults.js';

const API_VERSION = 'hopspec.dev/v1';

/** Where a path of the value stands; undefined where it was no text. */
export type Positions = (path: string, part?: 'key' | 'value') => SourcePosition | undefined;

/** Reads one Cluster document. A bare spec, without apiVersion and kind, is read too. Throws InputError. */
export function readCluster(text: string, file: string): ClusterSpec {
  const documents = readDocuments(text, file);
  const [document] = documents;
  if (document === undefined)
    throw inputError('empty-cluster-file', `${file} describes no cluster`, {
      fix: `begin with apiVersion: ${API_VERSION} and kind: Cluster`,
    });
  if (documents.length > 1) {
    throw inputError('two-clusters', `${file} holds ${documents.length} documents`, {
      fix: 'describe one cluster per file',
      position: documents[1]?.position(''),
    });
  }
  return readClusterValue(document.value, document.position);
}

/** A Cluster object, or a bare spec. */
export function readClusterValue(value: unknown, positions?: Positions): ClusterSpec {
  const isObject = typeof value === 'object' && value !== null && ('apiVersion' in value || 'kind' in value || 'spec' in value);
  if (!isObject) return readClusterSpec(value, positions);
  const { apiVersion, kind, metadata, spec } = value as {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: { name?: unknown };
    spec?: unknown;
  };
  if (kind !== 'Cluster' || apiVersion !== API_VERSION) {
    const message = `expected apiVersion ${API_VERSION} and kind Cluster, got ${String(apiVersion)} and ${String(kind)}`;
    throw inputError('not-a-cluster', message, {
      position: positions?.(kind === 'Cluster' ? 'apiVersion' : 'kind'),
      fix: `write apiVersion: ${API_VERSION} and kind: Cluster`,
    });
  }
  const outer = problemsOf(value, 'Cluster', positions, '');
  const inner = outer.length > 0 ? [] : checkCluster((spec ?? {}) as RawSpec).map((problem) => toProblem(problem, positions, 'spec.'));
  if (outer.length + inner.length > 0) throw new InputError([...outer, ...inner]);
  return complete(spec ?? {}, typeof metadata?.name === 'string' ? metadata.name : DEFAULTS.name);
}

/** A bare spec, as the eval operation `cluster` has it. */
export function readClusterSpec(value: unknown, positions?: Positions): ClusterSpec {
  const problems = problemsOf(value, 'ClusterSpec', positions, '');
  if (problems.length > 0) throw new InputError(problems);
  const wrong = checkCluster(value as RawSpec);
  if (wrong.length > 0) throw new InputError(wrong.map((problem) => toProblem(problem, positions, '')));
  return complete(value as RawSpec, DEFAULTS.name);
}

function problemsOf(value: unknown, structure: string, positions: Positions | undefined, prefix: string): Problem[] {
  return decode(value, structure, clusterStructures).problems.map(({ kind, path, message, fix }) => ({
    code: kind,
    message: kind === 'unknown-field' ? message : `${path === '' ? 'the cluster' : path}: ${fix ?? message}`,
    fix: kind === 'unknown-field' ? fix : undefined,
    position: positions?.(prefix + path, kind === 'unknown-field' ? 'key' : 'value'),
  }));
}

function toProblem(
  { path, message, fix }: { path: string; message: string; fix: string },
  positions: Positions | undefined,
  prefix: string,
): Problem {
  return { code: 'bad-cluster', message, fix, position: positions?.(prefix + path) };
}

function complete(raw: RawSpec, name: string): ClusterSpec {
  const base = defaultCluster(0);
  const ranges = completeRanges(splitCidrs(raw.podCIDR), splitCidrs(raw.serviceCIDR));
  const families = [...new Set([...ranges.podCIDRs, ...ranges.serviceCIDRs].map(familyOfText))];
  const cluster: ClusterSpec = {
    ...base,
    name,
    kubernetesVersion: raw.kubernetesVersion === undefined ? base.kubernetesVersion : String(raw.kubernetesVersion).replace(/^v/, ''),
    ...ranges,
    seed: raw.seed ?? base.seed,
    nodes: completeNodes(raw.nodes?.map(partialNode) ?? defaultCluster(1).nodes.map(withoutAddresses), families),
    underlay: { ...base.underlay, ...(raw.underlay as Partial<ClusterSpec['underlay']>) },
    cni: { name: raw.cni?.name ?? base.cni.name, config: (raw.cni?.config ?? {}) as Record<string, unknown> },
    kubeProxy: {
      mode: raw.kubeProxy?.mode ?? base.kubeProxy.mode,
      config: { clusterCIDR: ranges.podCIDRs.join(','), ...(raw.kubeProxy?.config ?? {}) },
    },
    externals: (raw.externals ?? []).map(externalHost),
    ...(raw.dns === undefined ? {} : { dns: raw.dns }),
    loadBalancer: { ...base.loadBalancer, ...(raw.loadBalancer as Partial<ClusterSpec['loadBalancer']>) },
  };
  return raw.nodePortRange === undefined ? cluster : { ...cluster, nodePortRange: raw.nodePortRange };
}

function externalHost({ name = '', address, addresses }: RawExternal): ExternalHost {
  return { name, address: address ?? addresses?.[0] ?? '', ...(addresses === undefined ? {} : { addresses }) };
}

function withoutAddresses({ addresses: _, ...node }: ClusterNode): PartialNode {
  return node;
}

function partialNode({ podCIDR, sysctls, ...node }: RawNode): PartialNode {
  const capacity = node.capacity === undefined ? undefined : mapValues(node.capacity, String);
  return { ...node, capacity, podCIDRs: splitCidrs(podCIDR), sysctls: sysctls === undefined ? undefined : mapValues(sysctls, String) };
}

function mapValues<A>(record: Readonly<Record<string, A>>, change: (value: A) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function splitCidrs(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((part) => part.trim());
}
