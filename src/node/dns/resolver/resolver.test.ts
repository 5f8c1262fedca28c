/** Held against what the two libraries did: glibc 2.36 and musl 1.2.3 in a namespace of their own, asking servers made for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DnsAnswer, Rcode } from '../../../packet/dns/record.js';
import { lookUpWithGlibc } from './glibc.js';
import { lookUpWithMusl } from './musl.js';
import type { Libc, Reply } from './resolver.js';

const say = (rcode: Rcode, answer: DnsAnswer['answer'] = []): Reply => {
  const one = { rcode, answer, authority: [], extra: [] };
  return [one, one];
};
const [NX, NODATA, FAIL, REFUSED] = [say('NXDOMAIN'), say('NOERROR'), say('SERVFAIL'), say('REFUSED')];

interface Case {
  readonly servers?: number;
  readonly says: (name: string) => Reply;
  readonly name?: string;
  readonly libc?: Libc;
}

/** Names asked, `2:` before those of the second server; the result, and the seconds it took. */
function run({ servers = 1, says, name = 'x', libc = 'glibc' }: Case): string {
  const asked: string[] = [];
  const nameservers = ['1', '2'].slice(0, servers);
  const asking = {
    conf: { nameservers, search: ['a.test', 'b.test'], options: ['ndots:5'] },
    ask: (server: string, wanted: string): Reply => {
      asked.push(server === '1' ? wanted : `2:${wanted}`);
      return says(wanted);
    },
    differ: (): never => assert.fail('they differ'),
  };
  const { result, seconds } = libc === 'musl' ? lookUpWithMusl(asking, name) : lookUpWithGlibc(asking, name);
  return `${asked.join(' ')} => ${result} ${seconds}`;
}

const silence = (): Reply => 'timeout';
const CASES: readonly (readonly [says: string, given: Case, wanted: string])[] = [
  ['silence ends the search, and the name is tried as it is', { says: silence }, 'x.a.test. x.a.test. x. x. => TIMEOUT 20'],
  [
    'two silent servers take twice as long',
    { says: silence, servers: 2 },
    'x.a.test. 2:x.a.test. x.a.test. 2:x.a.test. x. 2:x. x. 2:x. => TIMEOUT 40',
  ],
  ['a whole name is asked alone', { says: silence, name: 'x.' }, 'x. x. => TIMEOUT 10'],
  [
    'dots enough: as it is first',
    { says: silence, name: 'x.a.b.c.d.e' },
    'x.a.b.c.d.e. x.a.b.c.d.e. x.a.b.c.d.e.a.test. x.a.b.c.d.e.a.test. => TIMEOUT 20',
  ],
  [
    'nobody there ends it all at once',
    { says: () => 'unreachable', servers: 2 },
    'x.a.test. 2:x.a.test. x.a.test. 2:x.a.test. => UNREACHABLE 0',
  ],
  [
    'failure goes on along the search path',
    { says: (name) => (name === 'x.a.test.' ? FAIL : NX) },
    'x.a.test. x.a.test. x.b.test. x. => SERVFAIL 0',
  ],
  [
    'refusal ends the search',
    { says: () => REFUSED, servers: 2 },
    'x.a.test. 2:x.a.test. x.a.test. 2:x.a.test. x. 2:x. x. 2:x. => REFUSED 0',
  ],
  ['no such name, every one tried', { says: () => NX, name: 'x.y' }, 'x.y.a.test. x.y.b.test. x.y. => NXDOMAIN 0'],
  ['a name without records is remembered', { says: (name) => (name === 'x.b.test.' ? NODATA : NX) }, 'x.a.test. x.b.test. x. => NODATA 0'],
  [
    'musl waits five seconds for all of it',
    { libc: 'musl', says: silence, servers: 2 },
    'x.a.test. 2:x.a.test. x.a.test. 2:x.a.test. => TIMEOUT 5',
  ],
  ['musl takes nobody there for silence', { libc: 'musl', says: () => 'unreachable' }, 'x.a.test. x.a.test. => TIMEOUT 5'],
  ['musl takes failure for silence', { libc: 'musl', says: () => FAIL }, 'x.a.test. x.a.test. => SERVFAIL 5'],
  ['musl with dots enough does not search', { libc: 'musl', says: () => NX, name: 'a.b.c.d.e.f' }, 'a.b.c.d.e.f. => NXDOMAIN 0'],
  ['musl stops at a name without records', { libc: 'musl', says: (name) => (name === 'x.a.test.' ? NODATA : NX) }, 'x.a.test. => NODATA 0'],
];
for (const [says, given, wanted] of CASES) test(says, () => assert.equal(run(given), wanted));
