import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { InputError } from '../base/errors.js';
import { chain, type Ruleset } from './ruleset.js';
import { readPlan, writePlan } from './plan-json.js';

const FOLDER = new URL('../../fixtures/plan/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

describe('a plan in JSON', () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.json'))) {
    it(`${name} is read, and written without loss`, () => {
      const plan = readPlan(read(name), name);
      const written = JSON.stringify(writePlan(plan));
      assert.equal(JSON.stringify(writePlan(readPlan(written, 'written'))), written);
      assert.deepEqual(plain(readPlan(JSON.parse(written) as object, 'value')), plain(readPlan(written, 'text')));
    });
  }

  it('is written in one order of keys, with absent fields left out', () => {
    const ruleset: Ruleset = { tables: new Map([['filter', new Map([['INPUT', chain('INPUT', ['-j DROP'], 'ACCEPT')]])]]) };
    const empty = { sysctl: {}, routes: [], rules: [], neigh: [], fdb: [], ip6tables: undefined };
    const written = writePlan({
      probes: [{ proto: 'tcp', netns: 'a', timeoutMs: 5, dst: '10.0.0.1', dport: 80, id: 'p', src: undefined }],
      listeners: [{ port: 80, ip: '0.0.0.0', proto: 'tcp', netns: 'a', id: 'l' }],
      netns: {
        b: { ...empty, links: [], iptables: undefined },
        a: { ...empty, links: [{ up: false, kind: 'dummy', name: 'd0', mtu: undefined }], iptables: ruleset },
      },
    });
    assert.equal(
      JSON.stringify(written),
      [
        '{"schema":"hopspec.dev/plan/v1","netns":{',
        '"a":{"sysctl":{},"links":[{"name":"d0","kind":"dummy","up":false}],"routes":[],"rules":[],"neigh":[],"fdb":[],',
        '"iptables":"*filter\\n:INPUT ACCEPT [0:0]\\n-A INPUT -j DROP\\nCOMMIT\\n"},',
        '"b":{"sysctl":{},"links":[],"routes":[],"rules":[],"neigh":[],"fdb":[]}},',
        '"listeners":[{"id":"l","netns":"a","proto":"tcp","ip":"0.0.0.0","port":80}],',
        '"probes":[{"id":"p","netns":"a","proto":"tcp","dst":"10.0.0.1","dport":80,"timeout_ms":5}]}',
      ].join(''),
    );
  });

  it('has TCP for a protocol and every address for a listener unless it says otherwise', () => {
    const plan = readPlan(
      { netns: { a: {} }, listeners: [{ id: 'l', netns: 'a', port: 80 }], probes: [{ id: 'p', netns: 'a', dst: '127.0.0.1', dport: 80 }] },
      'x',
    );
    assert.deepEqual([plan.listeners[0]?.proto, plan.listeners[0]?.ip, plan.probes[0]?.proto], ['tcp', '0.0.0.0', 'tcp']);
  });

  it('takes what ip and bridge print as one text, and tells the line of what is wrong there', () => {
    const netns = (routes: string): object => ({ netns: { a: { links: [{ name: 'd0', kind: 'dummy', addr: ['10.0.0.5/24'] }], routes } } });
    const printed = '10.0.0.0/24 dev d0 proto kernel scope link src 10.0.0.5 linkdown \ndefault via 10.0.0.1 dev d0 linkdown \n';
    assert.deepEqual(readPlan(netns(printed), 'x').netns['a']?.routes, ['default via 10.0.0.1 dev d0']);
    assert.throws(() => readPlan(netns(`${printed}10.1.0.0/16 vai 10.0.0.1`), 'x'), /x: netns\.a\.routes:3:13: `vai` cannot stand here/);
  });

  it('may hold what one kernel does not model', () => {
    readPlan(
      {
        netns: {
          a: {
            links: [{ name: 'wg0', kind: 'wireguard' }],
            routes: ['10.0.0.0/24 dev lo realm 5'],
            nft: 'table ip x',
            wg: { wg0: '[Interface]' },
          },
        },
      },
      'x',
    );
  });
});

describe('what is wrong in a plan is said all together, with its place', () => {
  it('but of very much of it no more than can be read', () => {
    const routes = Array.from({ length: 20_000 }, (_, i) => `10.0.0.0/8 dve eth${i}`);
    const message = messageOf(() => readPlan(JSON.stringify({ netns: { a: { routes } } }, undefined, 1), 'x'));
    assert.match(message, /x:5:17: netns\.a\.routes\[0\]: `dve` cannot stand here[^]*x: and 19500 more of the kind$/);
  });

  const folder = new URL('bad/', FOLDER);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    it(name.replace('.json', '').replaceAll('-', ' '), () => {
      const message = messageOf(() => readPlan(readFileSync(new URL(name, folder), 'utf8'), name));
      golden(new URL(name.replace('.json', '.error.txt'), folder), `${message}\n`);
    });
  }
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.message;
  }
  return assert.fail('nothing was wrong');
}

/** HOPSPEC_UPDATE_GOLDEN=1 writes the text instead of comparing it. */
function golden(file: URL, text: string): void {
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

/** As plain values, for a comparison that does not see how they were made. */
function plain(plan: unknown): unknown {
  return JSON.parse(JSON.stringify(plan));
}
