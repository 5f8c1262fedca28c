/** Who may answer for a Service. */
import type { Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { podIps } from '../../api/object/pod-ips.js';
import { addressesOfHost } from '../../fabric/fabric-spec.js';
import { nodeAddresses } from '../lookup.js';
import type { SelectContext } from './selection.js';

export interface Servers {
  /** The endpoints behind a Service, as endpoint texts; the address where no pod is named. */
  readonly servers: readonly string[];
  /** Those that are ready. */
  readonly chosen: readonly string[];
}

export function serversOf({ view, externals }: SelectContext, service: Service): Servers {
  const servers: string[] = [];
  const chosen: string[] = [];
  for (const slice of view.list('EndpointSlice', service.metadata.namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service.metadata.name) continue;
    for (const endpoint of slice.endpoints) {
      const { targetRef, conditions } = endpoint;
      const named =
        targetRef?.kind === 'Pod'
          ? [`pod/${targetRef.namespace ?? service.metadata.namespace}/${targetRef.name}`]
          : endpoint.addresses.map((address) => ownerOfAddress(view, address, externals) ?? `ip/${address}`);
      servers.push(...named);
      if (conditions?.ready !== false) chosen.push(...named.filter((one) => !chosen.includes(one)));
    }
  }
  return { servers, chosen };
}

/** The node, pod or outside host that holds an address, as endpoint text. */
function ownerOfAddress(view: StoreView, address: string, externals: SelectContext['externals']): string | undefined {
  const node = view.list('Node').find((one) => nodeAddresses(one).includes(address));
  if (node) return `node/${node.metadata.name}`;
  const pod = view.list('Pod').find((one) => one.spec.hostNetwork !== true && podIps(one).includes(address));
  if (pod) return `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
  const host = externals.find((external) => addressesOfHost(external).includes(address));
  return host && `external/${host.name}`;
}
