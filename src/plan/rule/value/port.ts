/**
 * Ports by number or by their service's name, alone and as ranges. Names are those that rules are commonly written with; the rest
 * of /etc/services is unsupported by name.
 */
import { notModelled, refuse, type RuleReader } from '../rule-reader.js';
import type { Range } from '../rule.js';
import { parseNumber, rangeIn, U16 } from './number.js';

const SERVICES: ReadonlyMap<string, number> = new Map([
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['domain', 53],
  ['bootps', 67],
  ['bootpc', 68],
  ['tftp', 69],
  ['http', 80],
  ['kerberos', 88],
  ['pop3', 110],
  ['sunrpc', 111],
  ['ntp', 123],
  ['imap2', 143],
  ['snmp', 161],
  ['bgp', 179],
  ['ldap', 389],
  ['https', 443],
  ['syslog', 514],
  ['ldaps', 636],
  ['imaps', 993],
  ['nfs', 2049],
  ['mysql', 3306],
  ['postgresql', 5432],
  ['http-alt', 8080],
]);

/** The port of a well-known service, by its name. */
export function serviceNamed(word: string): number | undefined {
  return SERVICES.get(word);
}

export function portIn(reader: RuleReader, word: string): number {
  const value = SERVICES.get(word) ?? parseNumber(word);
  if (value >= 0 && value <= 0xffff) return value;
  if (/^[a-z][-a-z0-9]*$/.test(word)) notModelled(reader, `the name of a service (\`${word}\`)`, 'write the number of its port');
  return refuse(reader, 'bad-port', `\`${reader.option}\` takes a port from 0 to 65535, but has \`${word}\``);
}

/** `80`, `8000:8080`, `1024:`, `:1023`. */
export function portRangeIn(reader: RuleReader, word: string, separator = ':'): Range {
  return rangeIn(reader, word, { separator, limits: U16, read: portIn });
}
