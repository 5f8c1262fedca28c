/**
 * Finding objects by the words of a sentence or an endpoint text: exact name first, then its lower-case form (a pod made by
 * a step is called `A` in the text and `a` in the store). What is not there is an InputError with the nearest name.
 */
import { inputError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import type { Kind, Kinds } from '../api/types/kinds.js';
import type { Node, Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';

export interface WantedName {
  readonly namespace: string | undefined;
  readonly name: string;
}

/** `web`, `shop/web`. */
export function wantedName(written: string): WantedName {
  const slash = written.indexOf('/');
  return slash < 0 ? { namespace: undefined, name: written } : { namespace: written.slice(0, slash), name: written.slice(slash + 1) };
}

/** The object of that kind and name, or an InputError that says which ones there are. */
export function findObject<K extends Kind>(view: StoreView, kind: K, wanted: WantedName, defaultNamespace: string): Kinds[K] {
  const scoped = kind === 'Node' || kind === 'Namespace' ? undefined : (wanted.namespace ?? defaultNamespace);
  const found = view.get(kind, scoped, wanted.name) ?? view.get(kind, scoped, wanted.name.toLowerCase());
  if (found !== undefined) return found;
  const there = view.list(kind, scoped).map((object) => object.metadata.name);
  const where = scoped === undefined ? '' : ` in namespace ${scoped}`;
  const near = nearest(wanted.name, there);
  const elsewhere = scoped === undefined ? undefined : view.list(kind).find((object) => object.metadata.name === wanted.name);
  throw inputError(
    `unknown-${kind.toLowerCase()}`,
    `there is no ${kind === 'Pod' || kind === 'Node' ? kind.toLowerCase() : kind} "${wanted.name}"${where}`,
    {
      fix: elsewhere
        ? `it is in namespace ${elsewhere.metadata.namespace}: write ${elsewhere.metadata.namespace}/${wanted.name}`
        : near
          ? `did you mean "${near}"?`
          : there.length > 0
            ? `there ${there.length === 1 ? 'is' : 'are'}: ${listNames(there)}`
            : `no ${kind} exists${where}`,
    },
  );
}

const NAMES_SHOWN_MAX = 8;

function listNames(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN_MAX;
  return names.slice(0, NAMES_SHOWN_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The pod's own address; InputError with the reason when it has none. */
export function podAddress(pod: Pod): string {
  const ip = pod.status?.podIP;
  if (ip !== undefined) return ip;
  const why = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False')?.message;
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  throw inputError('pod-has-no-address', `pod ${name} has no address: it is ${pod.status?.phase ?? 'Pending'}${why ? ` (${why})` : ''}`, {
    fix: 'make it run first, or say what it waits for: `Then pod … is Pending because "…"`',
  });
}

/** A node's addresses that sockets and packets use, InternalIP first. */
export function nodeAddresses(node: Node): readonly string[] {
  return (node.status?.addresses ?? []).filter((address) => address.type !== 'Hostname').map((address) => address.address);
}

export function nodeAddress(node: Node): string {
  const ip = node.status?.addresses?.find((address) => address.type === 'InternalIP')?.address;
  if (ip === undefined) throw inputError('node-has-no-address', `node ${node.metadata.name} has no InternalIP`);
  return ip;
}

/** All pods that a workload owns, through its ReplicaSets if it has them. */
export function podsOf(
  view: StoreView,
  owner: { readonly kind: string; readonly namespace: string; readonly name: string },
): readonly Pod[] {
  const owned = (object: { metadata: Pod['metadata'] }, kind: string, name: string): boolean =>
    object.metadata.ownerReferences?.some(
      (reference) => reference.controller === true && reference.kind === kind && reference.name === name,
    ) ?? false;
  const pods = view.list('Pod', owner.namespace);
  if (owner.kind !== 'Deployment') return pods.filter((pod) => owned(pod, owner.kind, owner.name));
  const sets = view.list('ReplicaSet', owner.namespace).filter((set) => owned(set, 'Deployment', owner.name));
  return pods.filter((pod) => sets.some((set) => owned(pod, 'ReplicaSet', set.metadata.name)));
}

/** The first port of the Service that has this clusterIP. */
export function servicePortAt(view: StoreView, address: string): number | undefined {
  const service = view.list('Service').find(({ spec }) => spec.clusterIP === address || spec.clusterIPs?.includes(address) === true);
  return service?.spec.ports?.[0]?.port;
}
