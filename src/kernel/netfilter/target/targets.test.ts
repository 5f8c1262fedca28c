import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Passage } from '../contract.js';
import { endsOf, icmp, oneNamespace, passageOf, send, tcp, udp } from '../testing/one-namespace.js';

const SYN = tcp('10.0.0.1:4000', '10.0.0.2:80');

describe('a target that rewrites', () => {
  const CASES: readonly (readonly [rule: string, what: (passage: Passage) => unknown, expected: unknown])[] = [
    ['mangle FORWARD -j MARK --set-xmark 0xff/0xf', (p) => p.mark, 0xff],
    ['mangle FORWARD -j MARK --or-mark 0x80000000', (p) => p.mark, 0x80000000],
    ['mangle FORWARD -j MARK --set-mark 0xffffffff', (p) => p.mark, 0xffffffff],
    ['mangle FORWARD -j TTL --ttl-set 9', (p) => p.packet.ttl, 9],
    ['mangle FORWARD -j TTL --ttl-dec 70', (p) => p.packet.ttl, 0],
    ['mangle FORWARD -j TTL --ttl-inc 250', (p) => p.packet.ttl, 255],
    ['mangle FORWARD -j DSCP --set-dscp 10', (p) => p.packet.tos, 40],
    ['mangle FORWARD -j TOS --set-tos 0x08/0x3f', (p) => p.packet.tos, 8],
    ['mangle FORWARD -p tcp -m tcp --syn -j TCPMSS --set-mss 1300', (p) => (p.packet.l4.kind === 'tcp' ? p.packet.l4.mss : 0), 1300],
    ['mangle FORWARD -p tcp -m tcp --syn -j TCPMSS --set-mss 9000', (p) => (p.packet.l4.kind === 'tcp' ? p.packet.l4.mss : 0), 1460],
    ['filter FORWARD -j LOG --log-prefix x', (p) => p.packet, SYN],
  ];
  for (const [rule, what, expected] of CASES) {
    it(rule, () => assert.deepEqual(what(send(oneNamespace([rule]), SYN).passage), expected));
  }
});

describe('CONNMARK', () => {
  it('saves the mark of the first packet and gives it to the answer', () => {
    const ns = oneNamespace([
      'mangle PREROUTING -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff',
      'mangle FORWARD -m conntrack --ctdir ORIGINAL -j MARK --set-mark 0x123',
      'mangle POSTROUTING -j CONNMARK --save-mark',
    ]);
    send(ns, SYN);
    assert.equal(send(ns, tcp('10.0.0.2:80', '10.0.0.1:4000', 'S.')).passage.mark, 0x23);
  });
  it('does nothing to what has no connection', () => {
    const ns = oneNamespace([
      'raw PREROUTING -j NOTRACK',
      'mangle FORWARD -j CONNMARK --set-mark 5',
      'filter FORWARD -m connmark ! --mark 9 -j DROP',
    ]);
    assert.equal(send(ns, SYN).verdict, 'accept');
  });
});

describe('NOTRACK', () => {
  const rules = ['raw PREROUTING -j NOTRACK', 'raw OUTPUT -j CT --notrack', 'nat PREROUTING -j DNAT --to-destination 10.0.0.9'];
  it('leaves a packet without connection and translation', () => {
    const { passage } = send(oneNamespace(rules), SYN);
    assert.deepEqual([passage.state, passage.ct, endsOf(passage.packet)], ['UNTRACKED', undefined, endsOf(SYN)]);
  });
  it('comes too late for what has a connection already', () => {
    const ns = oneNamespace(['raw PREROUTING -j NOTRACK', 'filter INPUT -m conntrack --ctstate NEW -j ACCEPT']);
    const passage = passageOf(tcp('10.0.0.1:1', '10.0.0.1:2'));
    for (const hook of ['output', 'postrouting', 'prerouting', 'input'] as const) ns.nf.hook(hook, passage, 'lo', 'lo', false);
    assert.equal(passage.state, 'NEW');
    assert.equal(ns.nf.connections().length, 1);
  });
});

describe('REDIRECT, NETMAP and MASQUERADE', () => {
  for (const [rule, way, expected] of [
    ['nat PREROUTING -p tcp -j REDIRECT --to-ports 8080', 'forward', '10.0.0.1:4000 > 192.168.1.10:8080'],
    ['nat PREROUTING -j REDIRECT', 'forward', '10.0.0.1:4000 > 192.168.1.10:80'],
    ['nat OUTPUT -p tcp -j REDIRECT --to-ports 8080', 'output', '10.0.0.1:4000 > 127.0.0.1:8080'],
    ['nat PREROUTING -j NETMAP --to 172.16.5.0/24', 'forward', '10.0.0.1:4000 > 172.16.5.2:80'],
    ['nat POSTROUTING -j NETMAP --to 172.16.0.0/16', 'forward', '172.16.0.1:4000 > 10.0.0.2:80'],
    ['nat POSTROUTING -j MASQUERADE', 'forward', '192.168.1.10:4000 > 10.0.0.2:80'],
    ['nat POSTROUTING -p tcp -j MASQUERADE --to-ports 5000-5000', 'forward', '192.168.1.10:5000 > 10.0.0.2:80'],
  ] as const) {
    it(rule, () => assert.equal(endsOf(send(oneNamespace([rule]), SYN, way).passage.packet), expected));
  }
  it('MASQUERADE leaves who has no address yet alone', () => {
    const dhcp = udp('0.0.0.0:68', '255.255.255.255:67');
    assert.equal(endsOf(send(oneNamespace(['nat POSTROUTING -j MASQUERADE']), dhcp, 'output').passage.packet), endsOf(dhcp));
  });
});

describe('a target where the kernel would not load it is wrong input', () => {
  for (const [rule, message] of [
    ['filter FORWARD -j DNAT --to-destination 10.0.0.9', /table filter, chain FORWARD, rule 1: DNAT is for the nat table only/],
    ['nat POSTROUTING -j DNAT --to-destination 10.0.0.9', /DNAT is for PREROUTING and OUTPUT only/],
    ['nat PREROUTING -j MASQUERADE', /MASQUERADE is for POSTROUTING only/],
    ['nat PREROUTING -j SNAT --to-source 10.0.0.9', /SNAT is for INPUT and POSTROUTING only/],
    ['nat PREROUTING -j DROP', /the nat table cannot drop/],
    ['mangle FORWARD -j REJECT', /REJECT is for the filter table only/],
    ['filter FORWARD -j NOTRACK', /NOTRACK is for the raw table only/],
    ['filter FORWARD -j TTL --ttl-set 5', /TTL is for the mangle table only/],
    ['mangle POSTROUTING -i eth0 -j ACCEPT', /POSTROUTING knows no incoming interface/],
    ['mangle PREROUTING -o eth0 -j ACCEPT', /PREROUTING knows no outgoing interface/],
  ] as const) {
    it(rule, () => assert.throws(() => send(oneNamespace([rule]), SYN), { name: 'InputError', message }));
  }
  it('through a user chain', () => {
    const ns = oneNamespace(['nat POSTROUTING -j MINE', 'nat MINE -j DNAT --to-destination 10.0.0.9']);
    assert.throws(() => send(ns, SYN), { name: 'InputError', message: /DNAT cannot be reached from POSTROUTING/ });
  });
  it('a jump to a chain that is not there, and a circle', () => {
    const jump = oneNamespace('*filter\n:FORWARD ACCEPT [0:0]\n:A - [0:0]\n-A FORWARD -j A\n-A A -j A\nCOMMIT\n');
    assert.throws(() => send(jump, SYN), { name: 'InputError', message: /more than 256 jumps/ });
  });
});

describe('REJECT', () => {
  for (const [how, expected] of [
    ['', 'icmp-port-unreachable'],
    [' --reject-with icmp-admin-prohibited', 'icmp-admin-prohibited'],
    [' --reject-with tcp-reset', 'tcp-reset'],
  ] as const) {
    it(`says how: ${expected}`, () => {
      const ns = oneNamespace([`filter INPUT -p tcp -j REJECT${how}`]);
      const result = ns.nf.hook('input', passageOf(SYN), 'eth0', undefined, true);
      assert.deepEqual([result.verdict, result.rejectWith, result.decidedBy?.index], ['reject', expected, 1]);
    });
  }
  it('ends the hook: later tables see nothing', () => {
    const ns = oneNamespace(['filter FORWARD -p icmp -j REJECT', 'security FORWARD -j MARK --set-mark 1']);
    assert.deepEqual(send(ns, icmp('10.0.0.1', '10.0.0.2')).rules, ['filter FORWARD 1']);
  });
});
