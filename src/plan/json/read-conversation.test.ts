import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../base/errors.js';
import { readConntrackArgs } from '../conntrack-args.js';
import { readPlan, writePlan } from '../plan-json.js';

const OPEN = { id: 'a', netns: 'c', dst: '10.0.0.2', dport: 80, keep: true };

function plan(...probes: readonly object[]): object {
  return { netns: { c: {} }, probes };
}

function problems(...probes: readonly object[]): readonly string[] {
  try {
    readPlan(plan(...probes), 'plan');
    return [];
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.problems.map(({ message }) => message);
  }
}

describe('a story that cannot be', () => {
  for (const [what, probes, message] of [
    ['a socket that nobody opened', [{ id: 'b', reuse: 'a' }], 'probes[0].reuse: no earlier probe is called `a`'],
    [
      'one that was not kept',
      [
        { ...OPEN, keep: false },
        { id: 'b', reuse: 'a' },
      ],
      'probes[1].reuse: `a` does not keep its socket',
    ],
    [
      'one that was used and not kept again',
      [OPEN, { id: 'b', reuse: 'a' }, { id: 'c', reuse: 'a' }],
      'probes[2].reuse: `a` does not keep its socket',
    ],
    [
      'other ends than those of the socket',
      [OPEN, { id: 'b', reuse: 'a', dport: 81 }],
      'probes[1].dport: is that of `a`, whose socket is used',
    ],
    [
      'a close of nothing',
      [{ ...OPEN, keep: false, close: 'fin' }],
      'probes[0].close: closes the socket of another probe, which `reuse` must name',
    ],
    [
      'a close of a kind that is none',
      [OPEN, { id: 'b', reuse: 'a', close: 'now' }],
      'probes[1].close: must be fin or reset, but is `now`',
    ],
    [
      'one that is closed and kept',
      [OPEN, { id: 'b', reuse: 'a', close: 'fin', keep: true }],
      'probes[1].keep: a socket that is closed cannot be kept',
    ],
    ['several sockets kept', [{ ...OPEN, count: 2 }], 'probes[0].keep: one socket is kept, and `count` opens several'],
    ['time that goes back', [{ ...OPEN, after_ms: -1 }], 'probes[0].after_ms: must be an integer from 0 to 2592000000, but is -1'],
    ['a change nowhere', [{ ...OPEN, change: { d: {} } }], 'probes[0].change.d: there is no namespace `d`'],
    ['a change of what cannot change', [{ ...OPEN, change: { c: { links: [] } } }], 'probes[0].change.c.links: there is no such field'],
    ['connections listed nowhere', [{ ...OPEN, conntrack: ['d'] }], 'probes[0].conntrack[0]: there is no namespace `d`'],
  ] as const) {
    it(what, () => assert.deepEqual(problems(...probes), [message]));
  }
  it('rules and arguments that no tool takes', () => {
    const change = { c: { iptables: '*nat\n-A NOWHERE -j ACCEPT\nCOMMIT\n', conntrack: ['-X'] } };
    const all = problems({ ...OPEN, change }).join('; ');
    assert.match(all, /no chain `NOWHERE`/);
    assert.match(all, /`-X` must begin with -D or be -F/);
  });
  it('servers of IPVS that are not there, by what was run before', () => {
    const edit = (id: string, ipvs: string): object => ({ ...OPEN, id, change: { c: { ipvs } } });
    const added = edit('a', '-A -t 10.0.0.9:80 -s rr\n-a -t 10.0.0.9:80 -r 10.0.0.2:80 -m');
    const server = '-t 10.0.0.9:80 -r 10.0.0.2:80';
    assert.deepEqual(problems(added, edit('b', `-e ${server} -m -w 0`), edit('c', `-d ${server}`)), []);
    assert.match(problems(added, edit('b', `-d ${server}`), edit('c', `-e ${server} -m`)).join(), /has no server 10\.0\.0\.2:80/);
  });
});

it('a story reads as it is written', () => {
  const iptables = '*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n';
  const further = {
    id: 'b',
    reuse: 'a',
    keep: true,
    after_ms: 5,
    change: { c: { iptables, ipvs: '--set 9 0 0\n', conntrack: ['-F'], nft: 'table ip t {\n}\n', in_place: true } },
    stop: ['x'],
    conntrack: ['c'],
  };
  const asked = readPlan(plan(OPEN, further, { id: 'c', reuse: 'b', close: 'reset' }), 'plan');
  assert.equal(asked.probes[2]?.reuse, 'a');
  const written = writePlan(asked);
  assert.deepEqual(readPlan(written, 'again'), asked);
});

describe('arguments of conntrack', () => {
  for (const [text, filter] of [
    ['-F', undefined],
    ['-D -p udp --orig-dst 10.0.0.1', { family: 4, proto: 17, origDst: 0x0a000001 }],
    ['-D -p udp --dport 53 -f ipv6', { family: 6, proto: 17, origDport: 53 }],
    ['-D --dst-nat -p tcp', { family: undefined, dstNat: true, proto: 6 }],
    ['-D -g 10.0.0.1 -m 0x7 -w 3', { family: undefined, dstNat: 0x0a000001, mark: 7, zone: 3 }],
  ] as const) {
    it(text, () => assert.deepEqual(readConntrackArgs(text, 'test'), filter));
  }
  for (const text of ['-L', '-D --label x', '-D -p nosuch', '-D --orig-dst', '-D --dport x']) {
    it(`${text} is refused`, () => assert.throws(() => readConntrackArgs(text, 'test'), InputError));
  }
});
