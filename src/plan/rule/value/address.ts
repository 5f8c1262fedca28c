/**
 * Addresses as iptables takes them: an address, a block, or an address with a dotted mask. Left out: masks with holes, shortened
 * addresses, and lists, which iptables turns into several rules (unsupported by name); host names, which it would look up (refused).
 */
import { addressBits, type Cidr, networkOf } from '../../../base/cidr.js';
import { type Ip, parseIp, parseIpv4 } from '../../../base/ip.js';
import { notModelled, refuse, type RuleReader } from '../rule-reader.js';
import { parseNumber } from './number.js';

export function ipIn(reader: RuleReader, word: string): Ip {
  return parseIp(word) ?? refuse(reader, 'bad-address', `\`${reader.option}\` takes an IP address, but has \`${word}\``);
}

/** `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fd00::/64`; host bits are cleared. */
export function cidrIn(reader: RuleReader, word: string): Cidr {
  const slash = word.indexOf('/');
  const ip = parseIp(slash < 0 ? word : word.slice(0, slash));
  if (ip === undefined) return refuseCidr(reader, word);
  const bits = addressBits(ip);
  if (slash < 0) return { ip, length: bits };
  const length = lengthIn(reader, word, word.slice(slash + 1), bits);
  return { ip: networkOf(ip, length), length };
}

function refuseCidr(reader: RuleReader, word: string): never {
  if (word.includes(',')) notModelled(reader, `a list of addresses (\`${word}\`)`, 'write one rule for each address, as iptables does');
  if (/^[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}(?:\/|$)/.test(word))
    notModelled(reader, `a shortened address (\`${word}\`)`, 'write all four numbers');
  return refuse(reader, 'bad-address', `\`${reader.option}\` takes an address or a block, but has \`${word}\``);
}

function lengthIn(reader: RuleReader, word: string, tail: string, bits: 32 | 128): number {
  const length = tail.includes('.') && bits === 32 ? maskLength(reader, tail) : parseNumber(tail);
  if (length >= 0 && length <= bits) return length;
  return refuse(reader, 'bad-mask', `the prefix length of \`${word}\` must be from 0 to ${bits}`);
}

/** The length of a dotted mask, NaN when it is no mask at all. */
function maskLength(reader: RuleReader, text: string): number {
  const mask = parseIpv4(text);
  if (mask === undefined) return Number.NaN;
  const length = Math.clz32(~mask);
  if (mask === (length === 0 ? 0 : -1 << (32 - length))) return length;
  return notModelled(reader, `a mask with holes (\`${text}\`)`);
}
