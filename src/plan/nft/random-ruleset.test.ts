/**
 * Random rulesets of nftables, over every field, key, type and statement that is modelled: what is written is read as the same, and nft loads it and
 * prints it back unchanged.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { CT, HEADERS, META } from './headers.js';
import type { DataType, Header } from './nft-rule.js';
import { parseNftRule } from './parse-rule.js';
import { readNft } from './read-ruleset.js';
import { SYMBOLS } from './symbols.js';
import { writeRule } from './write-rule.js';
import { writeNft } from './write-ruleset.js';

const SEED = 5;
const RULES = 150;

/** Second names of what another name is printed for. */
const ALIASES: readonly string[] = ['icmpv6', 'unicast', 'comp'];

const number = (max: number): fc.Arbitrary<string> => fc.nat({ max }).map(String);
const ip4 = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
const ip6 = fc
  .tuple(fc.integer({ min: 1, max: 0xffff }), fc.integer({ min: 1, max: 0xffff }))
  .map(([a, b]) => `fd00::${a.toString(16)}:${b.toString(16)}`);

/** One value of each type; names where nft has names. */
function valueOf(type: DataType): fc.Arbitrary<string> | undefined {
  const names = Object.keys(SYMBOLS[type] ?? {}).filter((name) => !ALIASES.includes(name));
  switch (type) {
    case 'ipv4_addr':
      return ip4;
    case 'ipv6_addr':
      return ip6;
    case 'inet_service':
      return number(65_535);
    case 'mark':
      return number(0xffff).map((text) => `0x${Number(text).toString(16)}`);
    case 'ifname':
      return fc.constantFrom('"eth0"', '"cali*"', '"lo"');
    case 'ether_addr':
      return fc.constantFrom('0a:58:0a:f4:01:02', '0a:00:00:00:00:01');
    case 'integer':
      return undefined;
    case 'iface_index':
    case 'boolean':
    case 'verdict':
      return undefined;
    default:
      return names.length === 0 ? undefined : fc.constantFrom(...names);
  }
}

const RANGED: readonly DataType[] = ['ipv4_addr', 'inet_service', 'mark'];
const BITS: readonly DataType[] = ['ct_state', 'ct_status', 'tcp_flag'];

function sorted(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** What may stand behind an expression of that type. */
function comparisonOf(type: DataType): fc.Arbitrary<string> | undefined {
  const value = valueOf(type);
  if (value === undefined) return undefined;
  // Of one name there is no list.
  if (Object.keys(SYMBOLS[type] ?? {}).length === 1)
    return fc.oneof(
      value,
      value.map((one) => `!= ${one}`),
    );
  if (BITS.includes(type)) {
    const bits = fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map((names) => names.join(','));
    return fc.oneof(
      bits,
      bits.map((names) => `! ${names}`),
    );
  }
  const list = fc.uniqueArray(value, { minLength: 2, maxLength: 4 }).map((values) => `{ ${sorted(values).join(', ')} }`);
  const forms = [value, value.map((one) => `!= ${one}`), list, list.map((one) => `!= ${one}`)];
  if (type === 'ifname')
    return fc.oneof(
      value,
      value.map((one) => `!= ${one}`),
    );
  if (!RANGED.includes(type)) return fc.oneof(...forms);
  const range = fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 55 })).map(([from, more]) => {
    const part = (n: number): string => (type === 'ipv4_addr' ? `10.0.0.${n}` : type === 'mark' ? `0x${n.toString(16)}` : `${n}`);
    return `${part(from)}-${part(from + more)}`;
  });
  return fc.oneof(
    ...forms,
    range,
    range.map((one) => `!= ${one}`),
  );
}

/** `ip saddr 10.0.0.1` and the like, over all that the tables know. */
function matches(): fc.Arbitrary<string> {
  const found: fc.Arbitrary<string>[] = [];
  const add = (left: string, type: DataType): void => {
    const right = comparisonOf(type);
    if (right !== undefined) found.push(right.map((text) => `${left} ${text}`));
  };
  const OUT: readonly Header[] = ['ether', 'th', 'icmp', 'icmpv6', 'ip6'];
  for (const [header, fields] of Object.entries(HEADERS) as [Header, Readonly<Record<string, DataType>>][]) {
    if (OUT.includes(header)) continue;
    for (const [field, type] of Object.entries(fields)) add(`${header} ${field}`, type);
  }
  for (const [key, type] of Object.entries(META)) if (key !== 'protocol' && key !== 'nfproto') add(`meta ${key}`, type);
  for (const [key, type] of Object.entries(CT))
    if (!['protocol', 'saddr', 'daddr', 'proto-src', 'proto-dst'].includes(key)) add(`ct ${key}`, type);
  return fc.oneof(...found);
}

const STATEMENTS = fc.constantFrom(
  'counter',
  'log prefix "seen "',
  'limit rate 5/second',
  'limit rate over 10/minute burst 7 packets',
  'meta mark set 0x1',
  'meta mark set meta mark | 0x4000',
  'meta mark set meta mark & 0xff',
  'ct mark set meta mark',
  'meta mark set ct mark',
);
const VERDICTS = fc.constantFrom(
  'accept',
  'drop',
  'return',
  'continue',
  'jump other',
  'goto other',
  'reject',
  'reject with icmp host-unreachable',
  'reject with tcp reset',
  '',
);

/** Matches that name a protocol, of which nft lets a rule have one. */
const PROTOCOL = /^(tcp|udp|udplite|sctp|dccp|ip protocol|meta l4proto) /;

const RULE = fc
  .tuple(
    fc.uniqueArray(matches(), { minLength: 0, maxLength: 2, selector: (text) => text.split(' ').slice(0, 1).join(' ') }),
    fc.array(STATEMENTS, { maxLength: 2 }),
    VERDICTS,
  )
  .filter(
    ([tests, , verdict]) =>
      verdict !== 'reject with tcp reset' || tests.every((one) => one.startsWith('tcp') || one.startsWith('ct') || one.startsWith('ip s')),
  )
  .filter(([tests]) => tests.filter((one) => PROTOCOL.test(one)).length < 2)
  .map(([tests, statements, verdict]) => [...tests, ...statements, verdict].filter((part) => part !== '').join(' '))
  .filter((text) => text !== '');

const rules = [...new Set(fc.sample(RULE, { numRuns: RULES, seed: SEED }))];
const text = `table ip t {\n\tchain other {\n\t}\n\n\tchain c {\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`;

test('a random rule is written, read as the same, and written again', () => {
  for (const rule of rules) {
    const once = writeRule(parseNftRule(rule));
    assert.equal(writeRule(parseNftRule(once)), once, rule);
  }
});

test('nft loads random rules as they are written, and prints them back', { skip: whyNot() }, () => {
  const written = writeNft(readNft(text, 'random'));
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', 'nft -f - && nft list ruleset'], { input: written, encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(stdout, written);
});

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const { stdout } = spawnSync('unshare', ['-n', 'sh', '-c', 'nft list ruleset && nft --version'], { encoding: 'utf8' });
  return String(stdout).includes('v1.0.6 ') ? false : 'needs namespaces and nft 1.0.6';
}
