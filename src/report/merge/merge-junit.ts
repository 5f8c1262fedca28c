/** JUnit reports of shards as that of the whole run: its test cases in the order of the whole, its counts and times added up. */
import { inputError } from '../../index.js';
import { unmarkJunit } from './mark-shard.js';
import type { ReportText } from './report-text.js';
import { interleave, wholeRun } from './shards.js';

const COUNTS = ['tests', 'skipped', 'failures', 'errors'];

export function mergeJunit(reports: readonly ReportText[]): string {
  const read = reports.map(({ text, file }) => {
    const { text: plain, shard } = unmarkJunit(text);
    const [, head, attributes = '', body = '', tail] = /^([^]*?<testsuite)([^>]*)>([^]*)(<\/testsuite>\s*)$/.exec(plain) ?? [];
    if (head === undefined || tail === undefined) throw inputError('not-a-report', `${file} is no whole JUnit report`);
    if (shard === undefined) {
      throw inputError('not-a-shard', `${file} does not say which shard it is`, { fix: 'write it with --shard I/N --format junit:FILE' });
    }
    return { file, shard, head, attributes, tail, scenarios: testCases(body) };
  });
  const order = wholeRun(read);
  const [first] = read;
  const cases = interleave(order);
  const suite = addUp(read.map(({ attributes }) => attributes));
  return `${first?.head}${suite}>${cases.map((one) => `\n  ${one}`).join('')}\n${first?.tail}`;
}

/** Whole elements; what stands in a CDATA section is text. */
function testCases(body: string): readonly string[] {
  const cases: string[] = [];
  let start: number | undefined;
  for (const { 0: token, index } of body.matchAll(/<!\[CDATA\[[^]*?\]\]>|<testcase\b[^>]*>|<\/testcase>/g)) {
    if (token.startsWith('<!')) continue;
    if (token.startsWith('<testcase')) start = index;
    if (start === undefined || !(token.startsWith('</') || token.endsWith('/>'))) continue;
    cases.push(body.slice(start, index + token.length));
    start = undefined;
  }
  return cases;
}

function addUp(all: readonly string[]): string {
  const values = (name: string): readonly string[] =>
    all.flatMap((attributes) => new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1] ?? []);
  let suite = all[0] ?? '';
  const set = (name: string, value: string): void => void (suite = suite.replace(new RegExp(` ${name}="[^"]*"`), ` ${name}="${value}"`));
  for (const name of COUNTS) set(name, String(values(name).reduce((sum, value) => sum + Number(value), 0)));
  const seconds = values('time').reduce((sum, value) => sum + Number(value), 0);
  set('time', String(Math.round(seconds * 1000) / 1000));
  set('timestamp', [...values('timestamp')].sort()[0] ?? '');
  return suite;
}
