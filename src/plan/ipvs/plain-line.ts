/**
 * The commonest lines of `ipvsadm -R`, read at once: `-A -t 10.96.0.1:80 -s rr`, `-a -t 10.96.0.1:80 -r 10.244.1.2:8080 -m -w 1`, as kube-proxy writes
 * them by tens of thousands. Everything else is left to the reader of words.
 */
import { parseIpv4 } from '../../base/ip.js';
import { type RealServer, SCHEDULERS, type ServiceKey } from './ipvs-service.js';
import type { ServiceOptions } from './options.js';

const SOCKET = String.raw`(\d[\d.]*\d):([1-9]\d{0,4})`;
const PROTO = '(-t|-u|--sctp-service)';
const SERVICE = new RegExp(`^-A (${PROTO} ${SOCKET}) -s ([a-z]+)$`);
const SERVER = new RegExp(String.raw`^-a (${PROTO} ${SOCKET}) -r ${SOCKET} -m -w (0|[1-9]\d{0,4})$`);
const PROTOCOLS = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp' } as const;
const U16_MAX = 0xffff;
const IPV4_BITS = 32;

interface Service extends ServiceOptions {
  readonly key: ServiceKey;
  readonly servers: RealServer[];
}

/** Whether the line was read: it adds a service that was not there, or to one that is a server that it did not have. */
export function readPlainLine(line: string, services: Map<string, Service>): boolean {
  return line.startsWith('-A') ? addService(line, services) : line.startsWith('-a') && addServer(line, services);
}

function addService(line: string, services: Map<string, Service>): boolean {
  const [, name = '', option = '', address = '', portText, word] = SERVICE.exec(line) ?? [];
  const ip = parseIpv4(address);
  const port = Number(portText);
  const scheduler = SCHEDULERS.find((each) => each === word);
  // Written as ipvsadm prints it, the words are the service's name.
  if (ip === undefined || port > U16_MAX || scheduler === undefined || services.has(name)) return false;
  const key: ServiceKey = { kind: 'address', proto: PROTOCOLS[option as keyof typeof PROTOCOLS], ip, port };
  const options = { scheduler, flags: [], persistent: undefined, granularity: IPV4_BITS, onePacket: false };
  services.set(name, { key, ...options, servers: [] });
  return true;
}

function addServer(line: string, services: ReadonlyMap<string, Service>): boolean {
  const [, name = '', , , , address = '', portText, weightText] = SERVER.exec(line) ?? [];
  const service = services.get(name);
  const ip = parseIpv4(address);
  const port = Number(portText);
  const weight = Number(weightText);
  if (service === undefined || ip === undefined || port > U16_MAX || weight > U16_MAX) return false;
  if (service.servers.some((other) => other.ip === ip && other.port === port)) return false;
  service.servers.push({ ip, port, method: 'masq', weight, upper: 0, lower: 0 });
  return true;
}
