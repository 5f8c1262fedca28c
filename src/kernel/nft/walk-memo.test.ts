import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRng, type Rng } from '../../base/rng.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { icmp, oneNamespace, type OneNamespace, send, tcp, udp } from '../netfilter/testing/one-namespace.js';

const HOSTS = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.168.1.10', '172.16.0.9'];
const PORTS = [80, 81, 30_080];
const CHAINS = ['a', 'b', 'c', 'd'];

const pick = <T>(rng: Rng, from: readonly T[]): T => from[rng.below(from.length)] as T;
const not = (rng: Rng): string => (rng.below(4) === 0 ? '!= ' : '');

/** What can be remembered, and what cannot. */
const MATCHES: readonly ((rng: Rng) => string)[] = [
  (rng) => `ip saddr ${not(rng)}${pick(rng, HOSTS)}`,
  (rng) => `ip daddr ${not(rng)}${pick(rng, ['10.0.0.0/24', '10.0.0.0/8', '10.0.0.1-10.0.0.2'])}`,
  (rng) => `ip saddr ${not(rng)}10.0.0.0/24 ip daddr ${pick(rng, HOSTS)}`,
  (rng) => `tcp dport ${not(rng)}${pick(rng, PORTS)}`,
  () => 'udp sport { 80, 81 }',
  (rng) => `th dport >= ${pick(rng, PORTS)}`,
  (rng) => `meta l4proto ${not(rng)}${pick(rng, ['tcp', 'udp', 'icmp'])}`,
  (rng) => `meta mark & 0x3 ${pick(rng, ['== 0x1', '!= 0x0'])}`,
  (rng) => `iifname ${not(rng)}"eth${rng.below(2)}"`,
  (rng) => `ct state ${pick(rng, ['new', 'established,related', 'invalid'])}`,
  (rng) => `fib ${pick(rng, ['saddr', 'daddr'])} type local`,
  () => 'ip daddr . meta l4proto . th dport @called',
  () => 'ip daddr . meta l4proto . th dport != @nobody',
  () => 'ip saddr @seen',
  () => 'limit rate 2/second burst 2 packets',
  () => 'meta length > 60',
];

function statement(rng: Rng, depth: number): string {
  const deeper = CHAINS.slice(depth);
  if (deeper.length > 1 && rng.below(3) === 0)
    return `ip daddr . meta l4proto . th dport vmap { 10.0.0.1 . tcp . 80 : jump ${pick(rng, deeper)}, 10.0.0.2 . udp . 80 : goto ${pick(rng, deeper)}, 10.0.1.1 . tcp . 81 : accept, 192.168.1.10 . tcp . 80 : drop }`;
  if (deeper.length > 0 && rng.below(2) === 0) return `${pick(rng, ['jump', 'jump', 'goto'])} ${pick(rng, deeper)}`;
  return pick(rng, [
    ...['accept', 'drop', 'return', 'return', 'continue', 'reject', 'meta mark set 0x1', 'meta mark set mark or 0x2', 'counter'],
    ...['meta mark set 0x3 limit rate 1/second burst 1 packets drop', 'meta mark set mark xor 0x1 ip saddr 10.0.0.1 return'],
    ...[
      'ct mark set mark',
      'add @seen { ip saddr }',
      'ip daddr . meta l4proto . th dport vmap @nothing',
      'meta mark set ip saddr map { 10.0.0.1 : 0x3 } accept',
    ],
  ]);
}

const SETS = `
  set called { type ipv4_addr . inet_proto . inet_service; elements = { 10.0.0.1 . tcp . 80, 10.0.1.1 . udp . 81 } }
  set nobody { type ipv4_addr . inet_proto . inet_service; }
  set seen { type ipv4_addr; flags dynamic; size 10; }
  map nothing { type ipv4_addr . inet_proto . inet_service : verdict; }`;

/** Chains that lead to later ones only. */
function ruleset(rng: Rng): string {
  const chains = ['base', ...CHAINS].map((name, depth) => {
    const rules = Array.from({ length: 2 + rng.below(8) }, () => {
      const matches = Array.from({ length: rng.below(3) }, () => pick(rng, MATCHES)(rng)).join(' ');
      return `    ${matches} ${statement(rng, depth)}`;
    });
    const base = name === 'base' ? `    type filter hook forward priority 0; policy ${pick(rng, ['accept', 'drop'])};\n` : '';
    return `  chain ${name} {\n${base}${rules.join('\n')}\n  }`;
  });
  return `table ip t {${SETS}\n${chains.reverse().join('\n')}\n}\n`;
}

function packet(rng: Rng): IpPacket {
  const [from, to] = [`${pick(rng, HOSTS)}:${pick(rng, PORTS)}`, `${pick(rng, HOSTS)}:${pick(rng, PORTS)}`];
  const make = pick(rng, [tcp, udp, (a: string, b: string) => icmp(a.split(':')[0] as string, b.split(':')[0] as string)]);
  return make(from, to);
}

function outcome(on: OneNamespace, one: IpPacket, mark: number): unknown {
  const { passage, verdict, rules, reason } = send(on, one, 'forward', { mark });
  return { verdict, rules, mark: passage.mark, reason };
}

describe('a walk through nftables that is remembered', () => {
  for (let seed = 1; seed <= 30; seed++) {
    it(`comes to what a walk comes to, rule by rule: random chains ${seed}`, () => {
      const rng = createRng(seed);
      const nft = ruleset(rng);
      const lasting = oneNamespace('', { nft });
      for (let i = 0; i < 120; i++) {
        const [one, mark] = [packet(rng), rng.below(4)];
        lasting.nf.reset();
        assert.deepEqual(outcome(lasting, one, mark), outcome(oneNamespace('', { nft }), one, mark), `packet ${i} through\n${nft}`);
      }
    });
  }

  it('is made once for many sources and ports, where no rule asks for them', () => {
    const chain = 'type filter hook forward priority 0; ip daddr 10.1.0.1 accept; ip daddr 10.1.0.2 accept; ip daddr 10.1.0.3 accept';
    const nft = `table ip t {\n chain c {\n ${chain}\n ip saddr != 10.0.0.0/8 drop\n }\n}\n`;
    const on = oneNamespace('', { nft });
    for (let i = 0; i < 100; i++) send(on, tcp(`10.0.${i}.1:${1000 + i}`, '10.9.9.9:80'));
    const before = on.nf.counters.ruleCompares;
    for (let i = 100; i < 200; i++) send(on, tcp(`10.0.${i}.1:${1000 + i}`, '10.9.9.9:80'));
    assert.equal(on.nf.counters.ruleCompares, before);
  });
});
