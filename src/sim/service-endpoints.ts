/** Which endpoints of a Service port one node's proxy may use, for traffic under either policy. */
import { inputError } from '../base/errors.js';
import type { IpFamily } from '../base/ip-family.js';
import { familiesOf } from '../api/cluster.js';
import type { NodeContext } from '../node/agent.js';
import { serviceModel } from '../node/kube-proxy/service-model.js';
import type { ProxyPort } from '../node/kube-proxy/service-port.js';
import { categorizeEndpoints } from '../node/kube-proxy/topology.js';
import type { Simulation } from './simulation.js';
import { zoneOf } from '../node/kube-proxy/kube-proxy.js';

export interface EndpointsQuery {
  /** `namespace/name`. */
  readonly service: string;
  /** By name or number; may be left out where the Service has one port. */
  readonly servicePort?: string | number | undefined;
  /** The Service's first unless given. */
  readonly family?: IpFamily | undefined;
}

export interface UsableEndpoints {
  /** Null where no traffic uses the list. */
  readonly cluster: readonly string[] | null;
  readonly local: readonly string[] | null;
  readonly all: readonly string[];
  readonly hasAny: boolean;
}

export function askEndpoints(simulation: Simulation, name: string, query: EndpointsQuery): UsableEndpoints {
  const context = simulation.proxyContext(name);
  const port = findPort(context, query);
  const node = { name: context.node.metadata.name, zone: zoneOf(context.node) };
  const { cluster, local, all, hasAny } = categorizeEndpoints(port.endpoints, port, node);
  const texts = (list: typeof all): readonly string[] => list.map(({ text }) => text);
  return {
    cluster: cluster === undefined ? null : texts(cluster),
    local: local === undefined ? null : texts(local),
    all: texts(all),
    hasAny,
  };
}

function findPort({ view, cluster }: NodeContext, { service, servicePort, family }: EndpointsQuery): ProxyPort {
  const [namespace, name = ''] = service.split('/');
  const first = view.get('Service', namespace, name)?.spec.ipFamilies?.[0] ?? familiesOf(cluster)[0] ?? 'IPv4';
  const own = serviceModel(view, family ?? first).ports.filter((port) => `${port.namespace}/${port.service}` === service);
  if (own.length === 0) {
    const over = family === undefined ? '' : ` over ${family}`;
    throw inputError('unknown-service', `the service proxy serves no Service ${service}${over}`, {
      fix: 'it serves Services with a clusterIP: no headless ones, no ExternalName',
    });
  }
  const wanted = String(servicePort ?? '');
  const found =
    servicePort === undefined && own.length === 1 ? own[0] : own.find((port) => port.portName === wanted || String(port.port) === wanted);
  if (found !== undefined) return found;
  const known = own.map((port) => (port.portName === '' ? String(port.port) : `${port.portName} (${port.port})`));
  throw inputError(
    'unknown-port',
    servicePort === undefined ? `${service} has several ports: name one` : `${service} has no port ${wanted}`,
    {
      fix: `its ports: ${known.join(', ')}`,
    },
  );
}
