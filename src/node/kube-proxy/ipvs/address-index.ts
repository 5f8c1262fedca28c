/** Which Service port an address and port is of, by number: its own addresses, and NodePorts. */
import { type Ip, parseIp } from '../../../base/ip.js';
import type { ProxyPort } from '../service-port.js';

/** Where a port stands in the list of all, and which of its endpoints the address is for. */
export interface Addressee {
  readonly at: number;
  readonly internal: boolean;
}

export interface AddressIndex {
  /** By `proto << 16 | port`, then by address. */
  readonly byAddress: ReadonlyMap<number, ReadonlyMap<Ip, Addressee>>;
  /** By `proto << 16 | port`. */
  readonly byNodePort: ReadonlyMap<number, Addressee>;
  /** Two Services want one address and port, which IPVS refuses. */
  readonly clashes: boolean;
}

export const PROTOCOL = { tcp: 6, udp: 17, sctp: 132 } as const;

export function addressIndex(ports: readonly ProxyPort[]): AddressIndex {
  const byAddress = new Map<number, Map<Ip, Addressee>>();
  const byNodePort = new Map<number, Addressee>();
  let clashes = false;
  const add = (key: number, text: string, addressee: Addressee): void => {
    const ip = parseIp(text);
    if (ip === undefined) return;
    let same = byAddress.get(key);
    if (same === undefined) byAddress.set(key, (same = new Map()));
    clashes ||= same.has(ip);
    same.set(ip, addressee);
  };
  for (const [at, port] of ports.entries()) {
    const number = PROTOCOL[port.protocol] << 16;
    const outside = { at, internal: false };
    add(number | port.port, port.clusterIP, { at, internal: true });
    for (const ip of port.externalIPs) add(number | port.port, ip, outside);
    for (const ip of port.loadBalancerVIPs) add(number | port.port, ip, outside);
    if (port.nodePort === 0) continue;
    clashes ||= byNodePort.has(number | port.nodePort);
    byNodePort.set(number | port.nodePort, outside);
  }
  return { byAddress, byNodePort, clashes };
}
