/**
 * Which senders and addresses the noun phrases of a sentence mean, as endpoint texts. The selections have the shape
 * of a parsed phrase, so that whoever parsed a sentence can ask with what it has.
 */
import { inputError, unsupported } from '../base/errors.js';
import { formatIp, parseIp } from '../base/ip.js';
import { nearest } from '../base/nearest.js';
import type { ContainerPort, Pod, Service, ServicePort } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import { podListeners } from './listeners.js';
import { findObject, nodeAddress, podsOf, type WantedName } from './lookup.js';

export type SenderSelection =
  | { readonly kind: 'pod'; readonly name: WantedName; readonly node: string | undefined; readonly container: string | undefined }
  | {
      readonly kind: 'pod-of';
      readonly owner: { readonly kind: string; readonly name: WantedName };
      readonly other?: boolean | undefined;
    }
  | {
      readonly kind: 'every-pod';
      readonly namespace: string | undefined;
      readonly labels: Readonly<Record<string, string>> | undefined;
      readonly other: boolean;
    }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'client'; readonly name: string };

export type ObjectSelection =
  | SenderSelection
  | { readonly kind: 'service'; readonly name: WantedName }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'localhost' };

export interface RouteSelection {
  readonly via: string | undefined;
  readonly port: number | undefined;
  /** Instead of a number: the name of a port of the Service, or of a container of the pod. */
  readonly portName?: string | undefined;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | undefined;
  readonly node: string | undefined;
  readonly address: string | undefined;
}

export interface Sender {
  readonly from: string;
  readonly label: string;
  readonly node: string | undefined;
}

export interface Receiver {
  readonly to: string;
  readonly label: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP';
  /** Who may answer, as endpoint texts; undefined when whoever holds the address may. */
  readonly servers?: readonly string[] | undefined;
}

export interface SelectContext {
  readonly view: StoreView;
  readonly namespace: string;
  /** External clients by name. */
  readonly externals: readonly { readonly name: string; readonly address: string }[];
}

export function selectSenders(context: SelectContext, selection: SenderSelection): readonly Sender[] {
  const { view, namespace } = context;
  switch (selection.kind) {
    case 'pod': {
      const pod = findObject(view, 'Pod', selection.name, namespace);
      return [podSender(pod, selection.container, selection.name.name)];
    }
    case 'pod-of': {
      const { kind, name } = selection.owner;
      const pods = podsOf(view, { kind, namespace: name.namespace ?? namespace, name: name.name });
      if (pods.length > 0) return pods.map((pod) => podSender(pod, undefined, undefined));
      if (kind === 'Deployment' || kind === 'ReplicaSet') findObject(view, kind, name, namespace);
      throw inputError('no-pods', `${kind} ${name.name} has no pods`);
    }
    case 'every-pod': {
      const pods = view.list('Pod', selection.namespace).filter((pod) => hasLabels(pod, selection.labels));
      if (pods.length === 0)
        throw inputError('no-pods', 'no pod is meant by this', { fix: 'name a namespace or labels that some pod has' });
      return pods.map((pod) => podSender(pod, undefined, undefined));
    }
    case 'node': {
      const node = findObject(view, 'Node', { namespace: undefined, name: selection.name }, namespace);
      return [{ from: `node/${node.metadata.name}`, label: node.metadata.name, node: node.metadata.name }];
    }
    case 'client':
      return [{ from: `external/${findExternal(context, selection.name).name}`, label: `client ${selection.name}`, node: undefined }];
  }
}

function hasLabels(pod: Pod, labels: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(labels ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function podSender(pod: Pod, container: string | undefined, word: string | undefined): Sender {
  const { namespace, name } = pod.metadata;
  if (container !== undefined) requireContainer(pod, container);
  const label = word ?? (namespace === 'default' ? name : `${namespace}/${name}`);
  return {
    from: `pod/${namespace}/${name}${container === undefined ? '' : `#${container}`}`,
    label: container === undefined ? `pod ${label}` : `container ${container} of pod ${label}`,
    node: pod.spec.nodeName,
  };
}

function requireContainer(pod: Pod, container: string): void {
  const names = pod.spec.containers.map((one) => one.name);
  if (names.includes(container)) return;
  throw inputError('unknown-container', `pod ${pod.metadata.name} has no container "${container}"`, {
    fix: `its containers are: ${names.join(', ')}`,
  });
}

export function findExternal(context: SelectContext, name: string): { readonly name: string; readonly address: string } {
  const found = context.externals.find((external) => external.name === name || external.address === name);
  if (found) return found;
  throw inputError('unknown-client', `there is no external client "${name}"`, {
    fix: `add it: \`Given an external client ${name} at 203.0.113.9\``,
  });
}

/** The addresses that an object, with its route, means for one sender. */
export function selectReceivers(
  context: SelectContext,
  object: ObjectSelection,
  route: RouteSelection | undefined,
  sender: Sender,
): readonly Receiver[] {
  switch (object.kind) {
    case 'service':
      return serviceReceivers(context, findObject(context.view, 'Service', object.name, context.namespace), route);
    case 'address': {
      const ip = parseIp(object.address);
      if (ip === undefined) throw inputError('bad-address', `"${object.address}" is not an IP address`);
      return [plain('ip', typeof ip === 'bigint' ? `[${formatIp(ip)}]` : formatIp(ip), `address ${object.address}`, route, undefined)];
    }
    case 'host':
      throw unsupported('host-names', `host "${object.host}": names are not resolved yet`, {
        fix: 'name the Service, the pod or the address',
      });
    case 'localhost':
      return [plain('ip', '127.0.0.1', 'localhost', route, 80)];
    case 'node': {
      const node = findObject(context.view, 'Node', { namespace: undefined, name: object.name }, context.namespace);
      return [plain('node', node.metadata.name, node.metadata.name, route, undefined)];
    }
    case 'client':
      return [plain('external', findExternal(context, object.name).name, `client ${object.name}`, route, 80)];
    default:
      return selectSenders(context, object)
        .filter((to) => !('other' in object && object.other === true && to.from === sender.from))
        .map((to) => podReceiver(context, to, route));
  }
}

function podReceiver(context: SelectContext, to: Sender, route: RouteSelection | undefined): Receiver {
  const [, namespace, rest = ''] = to.from.split('/');
  const [name, container] = rest.split('#');
  const pod = findObject(context.view, 'Pod', { namespace, name: name as string }, context.namespace);
  if (route?.via === 'hostPort') return hostPortReceiver(context, pod, to, route);
  if (route?.portName !== undefined) {
    const port = containerPort(pod, container, route.portName);
    return { to: `${to.from}:${port.containerPort}`, label: to.label, protocol: route.protocol ?? port.protocol ?? 'TCP' };
  }
  const listeners = podListeners(pod).filter((one) => container === undefined || one.container === container);
  const first = listeners[0];
  const protocol = route?.protocol ?? (route?.port === undefined ? (first?.protocol ?? 'TCP') : 'TCP');
  if (route?.via === 'ping') return { to: to.from, label: to.label, protocol: 'ICMP' };
  return { to: `${to.from}:${route?.port ?? first?.port ?? 80}`, label: to.label, protocol };
}

/** A port that a node passes on to the pod: on the pod's own node unless another is named. */
function hostPortReceiver(context: SelectContext, pod: Pod, to: Sender, route: RouteSelection): Receiver {
  const name = route.node ?? pod.spec.nodeName;
  if (name === undefined) throw inputError('pod-pending', `pod ${pod.metadata.name} is on no node, so no node has its hostPort`);
  const node = findObject(context.view, 'Node', { namespace: undefined, name }, context.namespace).metadata.name;
  const port = pod.spec.containers.flatMap(({ ports }) => ports ?? []).find(({ hostPort }) => hostPort === route.port);
  const servers = [to.from.replace(/#.*$/, '')];
  const protocol = route.protocol ?? port?.protocol ?? 'TCP';
  return { to: `node/${node}:${route.port}`, label: `hostPort ${route.port} on ${node}`, protocol, servers };
}

function containerPort(pod: Pod, container: string | undefined, wanted: string): ContainerPort {
  const containers = pod.spec.containers.filter(({ name }) => container === undefined || name === container);
  const ports = containers.flatMap(({ ports: declared }) => declared ?? []);
  const names = ports.flatMap(({ name }) => name ?? []);
  return ports.find(({ name }) => name === wanted) ?? unknownPort(`pod ${pod.metadata.name}`, wanted, names);
}

function unknownPort(owner: string, wanted: string, names: readonly string[]): never {
  const near = nearest(wanted, names);
  const known = names.length === 0 ? 'none of its ports has a name: use the number' : `its ports are named ${names.join(', ')}`;
  throw inputError('no-such-port', `${owner} has no port named "${wanted}"`, {
    fix: near === undefined ? known : `did you mean "${near}"?`,
  });
}

/** A plain host: by its port, or by ping where it has none of its own. */
function plain(kind: string, name: string, label: string, route: RouteSelection | undefined, port: number | undefined): Receiver {
  if (route?.portName !== undefined)
    throw inputError('no-such-port', `${label} has no ports with names`, { fix: 'write the number: `on port 80`' });
  const wanted = route?.port ?? port;
  if (route?.via === 'ping' || wanted === undefined) return { to: `${kind}/${name}`, label, protocol: 'ICMP' };
  return { to: `${kind}/${name}:${wanted}`, label, protocol: route?.protocol ?? 'TCP' };
}

function serviceReceivers(context: SelectContext, service: Service, route: RouteSelection | undefined): readonly Receiver[] {
  const { namespace, name } = service.metadata;
  const label = `Service ${namespace === 'default' ? name : `${namespace}/${name}`}`;
  const servers = serversOf(context, service);
  switch (route?.via) {
    case 'ping':
      return [{ to: `svc/${namespace}/${name}`, label, protocol: 'ICMP' }];
    case 'NodePort': {
      const port = servicePort(service, (one) => one.nodePort !== undefined && (route.port === undefined || one.nodePort === route.port));
      const nodePort = route.port ?? port?.nodePort;
      if (nodePort === undefined) throw inputError('no-node-port', `${label} has no NodePort`, { fix: 'give it type NodePort' });
      const nodes =
        route.node === undefined
          ? context.view.list('Node')
          : [findObject(context.view, 'Node', { namespace: undefined, name: route.node }, namespace ?? 'default')];
      const protocol = route.protocol ?? port?.protocol ?? 'TCP';
      return nodes.map((node) => ({
        to: `nodeport/${node.metadata.name}:${nodePort}`,
        label: `NodePort ${nodePort} on ${node.metadata.name}`,
        protocol,
        servers,
      }));
    }
    case 'LoadBalancer':
    case 'ExternalIP':
    case undefined:
    case 'ClusterIP':
    case 'port': {
      if (route?.portName !== undefined) requirePortName(service, label, route.portName);
      const port = servicePort(
        service,
        (one) =>
          (route?.portName === undefined || one.name === route.portName) &&
          (route?.port === undefined || one.port === route.port) &&
          (route?.protocol === undefined || one.protocol === route.protocol),
      );
      const number = route?.port ?? port?.port;
      if (number === undefined) throw inputError('no-service-port', `${label} has no port`, { fix: 'name one: `on port 80`' });
      const base =
        route?.via === 'LoadBalancer'
          ? `lb/${namespace}/${name}`
          : route?.via === 'ExternalIP'
            ? `ip/${route.address}`
            : `svc/${namespace}/${name}`;
      const called = port === undefined ? `${label}, which has only ${portsText(service)}` : label;
      return [{ to: `${base}:${number}`, label: called, protocol: route?.protocol ?? port?.protocol ?? 'TCP', servers }];
    }
    default:
      throw unsupported(`via-${route?.via ?? ''}`.toLowerCase(), `"via ${route?.via}" is not modelled yet`);
  }
}

function portsText(service: Service): string {
  const ports = (service.spec.ports ?? []).map(({ port, protocol }) => `${port}/${protocol ?? 'TCP'}`);
  return ports.length === 1 ? `port ${ports[0]}` : `ports ${ports.join(', ')}`;
}

function requirePortName(service: Service, label: string, wanted: string): void {
  const names = (service.spec.ports ?? []).flatMap(({ name }) => name ?? []);
  if (!names.includes(wanted)) unknownPort(label, wanted, names);
}

function servicePort(service: Service, fits: (port: ServicePort) => boolean): ServicePort | undefined {
  return service.spec.ports?.find(fits);
}

/** The endpoints behind a Service, as endpoint texts; the address where no pod is named. */
function serversOf({ view, externals }: SelectContext, service: Service): readonly string[] {
  const servers: string[] = [];
  for (const slice of view.list('EndpointSlice', service.metadata.namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service.metadata.name) continue;
    for (const endpoint of slice.endpoints) {
      const { targetRef } = endpoint;
      if (targetRef?.kind === 'Pod') servers.push(`pod/${targetRef.namespace ?? service.metadata.namespace}/${targetRef.name}`);
      else servers.push(...endpoint.addresses.map((address) => ownerOfAddress(view, address, externals) ?? `ip/${address}`));
    }
  }
  return servers;
}

/** The node, pod or outside host that holds an address, as endpoint text. */
function ownerOfAddress(view: StoreView, address: string, externals: SelectContext['externals']): string | undefined {
  const node = view.list('Node').find((one) => nodeAddress(one) === address);
  if (node) return `node/${node.metadata.name}`;
  const pod = view.list('Pod').find((one) => one.status?.podIP === address && one.spec.hostNetwork !== true);
  if (pod) return `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
  const host = externals.find((external) => external.address === address);
  return host && `external/${host.name}`;
}
