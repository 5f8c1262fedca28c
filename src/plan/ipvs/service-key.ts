/** `-t 10.96.0.1:443`, `-u [fd00::1]:53`, `--sctp-service …`, `-f 5`: what names a service (ipvsadm.c parse_service). */
import { formatSocket, type Ip, parseIp } from '../../base/ip.js';
import { type LineReader, parseNumber, refuse, takeWord } from '../restore-line.js';
import type { ServiceKey } from './ipvs-service.js';

const PROTOCOLS: Readonly<Record<string, 'tcp' | 'udp' | 'sctp'>> = {
  ...{ '-t': 'tcp', '--tcp-service': 'tcp', '-u': 'udp', '--udp-service': 'udp', '--sctp-service': 'sctp' },
};
const OPTIONS = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;
const PORT_MAX = 0xffff;
const MARK_MAX = 0xffffffff;

/** Undefined when `option` names no service. */
export function readServiceKey(reader: LineReader, option: string): ServiceKey | undefined {
  if (option === '-f' || option === '--fwmark-service') {
    const word = takeWord(reader, 'the mark');
    const mark = parseNumber(word);
    if (!(mark > 0 && mark <= MARK_MAX)) refuse(reader, 'bad-mark', `a mark is from 1 to ${MARK_MAX}, but is \`${word}\``);
    return { kind: 'mark', mark, family: 'inet' };
  }
  const proto = Object.hasOwn(PROTOCOLS, option) ? PROTOCOLS[option] : undefined;
  if (proto === undefined) return undefined;
  const { ip, port } = takeSocket(reader, 'the address of the service');
  return { kind: 'address', proto, ip, port: port ?? 0 };
}

/** `10.0.0.1:80`, `[fd00::1]:80`; the port may be missing. */
export function takeSocket(reader: LineReader, what: string): { readonly ip: Ip; readonly port: number | undefined } {
  const word = takeWord(reader, what);
  const [, bracketed, plain, portText] = /^(?:\[(.*)\]|([^:]*))(?::(.*))?$/.exec(word) ?? [];
  const ip = parseIp(bracketed ?? plain ?? '');
  if (ip === undefined)
    return refuse(reader, 'bad-address', `${what} must be ADDRESS:PORT, but is \`${word}\``, 'write addresses and ports in numbers');
  if (portText === undefined) return { ip, port: undefined };
  const port = parseNumber(portText);
  return port >= 0 && port <= PORT_MAX
    ? { ip, port }
    : refuse(reader, 'bad-port', `a port is from 0 to ${PORT_MAX}, but is \`${portText}\``);
}

export function formatServiceKey(key: ServiceKey): string {
  if (key.kind === 'mark') return `-f ${key.mark}${key.family === 'inet6' ? ' -6' : ''}`;
  return `${OPTIONS[key.proto]} ${formatSocket(key.ip, key.port)}`;
}
