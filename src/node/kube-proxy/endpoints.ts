/**
 * The endpoints of one Service port out of its EndpointSlices. A quick scan says what dispatching rules need to know; the endpoints themselves
 * are made when somebody asks for one. Source: Kubernetes 1.34 pkg/proxy/endpointslicecache.go: only the first address of an endpoint
 * counts, ready and serving are true unless said otherwise, and of doubles all nodes are kept, so that a local one wins.
 */
import { socketText } from '../../base/ip-family.js';
import type { EndpointSlice, ServicePort } from '../../api/types/core.js';
import { endpointChainName } from './iptables/chain-names.js';
import type { EndpointState } from './topology.js';

export interface ProxyEndpoint extends EndpointState {
  readonly ip: string;
  /** `ip:port`, IPv6 in brackets. */
  readonly text: string;
  /** KUBE-SEP-…; hashed when first asked. */
  readonly chain: string;
}

const NONE: readonly string[] = [];

/** A slice that has this port, and the port's number there. */
export interface PortSlice {
  readonly slice: EndpointSlice;
  readonly port: number;
}

export function slicesOfPort(slices: readonly EndpointSlice[], port: ServicePort): readonly PortSlice[] {
  const found: PortSlice[] = [];
  for (const slice of slices) {
    for (const p of slice.ports ?? []) {
      const same = (p.name ?? '') === (port.name ?? '') && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP');
      if (same && p.port !== undefined) found.push({ slice, port: p.port });
    }
  }
  return found;
}

export interface EndpointScan {
  /** Before doubles are merged. */
  readonly count: number;
  /** One that is ready, or serves while it terminates, exists. */
  readonly usable: boolean;
  readonly hints: boolean;
  /** Where they are. */
  readonly nodes: readonly string[];
}

export function scanEndpoints(slices: readonly PortSlice[]): EndpointScan {
  let count = 0;
  let usable = false;
  let hints = false;
  const nodes: string[] = [];
  for (const { slice } of slices) {
    count += slice.endpoints.length;
    for (const { conditions, hints: own, nodeName } of slice.endpoints) {
      if (nodeName !== undefined && !nodes.includes(nodeName)) nodes.push(nodeName);
      usable ||= (conditions?.ready ?? true) || ((conditions?.serving ?? true) && (conditions?.terminating ?? false));
      hints ||= own !== undefined;
    }
  }
  return { count, usable, hints, nodes };
}

/** Sorted by their text. */
export function collectEndpoints(slices: readonly PortSlice[], named: NamedPort): readonly ProxyEndpoint[] {
  const found = new Map<string, ProxyEndpoint>();
  for (const { slice, port } of slices) {
    for (const endpoint of slice.endpoints) {
      const ip = endpoint.addresses[0];
      if (ip === undefined) continue;
      const text = socketText(ip, port);
      const before = found.get(text);
      const node = endpoint.nodeName === undefined ? NONE : [endpoint.nodeName];
      const nodes = before === undefined ? node : [...new Set([...before.nodes, ...node])];
      found.set(text, new SliceEndpoint(named, { ip, text, nodes, ...readState(endpoint) }));
    }
  }
  const list = [...found.values()];
  return list.length < 2 ? list : list.sort((a, b) => (a.text < b.text ? -1 : 1));
}

function readState(endpoint: EndpointSlice['endpoints'][number]): Omit<EndpointState, 'nodes'> {
  const { conditions, hints } = endpoint;
  return {
    ready: conditions?.ready ?? true,
    serving: conditions?.serving ?? true,
    terminating: conditions?.terminating ?? false,
    zoneHints: hints?.forZones?.map((zone) => zone.name) ?? NONE,
    nodeHints: hints?.forNodes?.map((node) => node.name) ?? NONE,
  };
}

/** What an endpoint's chain is named by, beside the endpoint. */
interface NamedPort {
  readonly spn: string;
  readonly protocol: string;
}

/** A class, as a cluster has hundreds of thousands of them. */
class SliceEndpoint implements ProxyEndpoint {
  readonly ip: string;
  readonly text: string;
  readonly nodes: readonly string[];
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
  readonly #port: NamedPort;
  #chain: string | undefined;

  constructor(port: NamedPort, endpoint: Omit<ProxyEndpoint, 'chain'>) {
    this.ip = endpoint.ip;
    this.text = endpoint.text;
    this.nodes = endpoint.nodes;
    this.ready = endpoint.ready;
    this.serving = endpoint.serving;
    this.terminating = endpoint.terminating;
    this.zoneHints = endpoint.zoneHints;
    this.nodeHints = endpoint.nodeHints;
    this.#port = port;
  }

  get chain(): string {
    this.#chain ??= endpointChainName(this.#port.spn, this.#port.protocol, this.text);
    return this.#chain;
  }
}
