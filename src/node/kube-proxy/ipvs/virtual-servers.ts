/**
 * The virtual servers of a node, each made when a packet first calls it, and the addresses that must be bound for them. Source: Kubernetes 1.34
 * pkg/proxy/ipvs/proxier.go (syncProxyRules, syncEndpoint). Where policy Local finds no endpoint here, all are used: pods of the node still get through, and
 * what comes from outside is answered from an address its sender does not know.
 */
import { type Ip, parseIp } from '../../../base/ip.js';
import { addressBits } from '../../../base/cidr.js';
import { socketText } from '../../../base/ip-family.js';
import type { IpvsService, IpvsTimeouts, MadeServices, RealServer, Scheduler, ServiceKey } from '../../../plan/ipvs/ipvs-service.js';
import { readIpvs } from '../../../plan/ipvs/read-ipvs.js';
import type { ProxyEndpoint } from '../endpoints.js';
import { oncePerPort } from '../port-chains.js';
import { decidePort } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import type { ServiceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';
import { type Addressee, type AddressIndex, PROTOCOL } from './address-index.js';

const SERVICE_OPTION = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

export interface IpvsNode extends ProxyNode {
  readonly scheduler: string;
  readonly timeouts: IpvsTimeouts;
  /** Of the family, on interfaces other than kube-ipvs0, without loopback and link-local: what must not be bound a second time. */
  readonly addresses: ReadonlySet<string>;
  /** Those of them that NodePorts are served on. */
  readonly nodePortIps: readonly string[];
}

/** As data; what no two Services may have is left to the reader of the text, which says so. */
export function virtualServerTable({ list }: ServiceModel, index: AddressIndex, node: IpvsNode): MadeServices {
  /** By protocol and port, by address. */
  const known = new Map<number, Map<Ip, IpvsService>>();
  const nodeIps = new Set<Ip | undefined>(node.nodePortIps.map(parseIp));
  let text: string | undefined;
  const make = (addressee: Addressee, number: number, key: AddressKey): IpvsService => {
    const port = list.at(addressee.at) as ProxyPort;
    const service = virtualServer(port, node, key, addressee.internal);
    const byAddress = known.get(number) ?? new Map<Ip, IpvsService>();
    known.set(number, byAddress.set(key.ip, service));
    return service;
  };
  const table = {
    timeouts: node.timeouts,
    find(proto: keyof typeof PROTOCOL, ip: Ip, port: number): IpvsService | undefined {
      const number = (PROTOCOL[proto] << 16) | port;
      const own = index.byAddress.get(number)?.get(ip);
      const nodePort = nodeIps.has(ip) ? index.byNodePort.get(number) : undefined;
      if (index.clashes || (own !== undefined && nodePort !== undefined)) readIpvs(table.text, `${node.name} ipvs`);
      const addressee = own ?? nodePort;
      if (addressee === undefined) return undefined;
      return known.get(number)?.get(ip) ?? make(addressee, number, { kind: 'address', proto, ip, port });
    },
    get text(): string {
      text ??= timeoutsLine(node.timeouts) + list.all.map((port) => serverLines(port, node)).join('');
      return text;
    },
  };
  return table;
}

type AddressKey = Extract<ServiceKey, { readonly kind: 'address' }>;

function virtualServer(port: ProxyPort, node: IpvsNode, key: AddressKey, internal: boolean): IpvsService {
  return {
    key,
    scheduler: node.scheduler as Scheduler,
    flags: node.scheduler === 'mh' ? ['mh-port'] : [],
    persistent: port.affinitySeconds,
    granularity: addressBits(key.ip),
    onePacket: false,
    servers: realServers(port, node, internal),
  };
}

const kept = oncePerPort<readonly RealServer[]>();

function realServers(port: ProxyPort, node: IpvsNode, internal: boolean): readonly RealServer[] {
  const make = (): readonly RealServer[] => endpointsFor(port, node, internal).map(realServer);
  return port.perNode ? make() : kept(port, '', make);
}

function realServer({ ip, text }: ProxyEndpoint): RealServer {
  const port = Number(text.slice(text.lastIndexOf(':') + 1));
  return { ip: parseIp(ip) as Ip, port, method: 'masq', weight: 1, upper: 0, lower: 0 };
}

function endpointsFor(port: ProxyPort, node: IpvsNode, internal: boolean): readonly ProxyEndpoint[] {
  const { choice } = decidePort(port, node);
  const isLocal = internal ? port.internalLocal : port.externalLocal;
  const local = isLocal ? (choice.local ?? []) : [];
  return local.length > 0 ? local : (choice.cluster ?? []);
}

/** Nothing where all are the kernel's own (ConfigureTimeouts). */
function timeoutsLine({ tcp = 0, tcpFin = 0, udp = 0 }: IpvsTimeouts): string {
  return tcp + tcpFin + udp === 0 ? '' : `--set ${tcp} ${tcpFin} ${udp}\n`;
}

/** Lines of `ipvsadm -R`. */
function serverLines(port: ProxyPort, node: IpvsNode): string {
  const internal = endpointsFor(port, node, true);
  const external = endpointsFor(port, node, false);
  let lines = oneServer(port, node, socketText(port.clusterIP, port.port), internal);
  for (const ip of port.externalIPs) lines += oneServer(port, node, socketText(ip, port.port), external);
  for (const ip of port.loadBalancerVIPs) lines += oneServer(port, node, socketText(ip, port.port), external);
  if (port.nodePort === 0) return lines;
  for (const ip of node.nodePortIps) lines += oneServer(port, node, socketText(ip, port.nodePort), external);
  return lines;
}

function oneServer(port: ProxyPort, node: IpvsNode, address: string, endpoints: readonly ProxyEndpoint[]): string {
  const key = `${SERVICE_OPTION[port.protocol]} ${address}`;
  const persistent = port.affinitySeconds === undefined ? '' : ` -p ${port.affinitySeconds}`;
  const flags = node.scheduler === 'mh' ? ' -b mh-port' : '';
  let lines = `-A ${key} -s ${node.scheduler}${persistent}${flags}\n`;
  for (const { text } of endpoints) lines += `-a ${key} -r ${text} -m -w 1\n`;
  return lines;
}

/** What kube-ipvs0 holds: every address of a Service that is on no other interface, in the order of the Services. */
export function boundAddresses(ports: readonly ProxyPort[], node: IpvsNode): readonly string[] {
  const bound = new Set<string>();
  for (const port of ports) {
    bound.add(port.clusterIP);
    for (const ip of port.externalIPs) if (!node.addresses.has(ip)) bound.add(ip);
    for (const ip of port.loadBalancerVIPs) if (!node.addresses.has(ip)) bound.add(ip);
  }
  return [...bound];
}
