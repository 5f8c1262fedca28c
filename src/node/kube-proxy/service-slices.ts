/** The EndpointSlices of each Service that kube-proxy watches, kept as they come and go: pkg/proxy/endpointslicecache.go. */
import type { IpFamily } from '../../base/ip-family.js';
import { compareObjects, type ChangedItem } from '../../api/changed-items.js';
import type { EndpointSlice } from '../../api/types/core.js';
import { HEADLESS, PROXY_NAME } from './proxied.js';

const SERVICE_NAME = 'kubernetes.io/service-name';
const NO_SLICES: readonly EndpointSlice[] = [];

export class ServiceSlices {
  /** By `namespace/name` of the Service, each sorted by name. A list that was handed out is never changed. */
  readonly #slices = new Map<string, readonly EndpointSlice[]>();

  readonly #family: IpFamily;

  constructor(slices: readonly EndpointSlice[], family: IpFamily) {
    this.#family = family;
    const lists = this.#slices as Map<string, EndpointSlice[]>;
    for (const slice of slices) {
      const key = serviceKey(slice, family);
      if (key === undefined) continue;
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [slice]);
      else list.push(slice);
    }
  }

  of(namespace: string | undefined, service: string): readonly EndpointSlice[] {
    return this.#slices.get(`${namespace}/${service}`) ?? NO_SLICES;
  }

  /** Takes the changes over, and calls `onService` for each Service that they concern. */
  change(changes: readonly ChangedItem<EndpointSlice>[], onService: (namespace: string | undefined, name: string) => void): void {
    for (const [before, now] of changes) {
      for (const slice of [before, now]) {
        const key = slice === undefined ? undefined : serviceKey(slice, this.#family);
        if (slice === undefined || key === undefined) continue;
        const others = (this.#slices.get(key) ?? NO_SLICES).filter((one) => one !== slice);
        const list = slice === before ? others : [...others, slice].sort(compareObjects);
        if (list.length === 0) this.#slices.delete(key);
        else this.#slices.set(key, list);
        onService(slice.metadata.namespace, slice.metadata.labels?.[SERVICE_NAME] as string);
      }
    }
  }
}

/** Undefined for a slice that kube-proxy does not watch. */
function serviceKey({ metadata, addressType }: EndpointSlice, family: IpFamily): string | undefined {
  const { labels, namespace } = metadata;
  const name = labels?.[SERVICE_NAME];
  if (name === undefined || addressType !== family || labels?.[PROXY_NAME] !== undefined || labels?.[HEADLESS] !== undefined)
    return undefined;
  return `${namespace}/${name}`;
}
