/**
 * What `kubectl apply` makes of an object that exists already: a three-way strategic merge of what was applied last, what is live and
 * what is wanted (k8s.io/apimachinery `pkg/util/strategicpatch`). Fields applied before and no longer wanted are removed, fields that
 * others own stay; lists with a merge key are merged item by item. Left out: patch directives ($patch, $retainKeys) in manifests.
 */
import { isEqual } from '../equal.js';

type Fields = Readonly<Record<string, unknown>>;

/** Merge keys by the list's field name, in the order tried: the first that every item has counts. Lists not named are replaced whole. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  ports: ['containerPort', 'port'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  addresses: ['type'],
};
/** Lists of plain values that are sets. */
const SETS = new Set(['finalizers', 'podCIDRs']);
/** Unions: what is not wanted of them is not kept. */
const UNIONS = new Set(['strategy', 'updateStrategy']);
/** Kinds whose lists are all atomic in the published schema. */
const ATOMIC_KINDS = new Set(['EndpointSlice', 'Endpoints']);

export function threeWayMerge(lastApplied: Fields | undefined, live: Fields, wanted: Fields): Fields {
  return mergeFields(lastApplied, live, wanted, { atomicLists: ATOMIC_KINDS.has(String(wanted['kind'])) });
}

interface Options {
  readonly atomicLists: boolean;
}

function mergeFields(last: Fields | undefined, live: Fields, wanted: Fields, options: Options): Fields {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(live)) {
    const removed = wanted[name] === undefined && last?.[name] !== undefined;
    if (!removed) result[name] = value;
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) result[name] = mergeValue(name, { last: last?.[name], live: live[name], wanted: value }, options);
  }
  return result;
}

interface Three {
  readonly last: unknown;
  readonly live: unknown;
  readonly wanted: unknown;
}

function mergeValue(name: string, { last, live, wanted }: Three, options: Options): unknown {
  if (isEqual(live, wanted)) return live;
  if (Array.isArray(wanted) && Array.isArray(live) && !options.atomicLists) return mergeList(name, { last, live, wanted }, options);
  if (!isFields(wanted) || !isFields(live)) return wanted;
  if (UNIONS.has(name) && wanted['type'] !== undefined && wanted['type'] !== live['type']) return wanted;
  return mergeFields(isFields(last) ? last : undefined, live, wanted, options);
}

/** Wanted items in their order, then the live ones that somebody else added. */
function mergeList(
  name: string,
  three: { last: unknown; live: readonly unknown[]; wanted: readonly unknown[] },
  options: Options,
): readonly unknown[] {
  const { live, wanted } = three;
  const last = Array.isArray(three.last) ? (three.last as readonly unknown[]) : [];
  if (SETS.has(name)) return [...wanted, ...live.filter((item) => !wanted.includes(item) && !last.includes(item))];
  const key = MERGE_KEYS[name]?.find((candidate) => [...live, ...wanted].every((item) => isFields(item) && item[candidate] !== undefined));
  if (key === undefined) return wanted;
  const find = (list: readonly unknown[], item: unknown): Fields | undefined =>
    (list as readonly Fields[]).find((other) => isSame(other, item as Fields, key));
  const merged = wanted.map((item) => {
    const present = find(live, item);
    if (present === undefined) return item;
    return name === 'volumes' ? mergeVolume(present, item as Fields) : mergeFields(find(last, item), present, item as Fields, options);
  });
  return [...merged, ...live.filter((item) => find(wanted, item) === undefined && find(last, item) === undefined)];
}

/** Two ports of one number differ by protocol. */
function isSame(a: Fields, b: Fields, key: string): boolean {
  if (a[key] !== b[key]) return false;
  return (key !== 'port' && key !== 'containerPort') || (a['protocol'] ?? 'TCP') === (b['protocol'] ?? 'TCP');
}

/** A volume is a union of sources. */
function mergeVolume(live: Fields, wanted: Fields): Fields {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => [name, isFields(value) && isFields(live[name]) ? { ...live[name], ...value } : value]),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
