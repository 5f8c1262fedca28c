/**
 * The cluster as the Given steps of a scenario describe it, before it exists. What no step says is a cluster of three nodes as kubeadm
 * makes it. CNI and kube-proxy settings come as a document's text or as a table of dotted keys.
 */
import { inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { ClusterNode, ClusterSpec } from '../../api/cluster.js';
import type { Taint } from '../../api/types/core.js';
import { CONTROL_PLANE, defaultCluster, type PartialNode } from '../../manifest/cluster/defaults.js';
import { readDocuments } from '../../manifest/read.js';
import { DOC_STRING, type Row } from '../spec-contract.js';

export type Settings = string | Readonly<Record<string, string>> | undefined;

const NODES_UNLESS_SAID = 3;
const NODES_MAX = 20_000;

export class ClusterDraft {
  #spec: ClusterSpec | undefined;

  get spec(): ClusterSpec {
    this.#spec ??= defaultCluster(NODES_UNLESS_SAID);
    return this.#spec;
  }

  describe(spec: ClusterSpec): void {
    this.#spec = spec;
  }

  withNodes(count: number): void {
    if (count < 1 || count > NODES_MAX) throw inputError('node-count', `a cluster has between 1 and ${NODES_MAX} nodes, not ${count}`);
    this.#spec = defaultCluster(count);
  }

  withTable(rows: readonly Row[]): void {
    if (rows.length === 0)
      throw inputError('node-count', 'the table of nodes has no row', { fix: 'write | name | role | ip | and one row for each node' });
    this.#spec = defaultCluster(rows.map(readNodeRow));
  }

  cni(name: string, settings: Settings): void {
    const config = readSettings(settings);
    this.#spec = { ...this.spec, cni: { name, config } };
  }

  kubeProxy(mode: string, settings: Settings): void {
    this.#spec = { ...this.spec, kubeProxy: { mode, config: { ...this.spec.kubeProxy.config, ...readSettings(settings) } } };
  }

  seed(seed: number): void {
    this.#spec = { ...this.spec, seed };
  }
}

const COLUMNS = ['name', 'role', 'ip', 'podCIDR', 'zone', 'labels', 'taints', 'cpu', 'memory', 'pods'];

function readNodeRow(row: Row): PartialNode {
  for (const column of Object.keys(row)) {
    if (COLUMNS.includes(column)) continue;
    const near = nearest(column, COLUMNS);
    throw inputError('unknown-column', `a table of nodes has no column "${column}"`, {
      fix: near ? `did you mean "${near}"?` : `its columns are ${COLUMNS.join(', ')}`,
    });
  }
  const { name, role, ip, podCIDR, zone, labels, taints } = row;
  const zoneLabel = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone };
  return {
    name,
    roles: role === undefined || role === 'worker' ? undefined : [roleOf(role)],
    addresses: ip === undefined ? undefined : list(ip),
    podCIDRs: podCIDR === undefined ? undefined : list(podCIDR),
    labels: { ...zoneLabel, ...pairs(labels, 'label') },
    taints: taints === undefined ? undefined : list(taints).map(readTaint),
    capacity: Object.fromEntries(
      (['cpu', 'memory', 'pods'] as const).flatMap((key) => (row[key] === undefined ? [] : [[key, row[key]]])),
    ) as ClusterNode['capacity'],
  };
}

function roleOf(text: string): string {
  if (text === CONTROL_PLANE || text === 'master') return CONTROL_PLANE;
  throw inputError('unknown-role', `"${text}" is not a role of a node`, { fix: 'use control-plane or worker' });
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function pairs(text: string | undefined, what: string): Record<string, string> {
  return Object.fromEntries(
    list(text ?? '').map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw inputError(`bad-${what}`, `"${pair}" is not a ${what}`, { fix: 'write key=value, separated by commas' });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** As kubectl taint takes them: `key=value:Effect` or `key:Effect`. */
function readTaint(text: string): Taint {
  const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text);
  if (match === null) throw inputError('bad-taint', `"${text}" is not a taint`, { fix: 'write key=value:NoSchedule' });
  const [, key, value, effect] = match;
  return { key: key as string, ...(value === undefined ? {} : { value }), effect: effect as Taint['effect'] };
}

/** Text is one YAML document; a table's keys have dots, its values are YAML scalars. */
export function readSettings(settings: Settings): Readonly<Record<string, unknown>> {
  if (settings === undefined) return {};
  if (typeof settings === 'string') {
    const [document] = readDocuments(settings, DOC_STRING);
    const value = document?.value ?? {};
    if (typeof value !== 'object' || Array.isArray(value))
      throw inputError('bad-settings', 'settings are fields and values', { position: document?.position('') });
    return value as Readonly<Record<string, unknown>>;
  }
  const root: Record<string, unknown> = {};
  for (const [path, text] of Object.entries(settings)) setAt(root, path.split('.'), scalar(text));
  return root;
}

function scalar(text: string): unknown {
  return text === '' ? '' : readDocuments(text, DOC_STRING)[0]?.value;
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = root;
  for (const part of path.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
  at[path.at(-1) as string] = value;
}
