/** The addresses that the object of a sentence means, with its route, as endpoint texts. A route that the object cannot have is refused. */
import { inputError, unsupported } from '../../base/errors.js';
import { formatIp, parseIp } from '../../base/ip.js';
import type { ContainerPort, Pod } from '../../api/types/core.js';
import { podListeners } from '../listeners.js';
import { findObject } from '../lookup.js';
import type { ObjectSelection, Receiver, RouteSelection, SelectContext, Sender } from './selection.js';
import { checkRoute } from './check-route.js';
import { asSpoken, inFamily } from './in-family.js';
import { findExternal, selectSenders } from './senders.js';
import { serviceReceivers } from './service-receivers.js';
import { unknownPort } from './unknown-port.js';

/** Of one sender: `each other` leaves it out. By the family that is said, else by one that the sender has. */
export function selectReceivers(
  context: SelectContext,
  object: ObjectSelection,
  route: RouteSelection | undefined,
  sender: Sender,
): readonly Receiver[] {
  checkRoute(object, route);
  const { family } = route ?? {};
  return receiversOf(context, object, route, sender).map((receiver) =>
    family === undefined ? asSpoken(context, receiver, sender) : inFamily(context, receiver, family),
  );
}

function receiversOf(
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
      const { name } = findObject(context.view, 'Node', { namespace: undefined, name: object.name }, context.namespace).metadata;
      checkSameNode(name, route);
      return [plain('node', name, name, route, undefined)];
    }
    case 'client':
      return [plain('external', findExternal(context, object.name).name, `client ${object.name}`, route, 80)];
    default:
      return selectSenders(context, object)
        .filter((to) => !('other' in object && object.other === true && to.from === sender.from))
        .map((to) => podReceiver(context, to, route));
  }
}

/** `node2 via NodePort 30080` calls node2: no other node can be meant. */
function checkSameNode(name: string, route: RouteSelection | undefined): void {
  if (route?.node === undefined || route.node === name) return;
  throw inputError('route-node', `${name} is called, so it cannot be ${route.via} ${route.port} on ${route.node}`, {
    fix: `write ${route.node} via ${route.via} ${route.port}`,
  });
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

/** A plain host: by its port, or by ping where it has none of its own. A NodePort is a port of the host like any other. */
function plain(kind: string, name: string, label: string, route: RouteSelection | undefined, port: number | undefined): Receiver {
  if (route?.portName !== undefined)
    throw inputError('no-such-port', `${label} has no ports with names`, { fix: 'write the number: `on port 80`' });
  const wanted = route?.port ?? port;
  if (route?.via === 'ping' || wanted === undefined) return { to: `${kind}/${name}`, label, protocol: 'ICMP' };
  return { to: `${kind}/${name}:${wanted}`, label, protocol: route?.protocol ?? 'TCP' };
}
