/**
 * The options that every rule has: source, destination, interfaces, protocol, fragments (iptables/xshared.c). What matches every
 * packet (`-s 0.0.0.0/0`, `-p all`, `-i +`) is no match, as iptables-save does not print it.
 */
import type { Cidr } from '../../base/cidr.js';
import { refuse, type RuleReader, takeValue } from './rule-reader.js';
import type { Match } from './rule.js';
import { cidrIn } from './value/address.js';
import { takeInterface } from './value/name.js';
import { takeNumber } from './value/number.js';
import { protocolIn } from './value/protocol.js';

type Address = Extract<Match, { kind: 'source' | 'destination' }>;
type Interface = Extract<Match, { kind: 'in-interface' | 'out-interface' }>;

export interface HeaderDraft {
  source?: Address;
  destination?: Address;
  input?: Interface;
  output?: Interface;
  protocol?: Extract<Match, { kind: 'protocol' }>;
  fragment?: Extract<Match, { kind: 'fragment' }>;
}

type ReadHeader = (reader: RuleReader, header: HeaderDraft, not: boolean) => void;

function once(reader: RuleReader, before: Match | undefined): void {
  if (before !== undefined) refuse(reader, 'repeated-option', `\`${reader.option}\` stands twice`, 'leave one of them out');
}

function takeCidr(reader: RuleReader, not: boolean): Cidr {
  const cidr = cidrIn(reader, takeValue(reader));
  if (not && cidr.length === 0) refuse(reader, 'never-matches', 'a rule that excludes every address never matches');
  return cidr;
}

const source: ReadHeader = (reader, header, not) => {
  once(reader, header.source);
  header.source = { kind: 'source', cidr: takeCidr(reader, not), not };
  sameFamily(reader, header);
};

const destination: ReadHeader = (reader, header, not) => {
  once(reader, header.destination);
  header.destination = { kind: 'destination', cidr: takeCidr(reader, not), not };
  sameFamily(reader, header);
};

function sameFamily(reader: RuleReader, { source, destination }: HeaderDraft): void {
  if (source === undefined || destination === undefined || typeof source.cidr.ip === typeof destination.cidr.ip) return;
  refuse(reader, 'mixed-families', 'a rule cannot mix IPv4 and IPv6 addresses');
}

const input: ReadHeader = (reader, header, not) => {
  once(reader, header.input);
  header.input = { kind: 'in-interface', ...takeInterface(reader), not };
};

const output: ReadHeader = (reader, header, not) => {
  once(reader, header.output);
  header.output = { kind: 'out-interface', ...takeInterface(reader), not };
};

/** Rules share what most of them say. */
const PROTOCOLS: Extract<Match, { kind: 'protocol' }>[] = [];

const protocol: ReadHeader = (reader, header, not) => {
  once(reader, header.protocol);
  const proto = protocolIn(reader, takeValue(reader));
  if (proto === 0 && not) refuse(reader, 'never-matches', 'a rule that excludes every protocol never matches');
  header.protocol = not ? { kind: 'protocol', proto, not } : (PROTOCOLS[proto] ??= { kind: 'protocol', proto, not });
};

const fragment: ReadHeader = (reader, header, not) => {
  once(reader, header.fragment);
  header.fragment = { kind: 'fragment', not };
};

/** Counters are read and forgotten. */
const counters: ReadHeader = (reader) => {
  takeNumber(reader, { min: 0, max: Number.MAX_SAFE_INTEGER });
  takeNumber(reader, { min: 0, max: Number.MAX_SAFE_INTEGER });
};

export const HEADER_OPTIONS: ReadonlyMap<string, ReadHeader> = new Map([
  ['-s', source],
  ['--source', source],
  ['--src', source],
  ['-d', destination],
  ['--destination', destination],
  ['--dst', destination],
  ['-i', input],
  ['--in-interface', input],
  ['-o', output],
  ['--out-interface', output],
  ['-p', protocol],
  ['--protocol', protocol],
  ['--proto', protocol],
  ['-f', fragment],
  ['--fragment', fragment],
  ['--fragments', fragment],
  ['-c', counters],
  ['--set-counters', counters],
]);

/** Adds the header's matches in the order iptables-save prints them. */
export function finishHeader({ source, destination, input, output, protocol, fragment }: HeaderDraft, matches: Match[]): void {
  if (source !== undefined && source.cidr.length > 0) matches.push(source);
  if (destination !== undefined && destination.cidr.length > 0) matches.push(destination);
  if (input !== undefined && (input.not || input.name !== '')) matches.push(input);
  if (output !== undefined && (output.not || output.name !== '')) matches.push(output);
  if (protocol !== undefined && protocol.proto !== 0) matches.push(protocol);
  if (fragment !== undefined) matches.push(fragment);
}
