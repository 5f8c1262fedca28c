/**
 * Which routes lead to what: a ClusterIP, a NodePort, a load balancer's address are a Service's; a hostPort is a container's, on its node. A pod called
 * "via NodePort" would be called at its own address and tell nothing of the NodePort: such a sentence is refused.
 */
import { inputError } from '../../base/errors.js';
import type { ObjectSelection, RouteSelection } from './selection.js';

type Via = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalIP' | 'hostPort';

const SERVICE: readonly Via[] = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalIP'];

/** InputError for a route that the object does not have. */
export function checkRoute(object: ObjectSelection, route: RouteSelection | undefined): void {
  const via = [...SERVICE, 'hostPort' as const].find((one) => one === route?.via);
  if (route === undefined || via === undefined) return;
  if (object.kind === 'service') {
    if (via !== 'hostPort') return;
    throw inputError('route-of-pod', 'a Service has no hostPort: it is of a container', {
      fix: `name the pod, "pod … via hostPort ${route.port}", or write via NodePort`,
    });
  }
  if (object.kind === 'node' || object.kind === 'localhost') return checkHostRoute(object.kind, via, route);
  if (via === 'hostPort' && isPod(object)) return;
  if (via === 'hostPort')
    throw inputError('route-of-pod', `${called(object)} has no hostPort: it is of a container`, {
      fix: 'name the pod, or write on port 80',
    });
  throw ofService(object, via);
}

/** The ports of a machine: NodePorts and hostPorts are among them. */
function checkHostRoute(kind: 'node' | 'localhost', via: Via, route: RouteSelection): void {
  if (via !== 'NodePort' && via !== 'hostPort') throw ofService({ kind }, via);
  if (route.port === undefined)
    throw inputError('route-port', `${called({ kind })} has no NodePort of its own: whose is meant is not said`, {
      fix: 'write the number, "via NodePort 30080", or name the Service',
    });
  if (kind === 'localhost' && route.node !== undefined)
    throw inputError('route-node', `localhost is the sender's own machine, not ${route.node}`, {
      fix: `write ${route.node} via ${via} ${route.port}`,
    });
}

function ofService(object: Pick<ObjectSelection, 'kind'>, via: Via): Error {
  return inputError('route-of-service', `${called(object)} has no ${via}: only a Service has`, {
    fix: `write Service … via ${via}, or leave "via ${via}" out`,
  });
}

function isPod({ kind }: ObjectSelection): boolean {
  return kind === 'pod' || kind === 'pod-of' || kind === 'every-pod';
}

const NAMES: Readonly<Partial<Record<ObjectSelection['kind'], string>>> = {
  node: 'a node',
  localhost: 'localhost',
  client: 'a client',
  address: 'an address',
  host: 'a host',
};

function called({ kind }: Pick<ObjectSelection, 'kind'>): string {
  return NAMES[kind] ?? 'a pod';
}
