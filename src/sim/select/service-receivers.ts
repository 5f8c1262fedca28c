/** The addresses of a Service that a route means: its own, a port of every node or of one, what a load balancer gave it. */
import { inputError, unsupported } from '../../base/errors.js';
import type { Service, ServicePort } from '../../api/types/core.js';
import { findObject } from '../lookup.js';
import type { Receiver, RouteSelection, SelectContext } from './selection.js';
import { serversOf } from './servers.js';
import { unknownPort } from './unknown-port.js';

export function serviceReceivers(context: SelectContext, service: Service, route: RouteSelection | undefined): readonly Receiver[] {
  const { namespace, name } = service.metadata;
  const label = `Service ${namespace === 'default' ? name : `${namespace}/${name}`}`;
  const { servers, chosen } = serversOf(context, service);
  switch (route?.via) {
    case 'ping':
      return [{ to: `svc/${namespace}/${name}`, label, protocol: 'ICMP' }];
    case 'NodePort': {
      const port = servicePort(service, (one) => {
        const fits = route.protocol === undefined || one.protocol === route.protocol;
        return fits && one.nodePort !== undefined && (route.port === undefined || one.nodePort === route.port);
      });
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
        chosen,
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
            ? `ip/${bracketed(route.address ?? '')}`
            : `svc/${namespace}/${name}`;
      const called = port === undefined ? `${label}, which has only ${portsText(service)}` : label;
      return [{ to: `${base}:${number}`, label: called, protocol: route?.protocol ?? port?.protocol ?? 'TCP', servers, chosen }];
    }
    default:
      throw unsupported(`via-${route?.via ?? ''}`.toLowerCase(), `"via ${route?.via}" is not modelled`);
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
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
