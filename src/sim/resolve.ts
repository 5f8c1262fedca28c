/** Endpoint texts to what a kernel needs: the namespace and source of a sender, the address, port and protocol of a destination. */
import { inputError, unsupported } from '../base/errors.js';
import { type Ip, parseIp } from '../base/ip.js';
import { podIps } from '../api/object/pod-ips.js';
import type { Service } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import { NETNS } from '../node/agent.js';
import { hasPodNetwork } from '../node/pods-of-node.js';
import type { ProbeProtocol } from '../plan/plan.js';
import { type EndpointText, parseEndpoint } from './endpoint.js';
import { podListeners } from './listeners.js';
import { findObject, nodeAddress, podAddress } from './lookup.js';
import type { TraceQuery } from './contract.js';

export interface Source {
  readonly netns: string;
  /** Canonical endpoint text. */
  readonly text: string;
  /** What the socket is bound to; undefined leaves it to the host. */
  readonly address?: Ip | undefined;
}

export interface Destination {
  readonly ip: Ip;
  readonly port: number | undefined;
  readonly proto: ProbeProtocol;
  readonly text: string;
}

export interface ResolveContext {
  readonly view: StoreView;
  readonly namespace: string;
  /** The outside host of that name or address, made when it is a new address. */
  external(nameOrIp: string): { readonly name: string; readonly address: string };
}

export function resolveSource(context: ResolveContext, text: string): Source {
  const endpoint = parseEndpoint(text, context.namespace);
  switch (endpoint.kind) {
    case 'pod': {
      const pod = findObject(context.view, 'Pod', endpoint, context.namespace);
      podAddress(pod);
      const { namespace = 'default', name } = pod.metadata;
      const own = hasPodNetwork(pod);
      return { netns: own ? NETNS.pod(namespace, name) : NETNS.node(pod.spec.nodeName as string), text: `pod/${namespace}/${name}` };
    }
    case 'node': {
      const node = findObject(context.view, 'Node', { namespace: undefined, name: endpoint.name }, context.namespace);
      return { netns: NETNS.node(node.metadata.name), text: `node/${node.metadata.name}` };
    }
    case 'external': {
      const { name } = context.external(endpoint.name);
      return { netns: NETNS.external(name), text: `external/${name}` };
    }
    case 'ip':
      return resolveSource(context, holderOf(context.view, endpoint.name) ?? `external/${endpoint.name}`);
    default:
      throw inputError('bad-sender', `"${text}" cannot send: traffic starts at a pod, a node or an outside host`, {
        fix: 'use pod/NAME, node/NAME or external/NAME-or-IP',
      });
  }
}

/** The node or pod with that address, as endpoint text. */
export function holderOf(view: StoreView, address: string): string | undefined {
  const node = view.list('Node').find((one) => one.status?.addresses?.some((known) => known.address === address));
  if (node) return `node/${node.metadata.name}`;
  const pod = view.list('Pod').find((one) => podIps(one).includes(address));
  return pod && `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
}

export function resolveDestination(context: ResolveContext, query: TraceQuery): Destination {
  const endpoint = parseEndpoint(query.to, context.namespace);
  const proto = protocolOf(query.protocol);
  const port = query.port ?? endpoint.port;
  const found = addressOf(context, endpoint, query);
  const ip = parseIp(found.address);
  if (ip === undefined) throw inputError('bad-address', `${query.to} has the address "${found.address}", which is not an IP address`);
  if (proto === 'icmp') return { ip, port: undefined, proto, text: found.text };
  const wanted = found.port ?? port;
  if (wanted === undefined)
    throw inputError('no-port', `no port is given for ${query.to}`, { fix: `write ${query.to}:80, or choose the protocol ICMP` });
  return { ip, port: wanted, proto: found.proto !== undefined && query.protocol === undefined ? found.proto : proto, text: found.text };
}

function protocolOf(text: string | undefined): ProbeProtocol {
  const proto = (text ?? 'tcp').toLowerCase();
  if (proto === 'tcp' || proto === 'udp' || proto === 'sctp' || proto === 'icmp') return proto;
  throw inputError('bad-protocol', `"${text}" is not a protocol`, { fix: 'use TCP, UDP, SCTP or ICMP' });
}

interface Address {
  readonly address: string;
  readonly text: string;
  /** Where the endpoint itself decides them. */
  readonly port?: number | undefined;
  readonly proto?: ProbeProtocol | undefined;
}

function addressOf(context: ResolveContext, endpoint: EndpointText, query: TraceQuery): Address {
  switch (endpoint.kind) {
    case 'pod': {
      const pod = findObject(context.view, 'Pod', endpoint, context.namespace);
      const first = podListeners(pod).find((one) => endpoint.container === undefined || one.container === endpoint.container);
      const text = `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
      const given = query.port ?? endpoint.port;
      return {
        address: podAddress(pod),
        text,
        port: given ?? first?.port,
        proto: given === undefined ? (first?.protocol.toLowerCase() as ProbeProtocol | undefined) : undefined,
      };
    }
    case 'node':
    case 'nodeport': {
      const node = findObject(context.view, 'Node', { namespace: undefined, name: endpoint.name }, context.namespace);
      const { name } = node.metadata;
      return { address: nodeAddress(node), text: endpoint.kind === 'node' ? `node/${name}` : `nodeport/${name}:${endpoint.port}` };
    }
    case 'external': {
      const host = context.external(endpoint.name);
      return { address: host.address, text: `external/${host.name}` };
    }
    case 'ip':
      return { address: endpoint.name, text: `ip/${endpoint.name}` };
    case 'svc':
      return serviceAddress(
        context,
        findObject(context.view, 'Service', endpoint, context.namespace),
        endpoint.port ?? query.port,
        query.at,
      );
    case 'lb':
      return balancerAddress(findObject(context.view, 'Service', endpoint, context.namespace));
    case 'dns':
      throw unsupported('dns', `"${query.to}": names are not resolved yet`, { fix: 'use svc/NAME or pod/NAME' });
  }
}

/** The ClusterIP; with a node given, the NodePort there. */
function serviceAddress(context: ResolveContext, service: Service, wanted: number | undefined, at: string | undefined): Address {
  const { namespace, name } = service.metadata;
  const port = service.spec.ports?.find((one) => wanted === undefined || one.port === wanted);
  const proto = port?.protocol?.toLowerCase() as ProbeProtocol | undefined;
  if (at !== undefined) {
    const node = findObject(context.view, 'Node', { namespace: undefined, name: at }, context.namespace);
    if (port?.nodePort === undefined) throw inputError('no-node-port', `Service ${namespace}/${name} has no NodePort for this port`);
    return { address: nodeAddress(node), text: `nodeport/${at}:${port.nodePort}`, port: port.nodePort, proto };
  }
  const address = service.spec.clusterIP;
  const text = `svc/${namespace}/${name}`;
  if (address === undefined || address === '' || address === 'None') {
    throw inputError('no-cluster-ip', `Service ${namespace}/${name} has no ClusterIP`, {
      fix: 'a headless Service is reached by its pods',
    });
  }
  return { address, text, port: wanted ?? port?.port, proto };
}

function balancerAddress(service: Service): Address {
  const { namespace, name } = service.metadata;
  const ip = service.status?.loadBalancer?.ingress?.find((one) => one.ip !== undefined)?.ip;
  if (ip !== undefined) return { address: ip, text: `lb/${namespace}/${name}`, port: service.spec.ports?.[0]?.port };
  const type = service.spec.type ?? 'ClusterIP';
  const called = `Service ${namespace}/${name}`;
  if (type !== 'LoadBalancer')
    throw inputError('no-load-balancer', `${called} is of type ${type}, which no load balancer serves`, {
      fix: 'give it type: LoadBalancer, or status.loadBalancer.ingress',
    });
  if (service.spec.loadBalancerClass !== undefined)
    throw inputError(
      'no-load-balancer',
      `${called} has loadBalancerClass ${service.spec.loadBalancerClass}, whose balancer is not modelled`,
      {
        fix: 'leave the class out, or give the Service status.loadBalancer.ingress',
      },
    );
  throw inputError('no-load-balancer', `${called} has no load balancer address: nobody gave it one`, {
    fix: 'give the cluster a load balancer (`loadBalancer: {kind: cloud}` in its file), or the Service status.loadBalancer.ingress',
  });
}
