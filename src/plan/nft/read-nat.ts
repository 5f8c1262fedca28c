/** dnat, snat, masquerade and redirect: where to, as constants, ranges, or what a map gives; and how the port is chosen. */
import type { DataType, Expression, Part, Statement } from './nft-rule.js';
import { atExpression, readExpression, typesOf } from './read-expression.js';
import { readSetUse } from './read-element.js';
import { readPart } from './read-part.js';
import { expect, needWord, notModelled, peekToken, peekWord, type Reader, refuse, takeIf, takeToken } from './tokens.js';

type Nat = Extract<Statement, { kind: 'nat' }>;

export function readNat(reader: Reader): Nat {
  const nat = needWord(reader, 'a translation') as Nat['nat'];
  let family: Nat['family'];
  let withPort = false;
  if (nat === 'dnat' || nat === 'snat') {
    if (takeIf(reader, 'ip')) family = 'ip';
    else if (takeIf(reader, 'ip6')) family = 'ip6';
    if (takeIf(reader, 'prefix')) notModelled(reader, 'a translation of prefixes');
    if (takeIf(reader, 'addr')) {
      if (family === undefined)
        refuse(reader, 'missing-family', '`addr . port` must have a family before it', `write \`${nat} ip addr . port to\``);
      expect(reader, '.');
      expect(reader, 'port');
      withPort = true;
    }
    expect(reader, 'to');
  } else if (!takeIf(reader, 'to'))
    return { kind: 'nat', nat, family, withPort, address: undefined, port: undefined, flags: readFlags(reader) };
  const hasAddress = nat === 'dnat' || nat === 'snat';
  const atPort = peekToken(reader)?.text.startsWith(':') === true;
  if (atPort && family !== undefined) {
    takeToken(reader);
    refuse(reader, 'unexpected-word', 'a port alone is of no family', `write \`${nat} to :port\``);
  }
  const types = addressTypes(reader, family);
  const address =
    hasAddress && !atPort ? readTarget(reader, types, withPort ? undefined : `${nat} ${family ?? 'ip'} addr . port`) : undefined;
  const port = readPort(reader);
  if (address === undefined && port === undefined) refuse(reader, 'missing-value', 'an address or a port must stand here');
  const gives = withPort || (address !== undefined && givesPort(address));
  return { kind: 'nat', nat, family, withPort: gives, address, port, flags: readFlags(reader) };
}

/** IPv6 where the statement says so, or the word is such an address. */
function addressTypes(reader: Reader, family: Nat['family']): readonly DataType[] {
  const text = peekToken(reader)?.text ?? '';
  const six = family === 'ip6' || (family === undefined && (text.startsWith('[') || text.split(':').length > 2 || mapsToIpv6(reader.text)));
  return [six ? 'ipv6_addr' : 'ipv4_addr', 'inet_service'];
}

/** Whether the elements of a map in place are IPv6 addresses. */
function mapsToIpv6(text: string): boolean {
  const value = /\bmap\b\s*\{[^}]*?\s:\s+([^\s,}]+)/.exec(text)?.[1] ?? '';
  return value.split(':').length > 2;
}

/** `beside`: what must stand before an address and a port together that no map gives, if it does not. */
function readTarget(reader: Reader, types: readonly DataType[], beside?: string): Expression {
  if (!atExpression(reader)) {
    const parts: Part[] = [readPart(reader, types[0] as DataType)];
    if (!takeIf(reader, '.')) return { kind: 'constant', parts };
    if (beside !== undefined)
      refuse(reader, 'unexpected-word', '`.` joins no port to an address here', `write \`address:port\`, or \`${beside}\` before it`);
    parts.push(readPart(reader, 'inet_service'));
    return { kind: 'constant', parts };
  }
  const key = readExpression(reader);
  return takeIf(reader, 'map') ? { kind: 'map', key, set: readSetUse(reader, { key: typesOf(key), value: types }) } : key;
}

/** `:80`, `:80-90`, `: numgen … map { … }`. */
function readPort(reader: Reader): Expression | undefined {
  const token = peekToken(reader);
  if (token?.text.startsWith(':') !== true) return undefined;
  takeToken(reader);
  reader.at = token.start + 1;
  return readTarget(reader, ['inet_service']);
}

function givesPort(address: Expression): boolean {
  if (address.kind === 'constant') return address.parts.length > 1;
  if (address.kind !== 'map' || !('elements' in address.set)) return false;
  const value = address.set.elements[0]?.value;
  return Array.isArray(value) && value.length > 1;
}

function readFlags(reader: Reader): Nat['flags'] {
  const flags: ('random' | 'fully-random' | 'persistent')[] = [];
  for (let word = peekWord(reader); word === 'random' || word === 'fully-random' || word === 'persistent'; word = peekWord(reader)) {
    takeToken(reader);
    flags.push(word);
    takeIf(reader, ',');
  }
  return flags;
}
