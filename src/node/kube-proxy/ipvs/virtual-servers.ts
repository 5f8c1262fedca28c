/**
 * The virtual servers of one Service port on a node, and the addresses that must be bound for them. Source: Kubernetes 1.34 pkg/proxy/ipvs/proxier.go
 * (syncProxyRules, syncEndpoint). Where policy Local finds no endpoint here, all are used: pods of the node still get through, and
 * what comes from outside is answered from an address its sender does not know.
 */
import { socketText } from '../../../base/ip-family.js';
import type { ProxyEndpoint } from '../endpoints.js';
import { decidePort } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import type { ProxyPort } from '../service-port.js';

const SERVICE_OPTION = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

export interface IpvsNode extends ProxyNode {
  readonly scheduler: string;
  /** Of the family, on interfaces other than kube-ipvs0, without loopback and link-local: what must not be bound a second time. */
  readonly addresses: ReadonlySet<string>;
  /** Those of them that NodePorts are served on. */
  readonly nodePortIps: readonly string[];
}

/** Lines of `ipvsadm -R`. */
export function virtualServers(port: ProxyPort, node: IpvsNode): string[] {
  const { choice } = decidePort(port, node);
  const pick = (isLocal: boolean): readonly ProxyEndpoint[] => {
    const local = isLocal ? (choice.local ?? []) : [];
    return local.length > 0 ? local : (choice.cluster ?? []);
  };
  const external = pick(port.externalLocal);
  const lines = virtualServer(port, node, socketText(port.clusterIP, port.port), pick(port.internalLocal));
  for (const ip of [...port.externalIPs, ...port.loadBalancerVIPs])
    lines.push(...virtualServer(port, node, socketText(ip, port.port), external));
  if (port.nodePort === 0) return lines;
  for (const ip of node.nodePortIps) lines.push(...virtualServer(port, node, socketText(ip, port.nodePort), external));
  return lines;
}

function virtualServer(port: ProxyPort, node: IpvsNode, address: string, endpoints: readonly ProxyEndpoint[]): string[] {
  const key = `${SERVICE_OPTION[port.protocol]} ${address}`;
  const persistent = port.affinitySeconds === undefined ? '' : ` -p ${port.affinitySeconds}`;
  const flags = node.scheduler === 'mh' ? ' -b mh-port' : '';
  return [`-A ${key} -s ${node.scheduler}${persistent}${flags}`, ...endpoints.map(({ text }) => `-a ${key} -r ${text} -m -w 1`)];
}

/** What kube-ipvs0 holds: every address of a Service that is on no other interface, in the order of the Services. */
export function boundAddresses(ports: readonly ProxyPort[], node: IpvsNode): readonly string[] {
  const bound = new Set<string>();
  for (const port of ports) {
    bound.add(port.clusterIP);
    for (const ip of [...port.externalIPs, ...port.loadBalancerVIPs]) if (!node.addresses.has(ip)) bound.add(ip);
  }
  return [...bound];
}
