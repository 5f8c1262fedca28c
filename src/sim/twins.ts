/**
 * Pods that no packet can tell apart. Two pods of one node are twins where all that the cluster knows of them is equal but for their names and addresses:
 * labels, specs, state, the Services whose endpoints they are. Then exchanging them leaves the cluster as it is, so that what holds for one holds for the
 * other. An address makes a difference by itself only where something else names it: every address and network that stands in the cluster file, in a
 * Service, a node or a load balancer has both of them or neither. A scheduler of IPVS that hashes addresses, and a proxy that lags, leave no twins.
 */
import { networkOf, parseCidr } from '../base/cidr.js';
import { type Ip, parseIp } from '../base/ip.js';
import { LAST_APPLIED } from '../api/apply/last-applied.js';
import type { ClusterSpec } from '../api/cluster.js';
import type { ContainerStatus, EndpointSlice, Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';

/** What twins are found in: the cluster at one moment. */
interface Moment {
  readonly view: StoreView;
  readonly cluster: ClusterSpec;
  /** Some kube-proxy renders an older state. */
  readonly lags: boolean;
}

const known = new WeakMap<Moment, Twins>();

/** Of a plan of the cluster, which stands for one state of it. */
export function twinsOf(moment: Moment): Twins {
  let twins = known.get(moment);
  if (twins === undefined) known.set(moment, (twins = new Twins(moment)));
  return twins;
}

class Twins {
  readonly #view: StoreView;
  readonly #mayBe: boolean;
  readonly #keys = new Map<string, string>();
  readonly #named: Networks;
  readonly #memberships: ReadonlyMap<string, readonly string[]>;

  constructor({ view, cluster, lags }: Moment) {
    this.#view = view;
    this.#mayBe = !lags && !HASHING.has(String(cluster.kubeProxy.config['ipvs.scheduler'] ?? schedulerOf(cluster)));
    this.#named = this.#mayBe ? networksIn(view, cluster) : new Map();
    this.#memberships = this.#mayBe ? membershipsOf(view.list('EndpointSlice')) : new Map();
  }

  /** But for those in `apart`, endpoints or addresses, which are like nobody. */
  likeness(apart: readonly string[]): (endpoint: string) => string {
    const ids = new Set(apart.map(idOf));
    const named = new Set(apart);
    for (const { metadata, status } of named.size === 0 ? [] : this.#view.list('Pod')) {
      const ips = status?.podIPs ?? [{ ip: status?.podIP ?? '' }];
      if (ips.some(({ ip }) => named.has(ip))) ids.add(`${metadata.namespace}/${metadata.name}`);
    }
    return (endpoint) => (ids.has(idOf(endpoint)) ? endpoint : this.keyOf(endpoint));
  }

  /** Equal for twins; the endpoint itself where it has none. `pod/shop/web`, with a container or a port or without. */
  keyOf(endpoint: string): string {
    const [, namespace = '', name = '', more = ''] = /^pod\/([^/]+)\/([^/#:]+)(.*)$/.exec(endpoint) ?? [];
    if (!this.#mayBe || name === '') return endpoint;
    const id = `${namespace}/${name}`;
    let key = this.#keys.get(id);
    if (key === undefined) {
      const pod = this.#view.get('Pod', namespace, name);
      key = pod === undefined ? id : (this.#keyOfPod(pod) ?? id);
      this.#keys.set(id, key);
    }
    return key === id ? endpoint : key + more;
  }

  /** Undefined for a pod that shares its node's address, or has none. */
  #keyOfPod(pod: Pod): string | undefined {
    const { metadata, spec, status } = pod;
    const ips = (status?.podIPs ?? [{ ip: status?.podIP ?? '' }]).map(({ ip }) => ip);
    if (spec.hostNetwork === true || spec.nodeName === undefined || ips.includes('')) return undefined;
    return JSON.stringify([
      [metadata.namespace, metadata.labels, annotationsText(metadata.annotations), metadata.deletionTimestamp !== undefined],
      (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`),
      spec,
      [status?.phase, status?.conditions?.map(({ type, status: value }) => `${type}=${value}`)],
      [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].map(stateOf),
      ips.map((ip) => [membersText(this.#memberships.get(ip)), networksOf(this.#named, ip)]),
    ]);
  }
}

/** `shop/web` of `pod/shop/web#nginx:80`. */
function idOf(endpoint: string): string {
  return /^pod\/([^/]+\/[^/#:]+)/.exec(endpoint)?.[1] ?? endpoint;
}

const HASHING: ReadonlySet<string> = new Set(['sh', 'dh', 'mh', 'lblc', 'lblcr']);

function schedulerOf({ kubeProxy: { config } }: ClusterSpec): unknown {
  const ipvs = config['ipvs'];
  return typeof ipvs === 'object' && ipvs !== null && 'scheduler' in ipvs ? ipvs.scheduler : '';
}

/** Without the manifest it came from, which has its name. */
function annotationsText(annotations: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify(Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED));
}

function stateOf({ name, ready, state }: ContainerStatus): string {
  return `${name} ${ready} ${state.running !== undefined} ${state.waiting?.reason ?? ''} ${state.terminated?.reason ?? ''}`;
}

function membersText(members: readonly string[] | undefined): string {
  return [...(members ?? [])].sort().join(' ');
}

/** By address: of which Services it is an endpoint, and what is said of it there. */
function membershipsOf(slices: readonly EndpointSlice[]): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const { metadata, ports, endpoints } of slices) {
    const service = metadata.labels?.['kubernetes.io/service-name'] ?? metadata.name;
    for (const { addresses, targetRef, ...said } of endpoints) {
      const text = JSON.stringify([metadata.namespace, service, ports, said, targetRef?.kind]);
      for (const address of addresses) {
        const known = members.get(address);
        if (known === undefined) members.set(address, [text]);
        else known.push(text);
      }
    }
  }
  return members;
}

/** Networks by the length of their prefix; an address alone is one of full length. */
type Networks = Map<number, Set<Ip>>;

function networksIn(view: StoreView, cluster: ClusterSpec): Networks {
  const networks: Networks = new Map();
  const texts = [cluster, ...(['Service', 'Node', 'LoadBalancer', 'Namespace'] as const).flatMap((kind) => view.list(kind))];
  for (const text of texts) {
    for (const [word] of JSON.stringify(text).matchAll(/[0-9a-fA-F:.]{2,}(?:\/\d+)?/g)) {
      const ip = parseIp(word);
      const cidr = ip === undefined ? parseCidr(word) : { ip, length: typeof ip === 'number' ? 32 : 128 };
      if (cidr === undefined) continue;
      const known = networks.get(cidr.length);
      if (known === undefined) networks.set(cidr.length, new Set([cidr.ip]));
      else known.add(cidr.ip);
    }
  }
  return networks;
}

/** Those that have the address, as text. */
function networksOf(networks: Networks, text: string): readonly string[] {
  const ip = parseIp(text);
  if (ip === undefined) return [text];
  const lengths = [...networks.keys()].filter((length) => length <= (typeof ip === 'number' ? 32 : 128)).sort((a, b) => a - b);
  return lengths.filter((length) => networks.get(length)?.has(networkOf(ip, length))).map((length) => `${networkOf(ip, length)}/${length}`);
}
