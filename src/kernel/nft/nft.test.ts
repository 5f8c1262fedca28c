/** nftables in one namespace: what is recorded, what is asked of chance, what rules remember, and which rulesets are refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { icmp, oneNamespace, type OneNamespace, passageOf, send, type Setup, tcp, udp } from '../netfilter/testing/one-namespace.js';

const CLIENT = '10.0.0.1:4000';
const SERVICE = '10.96.0.1:80';

function nft(text: string, setup: Setup = {}): OneNamespace {
  return oneNamespace('', { ...setup, nft: `${text}\n` });
}

/** A table with one base chain at forward, and whatever else it takes. */
function forward(rules: readonly string[], rest: readonly string[] = [], head = 'type filter hook forward priority 0;'): string {
  return ['table ip t {', ...rest, 'chain f {', head, ...rules, '}', '}'].join('\n');
}

describe('a walk through nftables', () => {
  it('is told rule by rule, in order, with what each said', () => {
    const text = forward(['tcp dport 443 drop', 'jump a', 'tcp dport 80 vmap { 80 : goto b }'].slice(0, 2), [
      'chain a {',
      'goto b',
      '}',
      'chain b {',
      'tcp dport 80',
      'return',
      'drop',
      '}',
    ]);
    assert.deepEqual(send(nft(text), tcp(CLIENT, SERVICE)).rules, ['ip t f 2', 'ip t a 1', 'ip t b 1', 'ip t b 2']);
  });

  it('names the policy that drops as rule 0', () => {
    const one = nft(forward(['tcp dport 443 accept'], [], 'type filter hook forward priority 0; policy drop;'));
    const { verdict, rules } = send(one, tcp(CLIENT, SERVICE));
    assert.deepEqual([verdict, rules], ['drop', ['ip t f 0']]);
  });

  it('blames the rule whose verdict map drops', () => {
    const one = nft(
      forward(
        ['ip daddr . meta l4proto . th dport vmap @m'],
        ['map m {', 'type ipv4_addr . inet_proto . inet_service : verdict', 'elements = { 10.96.0.1 . tcp . 80 : drop }', '}'],
      ),
    );
    const result = one.nf.hook('forward', passageOf(tcp(CLIENT, SERVICE)), 'eth0', 'eth1', true);
    assert.deepEqual(result.decidedBy, { table: 'ip t', chain: 'f', index: 1, text: 'ip daddr . meta l4proto . th dport vmap @m' });
    assert.equal(result.verdict, 'drop');
  });

  it('costs one look-up in a map of any size', () => {
    const costs = [10, 20_000].map((size) => {
      const elements = Array.from({ length: size }, (_, i) => `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255} . tcp . 80 : accept`);
      const one = nft(
        forward(
          ['ip daddr . meta l4proto . th dport vmap @m'],
          ['map m {', 'type ipv4_addr . inet_proto . inet_service : verdict', `elements = { ${elements.join(', ')} }`, '}'],
        ),
      );
      send(one, tcp(CLIENT, '10.96.0.9:80'));
      return [one.nf.counters.ruleCompares, one.nf.counters.indexLookups];
    });
    assert.deepEqual(costs, [
      [1, 1],
      [1, 1],
    ]);
  });

  it('is none where no chain has a hook', () => assert.equal(nft('table ip t {\nchain c {\ndrop\n}\n}').nf.active, false));
});

describe('chance in nftables', () => {
  it('is asked of the oracle with the chain and even weights', () => {
    const asked: { site: string; weights: readonly number[] }[] = [];
    const text = forward(['numgen random mod 4 vmap { 0-2 : accept, 3 : drop }']);
    assert.equal(send(nft(text, { asked, script: [3] }), tcp(CLIENT, SERVICE)).verdict, 'drop');
    assert.deepEqual(asked, [{ site: 'f', weights: [0.25, 0.25, 0.25, 0.25] }]);
  });

  it('has nothing to choose from one', () => {
    const asked: { site: string; weights: readonly number[] }[] = [];
    send(nft(forward(['numgen random mod 1 vmap { 0 : accept }']), { asked }), tcp(CLIENT, SERVICE));
    assert.deepEqual(asked, []);
  });

  it('decides a hash whose seed the kernel draws', () => {
    const asked: { site: string; weights: readonly number[] }[] = [];
    send(nft(forward(['jhash ip saddr mod 2 vmap { 0 : accept, 1 : drop }']), { asked }), tcp(CLIENT, SERVICE));
    assert.deepEqual(asked, [{ site: 'f', weights: [0.5, 0.5] }]);
  });
});

const HOUR = 3_600_000_000;

describe('what rules of nftables remember', () => {
  const sticky = forward(
    ['ip saddr @seen accept', 'tcp dport 80 update @seen { ip saddr } accept', 'drop'],
    ['set seen {', 'type ipv4_addr', 'flags dynamic,timeout', 'timeout 3h', '}'],
  );

  it('lasts for its time, and every update begins it anew', () => {
    const one = nft(sticky);
    const ask = (port: number): string => send(one, tcp(CLIENT, `10.96.0.1:${port}`)).verdict;
    assert.equal(ask(443), 'drop');
    assert.equal(ask(80), 'accept');
    one.clock.us += 2 * HOUR;
    assert.equal(ask(443), 'accept');
    one.clock.us += HOUR;
    assert.equal(ask(443), 'drop');
  });

  it('is forgotten by a reset', () => {
    const one = nft(sticky);
    send(one, tcp(CLIENT, SERVICE));
    one.nf.reset();
    assert.equal(send(one, tcp(CLIENT, '10.96.0.1:443')).verdict, 'drop');
  });

  it('ends for elements that the set began with, too', () => {
    const one = nft(
      forward(['ip saddr @s drop'], ['set s {', 'type ipv4_addr', 'flags timeout', 'elements = { 10.0.0.1 timeout 5s }', '}']),
    );
    assert.equal(send(one, tcp(CLIENT, SERVICE)).verdict, 'drop');
    one.clock.us += 5_000_000;
    assert.equal(send(one, tcp(CLIENT, SERVICE)).verdict, 'accept');
  });

  it('is a limit that fills with time', () => {
    const one = nft(forward(['limit rate 1/second burst 2 packets accept', 'drop']));
    const ask = (): string => send(one, udp(CLIENT, '10.0.0.9:53')).verdict;
    assert.deepEqual([ask(), ask(), ask()], ['accept', 'accept', 'drop']);
    one.clock.us += 1_000_000;
    assert.deepEqual([ask(), ask()], ['accept', 'drop']);
  });
});

describe('nftables and translation', () => {
  const dnat = (rules: readonly string[], rest: readonly string[] = []): string =>
    forward(rules, rest, 'type nat hook prerouting priority dstnat;');

  it('binds to what a map of addresses and ports gives', () => {
    const one = nft(dnat(['meta l4proto tcp dnat ip addr . port to ip daddr . tcp dport map { 10.96.0.1 . 80 : 10.0.0.9 . 8080 }']));
    const { passage } = send(one, tcp(CLIENT, SERVICE));
    assert.deepEqual([passage.packet.dst, passage.packet.l4.kind === 'tcp' && passage.packet.l4.dport], [0x0a000009, 8080]);
  });

  it('and iptables share the connections', () => {
    const one = oneNamespace(['nat POSTROUTING -j MASQUERADE'], { nft: `${dnat(['ip daddr 10.96.0.1 dnat to 10.0.0.9'])}\n` });
    send(one, tcp(CLIENT, SERVICE));
    assert.deepEqual(one.nf.connections(), [
      'tcp 6 120 SYN_SENT src=10.0.0.1 dst=10.96.0.1 sport=4000 dport=80 [UNREPLIED] src=10.0.0.9 dst=192.168.1.10 sport=80 dport=4000 mark=0',
    ]);
  });

  it('tracks nothing that no rule asks about', () => {
    const one = nft(forward(['tcp dport 443 drop']));
    send(one, tcp(CLIENT, SERVICE));
    assert.deepEqual(one.nf.connections(), []);
  });
});

describe('IPv6 in nftables', () => {
  const from = '2001:db8::1';
  const six = (text: string): OneNamespace => nft(text, { family: 'ip6' });
  const packet = { ...icmp(from, '2001:db8::2', { type: 128 }), proto: 58 };

  it('meets tables of its own and of both families', () => {
    const rule = 'chain f {\ntype filter hook forward priority 0;\nip6 saddr 2001:db8::/32 icmpv6 type echo-request drop\n}\n}';
    assert.equal(send(six(`table ip6 t {\n${rule}`), packet).verdict, 'drop');
    assert.equal(send(six(`table inet t {\n${rule}`), packet).verdict, 'drop');
  });

  it('meets no table of IPv4', () => assert.equal(six(forward(['drop'])).nf.active, false));

  it('is looked up in sets by prefix', () => {
    const set = 'set s {\ntype ipv6_addr\nflags interval\nelements = { 2001:db8::/64, fe80::/10 }\n}';
    const text = `table inet t {\n${set}\nchain f {\ntype filter hook forward priority 0;\nip6 saddr @s meta nfproto ipv6 drop\n}\n}`;
    assert.equal(send(six(text), packet).verdict, 'drop');
    assert.equal(send(six(text), { ...packet, src: 0x20010db9n << 96n }).verdict, 'accept');
  });

  it('is refused as the family has it', () => {
    const text = 'table inet t {\nchain f {\ntype filter hook forward priority 0;\nreject with icmpx type admin-prohibited\n}\n}';
    assert.equal(six(text).nf.hook('forward', passageOf(packet), 'eth0', 'eth1', false).rejectWith, 'icmp6-adm-prohibited');
    assert.equal(nft(text).nf.hook('forward', passageOf(tcp(CLIENT, SERVICE)), 'eth0', 'eth1', false).rejectWith, 'icmp-admin-prohibited');
  });
});

const WRONG: readonly [string, string, RegExp][] = [
  [
    'a jump to a chain that there is not',
    forward(['jump wbe'], ['chain web {', '}']),
    /nft:6:1: table ip t, chain f, rule 1: the table ip t has no chain `wbe`[^]*fix: did you mean web\?/,
  ],
  [
    'a verdict map to a chain that there is not',
    forward(['tcp dport vmap @m'], ['map m {', 'type inet_service : verdict', 'elements = { 80 : goto wbe }', '}', 'chain web {', '}']),
    /nft:4:14: [^]*map m, element 1: the table ip t has no chain `wbe`/,
  ],
  [
    'a set that there is not',
    forward(['ip saddr @sett drop'], ['set set1 {', 'type ipv4_addr', '}']),
    /table ip t, chain f, rule 1: the table ip t has no set `sett`/,
  ],
  [
    'chains that lead back to themselves',
    forward(['jump a'], ['chain a {', 'jump b', '}', 'chain b {', 'jump a', '}']),
    /is reached through more than 16 chains\n {2}fix: a chain must not lead back to itself/,
  ],
  ['masquerading while forwarding', forward(['masquerade']), /masquerade can be reached from chains of type nat only/],
  [
    'a fault in a rule, by its line',
    forward(['accept', 'ip sadr 1.2.3.4 drop']),
    /nft:5:4: table ip t, chain f, rule 2: `sadr` cannot stand here/,
  ],
  [
    'a fault in an element, by its line',
    forward(['ip saddr @s drop'], ['set s {', 'type ipv4_addr', 'elements = { 10.0.0.1,', '10.0.0.300 }', '}']),
    /nft:5:1: [^]*set s, element 2: `10\.0\.0\.300` is not a value of type ipv4_addr/,
  ],
  ['a type that there is not', forward(['ip saddr @s drop'], ['set s {', 'type ipv4_adr', '}']), /`ipv4_adr` is not a type of nftables/],
  [
    'a key of other types than the set has',
    forward(['meta l4proto . th dport @s drop'], ['set s {', 'type ipv4_addr . inet_proto . inet_service', '}']),
    /the set s has keys of ipv4_addr \. inet_proto \. inet_service, and is asked for inet_proto \. inet_service/,
  ],
  [
    'an update of a set that does not change',
    forward(['update @s { ip saddr }'], ['set s {', 'type ipv4_addr', '}']),
    /lacks the flag dynamic/,
  ],
  ['a map whose ranges overlap', forward(['tcp dport vmap { 1-90 : accept, 80-100 : drop }']), /two of its ranges overlap/],
];

describe('a ruleset that no kernel would load:', () => {
  for (const [name, text, message] of WRONG) {
    it(name, () =>
      assert.throws(
        () => send(nft(text), tcp(CLIENT, SERVICE)),
        (error) => error instanceof InputError && message.test(error.message),
      ),
    );
  }
});

const UNMODELLED: readonly [string, RegExp][] = [
  ['fib daddr oif 0 drop', /`fib daddr oif` of nftables is not modelled/],
  ['@th,32,32 5 drop', /bytes of a packet that are not modelled/],
];

describe('not modelled, and said by name:', () => {
  for (const [rule, message] of UNMODELLED) {
    it(rule, () =>
      assert.throws(
        () => send(nft(forward([rule])), tcp(CLIENT, SERVICE)),
        (error) => error instanceof UnsupportedError && message.test(error.message),
      ),
    );
  }
});
