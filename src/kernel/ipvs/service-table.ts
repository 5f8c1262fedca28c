/** Which service a packet calls (ip_vs_service_find): by its mark, else by protocol, address and port, else by address and any port. */
import type { Ip } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import { formatServiceKey } from '../../plan/ipvs/service-key.js';
import type { IpvsService, IpvsServices, IpvsTimeouts, MadeServices, ServiceKey } from '../../plan/ipvs/ipvs-service.js';

export interface ServiceTable {
  readonly timeouts: IpvsTimeouts;
  /** Of the families: whether there is a service. */
  readonly serves: { readonly four: boolean; readonly six: boolean };
  /** Those of IPv6 by the negative of their mark. */
  readonly byMark: ReadonlyMap<number, IpvsService>;
  withKey(key: ServiceKey): IpvsService | undefined;
  at(proto: number, ip: Ip, port: number): IpvsService | undefined;
}

const PROTOCOLS = { tcp: PROTO.tcp, udp: PROTO.udp, sctp: PROTO.sctp } as const;

/** Services of both families. */
export function indexServices(services: IpvsServices): ServiceTable {
  const byMark = new Map<number, IpvsService>();
  const byPort = new Map<number, Map<Ip, IpvsService>>();
  for (const service of services.values()) {
    const { key } = service;
    if (key.kind === 'mark') {
      byMark.set(key.family === 'inet6' ? -key.mark : key.mark, service);
      continue;
    }
    const port = (PROTOCOLS[key.proto] << 16) | key.port;
    const same = byPort.get(port);
    if (same === undefined) byPort.set(port, new Map([[key.ip, service]]));
    else same.set(key.ip, service);
  }
  return {
    timeouts: services.timeouts,
    serves: { four: [...services.values()].some(isOfFour), six: ![...services.values()].every(isOfFour) },
    withKey: (key) => services.get(formatServiceKey(key)),
    byMark,
    at: (proto, ip, port) => byPort.get((proto << 16) | port)?.get(ip),
  };
}

function isOfFour({ key }: IpvsService): boolean {
  return key.kind === 'mark' ? key.family === 'inet' : typeof key.ip === 'number';
}

const NO_MARKS: ServiceTable['byMark'] = new Map();
const NAMES: ReadonlyMap<number, keyof typeof PROTOCOLS> = new Map(
  Object.entries(PROTOCOLS).map(([name, number]) => [number, name as keyof typeof PROTOCOLS]),
);

export function madeServices(services: MadeServices): ServiceTable {
  return {
    timeouts: services.timeouts,
    serves: { four: true, six: true },
    withKey: (key) => (key.kind === 'mark' ? undefined : services.find(key.proto, key.ip, key.port)),
    byMark: NO_MARKS,
    at: (proto, ip, port) => {
      const name = NAMES.get(proto);
      return name === undefined ? undefined : services.find(name, ip, port);
    },
  };
}

export function findService(table: ServiceTable, packet: IpPacket, port: number, mark: number): IpvsService | undefined {
  if (mark !== 0) {
    const marked = table.byMark.get(typeof packet.dst === 'bigint' ? -mark : mark);
    if (marked !== undefined) return marked;
  }
  return serviceAt(table, packet.proto, packet.dst, port);
}

// eslint-disable-next-line eslint/max-params
export function serviceAt(table: ServiceTable, proto: number, dst: Ip, port: number): IpvsService | undefined {
  return table.at(proto, dst, port) ?? table.at(proto, dst, 0);
}
