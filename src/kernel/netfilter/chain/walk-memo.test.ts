import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRng, type Rng } from '../../../base/rng.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import { icmp, oneNamespace, type OneNamespace, send, tcp, udp } from '../testing/one-namespace.js';

const HOSTS = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.168.1.10', '172.16.0.9'];
const PORTS = [80, 81, 30_080];
const CHAINS = ['A', 'B', 'C', 'D'];

const pick = <T>(rng: Rng, from: readonly T[]): T => from[rng.below(from.length)] as T;
const maybe = (rng: Rng, make: () => string): string => (rng.below(3) === 0 ? make() : '');
const not = (rng: Rng): string => (rng.below(4) === 0 ? '! ' : '');

/** What can be remembered, and what cannot. */
const MATCHES: readonly ((rng: Rng) => string)[] = [
  (rng) => `${not(rng)}-s ${pick(rng, HOSTS)}/${pick(rng, ['32', '24', '8'])} `,
  (rng) => `${not(rng)}-d ${pick(rng, HOSTS)}/${pick(rng, ['32', '24', '8'])} `,
  (rng) => `-p tcp -m tcp ${not(rng)}--dport ${pick(rng, PORTS)} `,
  (rng) => `-p udp -m udp ${not(rng)}--sport ${pick(rng, PORTS)} `,
  (rng) => `-m mark ${not(rng)}--mark 0x${pick(rng, ['1', '3', '0'])}/0x3 `,
  (rng) => `${not(rng)}-i eth${rng.below(2)} `,
  (rng) => `-m conntrack ${not(rng)}--ctstate ${pick(rng, ['NEW', 'ESTABLISHED,RELATED', 'INVALID', 'DNAT'])} `,
  (rng) => `-m addrtype ${not(rng)}--src-type LOCAL `,
  (rng) => `-m addrtype ${not(rng)}--dst-type LOCAL `,
  (rng) => `-m statistic --mode nth --every ${2 + rng.below(2)} --packet 0 `,
  (rng) =>
    `-m set ${not(rng)}--match-set ${pick(rng, ['ADDRESSES', 'CALLED', 'NETS', 'EMPTY'])} ${pick(rng, ['src,dst', 'dst,dst', 'dst,src'])} `,
  (rng) => `-m length --length ${rng.below(2) * 60}:100 `,
];

function target(rng: Rng, depth: number, changing: boolean): string {
  const deeper = CHAINS.slice(depth);
  if (deeper.length > 0 && rng.below(2) === 0) return `-${pick(rng, ['j', 'j', 'g'])} ${pick(rng, deeper)}`;
  return `-j ${pick(rng, ['ACCEPT', 'DROP', 'RETURN', 'RETURN', 'REJECT', 'MARK --set-xmark 0x1/0x3', 'MARK --or-mark 0x2', 'CONNMARK --save-mark', ...(changing ? ['SET --add-set ADDRESSES src', 'SET --del-set CALLED dst,dst'] : [])])}`;
}

const SETS = [
  'create ADDRESSES hash:ip',
  ...['10.0.0.1', '192.168.1.10'].map((ip) => `add ADDRESSES ${ip}`),
  'create CALLED hash:ip,port',
  ...['10.0.0.2,tcp:80', '10.0.1.1,udp:81', '10.0.0.1,tcp:30080'].map((element) => `add CALLED ${element}`),
  'create NETS hash:net,port',
  ...['10.0.0.0/24,tcp:80', '172.16.0.0/16,udp:80'].map((element) => `add NETS ${element}`),
  'create EMPTY hash:ip,port',
];

/** Chains that lead to later ones only; some are long enough for an index. */
function ruleset(rng: Rng, changing: boolean): string {
  const lines = ['*filter', ':FORWARD ACCEPT [0:0]', ...CHAINS.map((name) => `:${name} - [0:0]`)];
  for (const [depth, name] of ['FORWARD', ...CHAINS].entries()) {
    for (let left = 2 + rng.below(12); left > 0; left--) {
      const matches = rng.below(5) === 0 ? '' : pick(rng, MATCHES)(rng) + maybe(rng, () => `-m comment --comment x `);
      lines.push(`-A ${name} ${matches}${target(rng, depth, changing)}`);
    }
  }
  return `${lines.join('\n')}\nCOMMIT\n`;
}

function packet(rng: Rng): IpPacket {
  const [from, to] = [`${pick(rng, HOSTS)}:${pick(rng, PORTS)}`, `${pick(rng, HOSTS)}:${pick(rng, PORTS)}`];
  const make = pick(rng, [tcp, udp, (a: string, b: string) => icmp(a.split(':')[0] as string, b.split(':')[0] as string)]);
  return make(from, to);
}

function outcome(on: OneNamespace, one: IpPacket, mark: number): unknown {
  const { passage, verdict, rules } = send(on, one, 'forward', { mark });
  return { verdict, rules, mark: passage.mark };
}

describe('a walk that is remembered', () => {
  for (let seed = 1; seed <= 24; seed++) {
    it(`comes to what a walk comes to, rule by rule: random chains ${seed}`, () => {
      const rng = createRng(seed);
      const text = ruleset(rng, seed % 3 === 0);
      const lasting = oneNamespace(text, { ipset: SETS });
      for (let i = 0; i < 120; i++) {
        const [one, mark] = [packet(rng), rng.below(4)];
        lasting.nf.reset();
        assert.deepEqual(
          outcome(lasting, one, mark),
          outcome(oneNamespace(text, { ipset: SETS }), one, mark),
          `packet ${i} through\n${text}`,
        );
      }
    });
  }

  it('is made once for many sources, where no rule asks for them', () => {
    const rules = Array.from({ length: 40 }, (_, i) => `-A FORWARD -d 10.1.0.${i}/32 -j ACCEPT`).join('\n');
    const { nf } = oneNamespace(`*filter\n:FORWARD ACCEPT [0:0]\n${rules}\n-A FORWARD ! -s 10.0.0.0/8 -j DROP\nCOMMIT\n`);
    const walk = (n: number): void => {
      nf.hook(
        'forward',
        { ...send({ nf, clock: { us: 0 } }, tcp(`10.0.${n}.1:${1000 + n}`, '10.9.9.9:80')).passage },
        'eth0',
        'eth1',
        false,
      );
    };
    for (let i = 0; i < 100; i++) walk(i);
    const before = nf.counters.ruleCompares;
    for (let i = 100; i < 200; i++) walk(i);
    assert.equal(nf.counters.ruleCompares, before);
  });
});
