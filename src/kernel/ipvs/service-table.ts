/** Which service a packet calls (ip_vs_service_find): by its mark, else by protocol, address and port, else by address and any port. */
import type { Ip } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { IpvsService, IpvsServices } from '../../plan/ipvs/ipvs-service.js';

export interface ServiceTable {
  /** Those of IPv6 by the negative of their mark. */
  readonly byMark: ReadonlyMap<number, IpvsService>;
  readonly byKey: IpvsServices;
  /** By `proto << 16 | port`. */
  readonly byPort: ReadonlyMap<number, ReadonlyMap<Ip, IpvsService>>;
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
  return { byKey: services, byMark, byPort };
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
  return table.byPort.get((proto << 16) | port)?.get(dst) ?? table.byPort.get(proto << 16)?.get(dst);
}
