/**
 * Rule texts in fixtures/iptables: rules.txt and rules6.txt hold rules and what iptables-save, or ip6tables-save, prints for them, bad-rules.txt what is refused and
 * what is said of it. Both are held against the real iptables where there is one.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { formatRule } from './format-rule.js';
import { parseRule } from './parse-rule.js';
import type { Match } from './rule.js';

interface Case {
  /** `*filter` */
  readonly table: string;
  readonly text: string;
  /** The lines below it, without their indentation. */
  below: string;
}

const GOOD = new URL('../../../fixtures/iptables/rules.txt', import.meta.url);
const GOOD_6 = new URL('../../../fixtures/iptables/rules6.txt', import.meta.url);
const BAD = new URL('../../../fixtures/iptables/bad-rules.txt', import.meta.url);
const UPDATE = process.env['HOPSPEC_UPDATE_GOLDEN'] === '1';

function readCases(file: URL): Case[] {
  const cases: Case[] = [];
  let table = '';
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const last = cases.at(-1);
    if (line.startsWith('*')) table = line;
    else if (line.startsWith('  ') && last !== undefined) last.below += last.below === '' ? line.slice(2) : `\n${line.slice(2)}`;
    else if (line !== '' && !line.startsWith('#')) cases.push({ table, text: line, below: '' });
  }
  return cases;
}

function writeCases(file: URL, cases: readonly Case[]): void {
  const head = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'));
  const body = cases.flatMap(({ table, text, below }, i) => [
    ...(cases[i - 1]?.table === table ? [] : [table]),
    text,
    below.replace(/^/gm, '  '),
  ]);
  writeFileSync(file, `${[...head, ...body].join('\n')}\n`);
}

/** Runs a script in a network namespace that ends with it. */
function inNamespace(script: string, input = ''): string {
  return execFileSync('/usr/bin/unshare', ['-n', 'sh', '-c', script], { input, stdio: 'pipe' }).toString();
}

/** Why the real iptables cannot be asked, or false. */
function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, for a network namespace of its own';
  try {
    if (inNamespace('command -v ipset && iptables-save && iptables --version').includes('v1.8.9 (nf_tables)')) return false;
  } catch {
    // Said below.
  }
  return 'needs ipset, unshare and iptables 1.8.9 (nf_tables) on this machine';
}

const skip = whyNot();
const SETS = 'ipset create hosts hash:ip && ipset create sockets hash:ip,port';

/** What the real iptables-save prints for each rule, every one in a chain of its own. */
function saveReal(cases: readonly Case[], tool = 'iptables'): string[] {
  const lines: string[] = [];
  for (const table of new Set(cases.map((each) => each.table))) {
    const own = cases.flatMap((each, i) => (each.table === table ? [{ chain: `T${i}`, text: each.text }] : []));
    lines.push(
      table,
      ':CHAIN -',
      ...own.map(({ chain }) => `:${chain} -`),
      ...own.map(({ chain, text }) => `-A ${chain} ${text}`),
      'COMMIT',
    );
  }
  const found = new Map<string, string>();
  for (const line of inNamespace(`${SETS} && ${tool}-restore 2>/dev/null && ${tool}-save`, `${lines.join('\n')}\n`).split('\n')) {
    const [, chain, rule] = /^-A (T\d+) ?(.*)$/.exec(line) ?? [];
    if (chain !== undefined && rule !== undefined) found.set(chain, rule);
  }
  return cases.map((_, i) => found.get(`T${i}`) ?? 'not found');
}

/** Whether the real iptables-restore takes each rule. */
function takenByReal(cases: readonly Case[]): boolean[] {
  const restores = cases.map(
    ({ table, text }, i) =>
      `iptables-restore 2>&1 >/dev/null <<'END${i}' && echo taken || echo refused\n${table}\n:X -\n:CHAIN -\n-A X ${text}\nCOMMIT\nEND${i}`,
  );
  const said = inNamespace(`${SETS}\n${restores.join('\n')}`).split('\n');
  return said.filter((line) => line === 'taken' || line === 'refused').map((line) => line === 'taken');
}

function errorOf(text: string): string {
  try {
    return `taken: ${JSON.stringify(parseRule(text))}`;
  } catch (error) {
    if (error instanceof InputError || error instanceof UnsupportedError) return `${error.name}: ${error.message}`;
    throw error;
  }
}

const good = readCases(GOOD);
const good6 = readCases(GOOD_6);
const bad = readCases(BAD);
if (UPDATE && skip === false) {
  const saved = saveReal(good);
  for (const [i, each] of good.entries()) each.below = saved[i] ?? '';
  writeCases(GOOD, good);
  const saved6 = saveReal(good6, 'ip6tables');
  for (const [i, each] of good6.entries()) each.below = saved6[i] ?? '';
  writeCases(GOOD_6, good6);
}
if (UPDATE) {
  for (const each of bad) each.below = errorOf(each.text);
  writeCases(BAD, bad);
}

test('the real iptables-save prints what the fixture says', { skip }, () => {
  assert.deepEqual(
    saveReal(good),
    good.map((each) => each.below),
  );
});

test('the real ip6tables-save prints what the fixture says', { skip }, () => {
  assert.deepEqual(
    saveReal(good6, 'ip6tables'),
    good6.map((each) => each.below),
  );
});

for (const { table, text, below, six } of [
  ...good.map((each) => ({ ...each, six: false })),
  ...good6.map((each) => ({ ...each, six: true })),
]) {
  test(`${table} ${text} is printed as ip${six ? '6' : ''}tables-save prints it`, () =>
    assert.equal(formatRule(parseRule(text), six), below));
  test(`${table} ${below} is printed as it stands, and means the same`, () => {
    const written = parseRule(text);
    const saved = parseRule(below);
    assert.equal(formatRule(saved, six), below);
    assert.deepEqual(unordered(saved.matches), unordered(written.matches));
    assert.deepEqual(saved.target, written.target);
  });
}

/** iptables-save has an order of its own for the options of one -m, and a unit of its own for a rate. */
function unordered(matches: readonly Match[]): string[] {
  return matches.map((match) => textOf(match)).toSorted();
}

for (const { table, text, below } of bad) {
  test(`${table} ${text} is refused with its message`, () => assert.equal(errorOf(text), below));
}

/** What iptables-nft lets pass and no user can have meant, and a name that only the machine's /etc/services could know. */
const STRICTER = new Set(['-m comment --comment "a', '! -p tcp -m tcp --dport 80', '! -p tcp --dport 80', '-p tcp --dport nosuchservice']);

test('what is wrong, the real iptables refuses; what is not modelled, it takes', { skip }, () => {
  const compared = bad.filter(({ text }) => !STRICTER.has(text));
  const taken = takenByReal(compared);
  const differ = compared.filter(({ below }, i) => taken[i] !== below.startsWith('UnsupportedError'));
  assert.equal(taken.length, compared.length);
  assert.deepEqual(
    differ.map(({ text }) => text),
    [],
  );
});

function textOf(match: Match): string {
  if (match.kind === 'limit') return JSON.stringify([match.packets / match.perSeconds, match.burst]);
  if (match.kind === 'connlimit') return JSON.stringify({ ...match, length: match.length === 128 ? 32 : (match.length ?? 32) });
  if (match.kind === 'set') return JSON.stringify({ ...match, counters: Object.entries(match.counters ?? {}).sort() });
  if (match.kind !== 'hashlimit') return JSON.stringify(match, (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
  const { packets, perSeconds, expire = perSeconds * 1000, ...rest } = match;
  return JSON.stringify({ ...rest, expire, rate: packets / perSeconds });
}
