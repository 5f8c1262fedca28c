/** Rules are printed as the real iptables-save prints them: fixtures/iptables/rules.txt, checked against the real one where there is one. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatRule } from './format-rule.js';
import { parseRule } from './parse-rule.js';
import type { Match } from './rule.js';

interface Case {
  readonly table: string;
  readonly written: string;
  /** As iptables-save prints it. */
  saved: string;
}

const FIXTURE = new URL('../../../fixtures/iptables/rules.txt', import.meta.url);
const head: string[] = [];
const cases: Case[] = [];

for (let table = '', lines = readFileSync(FIXTURE, 'utf8').split('\n'), i = 0; i < lines.length; i++) {
  const line = lines[i] ?? '';
  if (line.startsWith('#')) head.push(line);
  else if (line.startsWith('*')) table = line;
  else if (line.startsWith(' ')) Object.assign(cases.at(-1) ?? {}, { saved: line.trim() });
  else if (line !== '') cases.push({ table, written: line, saved: '' });
}

/** Why the real iptables cannot be asked, or false. */
function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'needs root for a network namespace of its own';
  try {
    execFileSync('/usr/bin/unshare', ['-n', 'sh', '-c', 'command -v iptables-restore && command -v ipset && iptables-save'], {
      stdio: 'pipe',
    });
    return false;
  } catch {
    return 'needs iptables, ipset and unshare on this machine';
  }
}

const skip = whyNot();

/** Loads every rule in a chain of its own in a namespace that ends with the command. */
function askReal(): string[] {
  const text: string[] = [];
  for (const table of new Set(cases.map((each) => each.table))) {
    const own = cases.map((each, i) => ({ ...each, chain: `T${i}` })).filter((each) => each.table === table);
    text.push(
      table,
      ':CHAIN -',
      ...own.map(({ chain }) => `:${chain} -`),
      ...own.map(({ chain, written }) => `-A ${chain} ${written}`),
      'COMMIT',
    );
  }
  const sets = 'ipset create hosts hash:ip && ipset create sockets hash:ip,port';
  const saved = execFileSync('/usr/bin/unshare', ['-n', 'sh', '-c', `${sets} && iptables-restore && iptables-save`], {
    input: `${text.join('\n')}\n`,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const found = new Map<string, string>();
  for (const line of saved.toString().split('\n')) {
    const match = /^-A (T\d+) ?(.*)$/.exec(line);
    if (match?.[1] !== undefined) found.set(match[1], match[2] ?? '');
  }
  return cases.map((_, i) => found.get(`T${i}`) ?? 'no such rule');
}

test('iptables-save prints what the fixture says', { skip }, () => {
  const saved = askReal();
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') {
    cases.forEach((each, i) => (each.saved = saved[i] ?? ''));
    const body = cases.flatMap(({ table, written, saved: text }, i) => [
      ...(cases[i - 1]?.table === table ? [] : [table]),
      written,
      `  ${text}`,
    ]);
    writeFileSync(FIXTURE, `${[...head, ...body].join('\n')}\n`);
  }
  assert.deepEqual(
    saved,
    cases.map((each) => each.saved),
  );
});

for (const { table, written, saved } of cases) {
  test(`${table} ${written} is printed as iptables-save does`, () => {
    assert.equal(formatRule(parseRule(written)), saved);
  });
  test(`${table} ${saved} is printed as it stands, and means the same`, () => {
    const again = parseRule(saved);
    assert.equal(formatRule(again), saved);
    assert.deepEqual(unordered(again.matches), unordered(parseRule(written).matches));
    assert.deepEqual(again.target, parseRule(written).target);
  });
}

/** iptables-save has an order of its own for the options of one -m, and a unit of its own for a rate. */
function unordered(matches: readonly Match[]): string[] {
  return matches
    .map((match) => JSON.stringify(match.kind === 'limit' ? [match.packets / match.perSeconds, match.burst] : match))
    .toSorted();
}
