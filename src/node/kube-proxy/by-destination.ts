/** Which Service a packet was for, by where its client sent it: for rules that many Services share. */
import type { RuleRef } from '../agent.js';
import type { ServiceModel } from './service-model.js';
import type { ProxyPort } from './service-port.js';

/** The port itself, or the Service whose address it is though it has no such port; undefined for an address of nobody's. */
export interface Addressed {
  readonly port: ProxyPort;
  readonly exact: boolean;
}

export function addressed({ ports }: ServiceModel, destination: RuleRef['destination']): Addressed | undefined {
  if (destination === undefined) return undefined;
  const { ip, port, protocol } = destination;
  const holds = (one: ProxyPort): boolean => one.clusterIP === ip || one.externalIPs.includes(ip) || one.loadBalancerVIPs.includes(ip);
  const exact =
    ports.find((one) => one.port === port && one.protocol === protocol && holds(one)) ??
    ports.find((one) => one.nodePort === port && one.nodePort !== 0 && one.protocol === protocol);
  if (exact !== undefined) return { port: exact, exact: true };
  const other = ports.find(holds);
  return other === undefined ? undefined : { port: other, exact: false };
}

/** What a Service's address says to a port that the Service does not have. */
export function noSuchPort(ports: readonly ProxyPort[], { namespace, service }: ProxyPort, destination: RuleRef['destination']): string {
  const own = ports.filter((one) => one.namespace === namespace && one.service === service).map((one) => `${one.port}/${one.protocol}`);
  const { port, protocol } = destination ?? {};
  const asked = port === undefined ? (protocol ?? 'this protocol') : `port ${port}/${protocol ?? ''}`;
  return `it has no ${asked}, but ${own.join(', ')}`;
}
