import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Netfilter, Passage } from './contract.js';
import { endsOf, oneNamespace as netfilter, passageOf as passage, send, tcp, udp } from './testing/one-namespace.js';

const ends = ({ packet }: Passage): string => endsOf(packet);

/** Forwards a packet through the namespace; returns its passage and the verdict. */
function forward(nf: Netfilter, packet: IpPacket): { p: Passage; verdict: string; rules: readonly string[] } {
  const { passage: p, verdict, rules } = send({ nf, clock: { us: 0 } }, packet);
  return { p, verdict, rules };
}

const KUBE = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SEP-1 - [0:0]
:KUBE-SEP-2 - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SVC-A ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-A -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-1
-A KUBE-SVC-A -j KUBE-SEP-2
-A KUBE-SEP-1 -s 10.244.1.2/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-1 -p tcp -m tcp -j DNAT --to-destination 10.244.1.2:8080
-A KUBE-SEP-2 -s 10.244.2.2/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-2 -p tcp -m tcp -j DNAT --to-destination 10.244.2.2:8080
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -d 10.96.0.99/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
COMMIT
`;

test('a pod calls a ClusterIP: DNAT to the chosen endpoint, its source stays', () => {
  const { nf } = netfilter(KUBE, { script: [1] });
  const { p, rules } = forward(nf, tcp('10.244.1.5:40000', '10.96.0.10:80'));
  assert.equal(ends(p), '10.244.1.5:40000 > 10.244.2.2:8080');
  assert.deepEqual(rules.slice(0, 5), [
    'nat PREROUTING 1',
    'nat KUBE-SERVICES 1',
    'nat KUBE-SVC-A 3',
    'nat KUBE-SEP-2 2',
    'nat POSTROUTING 1',
  ]);
});

test('the answer to it gets the ClusterIP back, without a look at the nat table', () => {
  const { nf } = netfilter(KUBE, { script: [1] });
  forward(nf, tcp('10.244.1.5:40000', '10.96.0.10:80'));
  const { p, rules } = forward(nf, tcp('10.244.2.2:8080', '10.244.1.5:40000', 'S.'));
  assert.equal(ends(p), '10.96.0.10:80 > 10.244.1.5:40000');
  assert.equal(p.state, 'ESTABLISHED');
  assert.deepEqual(rules, []);
});

test('a client from outside the pod network is masqueraded to another port, and the mark is gone', () => {
  const { nf } = netfilter(KUBE);
  const { p } = forward(nf, tcp('203.0.113.9:40000', '10.96.0.10:80'));
  assert.match(ends(p), /^192\.168\.1\.10:\d+ > 10\.244\.1\.2:8080$/);
  assert.notEqual(ends(p), '192.168.1.10:40000 > 10.244.1.2:8080');
  assert.equal(p.mark, 0);
  const port = (p.packet.l4 as { sport: number }).sport;
  const { p: back } = forward(nf, tcp('10.244.1.2:8080', `192.168.1.10:${port}`, 'S.'));
  assert.equal(ends(back), '10.96.0.10:80 > 203.0.113.9:40000');
});

test('a pod that reaches itself through its Service is masqueraded', () => {
  const { nf } = netfilter(KUBE, { egress: '10.244.1.1' });
  assert.match(ends(forward(nf, tcp('10.244.1.2:40000', '10.96.0.10:80')).p), /^10\.244\.1\.1:\d+ > 10\.244\.1\.2:8080$/);
});

test('REJECT says how, and which rule', () => {
  const { nf } = netfilter(KUBE);
  const p = passage(tcp('10.244.1.5:40000', '10.96.0.99:80'));
  nf.hook('prerouting', p, 'eth0', undefined, true);
  const result = nf.hook('forward', p, 'eth0', 'eth1', true);
  assert.equal(result.verdict, 'reject');
  assert.equal(result.rejectWith, 'icmp-port-unreachable');
  assert.deepEqual([result.decidedBy?.chain, result.decidedBy?.index], ['FORWARD', 2]);
});

test('an ICMP error about a translated packet is RELATED and is translated outside and inside', () => {
  const { nf } = netfilter(KUBE);
  const { p: sent } = forward(nf, tcp('10.244.1.5:40000', '10.96.0.10:80'));
  const error: IpPacket = {
    ...tcp('10.244.1.2:0', '10.244.1.5:0'),
    proto: PROTO.icmp,
    l4: { kind: 'icmp', type: 3, code: 3, id: 0, seq: 0, length: 0, about: sent.packet },
  };
  const { p } = forward(nf, error);
  assert.equal(p.state, 'RELATED');
  assert.equal(ends(p), '10.96.0.10 > 10.244.1.5');
  const about = (p.packet.l4 as { about: IpPacket }).about;
  assert.equal(ends(passage(about)), '10.244.1.5:40000 > 10.96.0.10:80');
});

test('an answer that nobody asked for is INVALID and dropped', () => {
  const { nf } = netfilter(KUBE);
  const { p, verdict, rules } = forward(nf, tcp('10.244.2.2:8080', '10.244.1.5:40000', 'S.'));
  assert.equal(p.state, 'INVALID');
  assert.equal(verdict, 'drop');
  assert.deepEqual(rules, ['filter FORWARD 1']);
});

test('a reset in answer to a SYN ends the connection', () => {
  const { nf } = netfilter(KUBE);
  forward(nf, tcp('10.244.1.5:40000', '10.244.2.9:81'));
  assert.equal(nf.connections().length, 1);
  assert.equal(forward(nf, tcp('10.244.2.9:81', '10.244.1.5:40000', 'R.')).p.state, 'ESTABLISHED');
  assert.deepEqual(nf.connections(), []);
});

test('a UDP connection is forgotten 30 s after its only packet', () => {
  const { nf, clock } = netfilter(KUBE);
  forward(nf, udp('10.244.1.5:5000', '10.244.2.9:53'));
  assert.equal(nf.connections().length, 1);
  clock.us += 30_000_001;
  assert.deepEqual(nf.connections(), []);
});

test('two connections that would have one reply tuple get two ports', () => {
  const rules = `*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j SNAT --to-source 192.0.2.1\nCOMMIT\n`;
  const { nf } = netfilter(rules);
  assert.equal(ends(forward(nf, tcp('10.0.0.1:4000', '198.51.100.1:80')).p), '192.0.2.1:4000 > 198.51.100.1:80');
  assert.equal(ends(forward(nf, tcp('10.0.0.2:4000', '198.51.100.2:80')).p), '192.0.2.1:4000 > 198.51.100.2:80');
  assert.notEqual(ends(forward(nf, tcp('10.0.0.3:4000', '198.51.100.1:80')).p), '192.0.2.1:4000 > 198.51.100.1:80');
});

test('policy DROP is a hit of its own, RETURN in a built-in chain leads to it', () => {
  const { nf } = netfilter(`*filter\n:FORWARD DROP [0:0]\n-A FORWARD -p tcp -j RETURN\nCOMMIT\n`);
  const { verdict, rules } = forward(nf, tcp('10.0.0.1:1', '10.0.0.2:2'));
  assert.equal(verdict, 'drop');
  assert.deepEqual(rules, ['filter FORWARD 1', 'filter FORWARD 0']);
});

test('goto does not come back to the chain it left', () => {
  const { nf } = netfilter(
    `*filter\n:FORWARD ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n-A FORWARD -j A\n-A FORWARD -j DROP\n-A A -g B\n-A A -j ACCEPT\n-A B -p udp -j ACCEPT\nCOMMIT\n`,
  );
  assert.deepEqual(forward(nf, tcp('10.0.0.1:1', '10.0.0.2:2')).rules, ['filter FORWARD 1', 'filter A 1', 'filter FORWARD 2']);
});

test('NOTRACK leaves the packet UNTRACKED and untranslated', () => {
  const { nf } = netfilter(
    `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j NOTRACK\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j DNAT --to-destination 10.0.0.9\nCOMMIT\n`,
  );
  const { p } = forward(nf, tcp('10.0.0.1:1', '10.0.0.2:2'));
  assert.equal(p.state, 'UNTRACKED');
  assert.equal(ends(p), '10.0.0.1:1 > 10.0.0.2:2');
});

test('recent: a client that was seen lately goes where it went before', () => {
  const rules = `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m recent --rcheck --seconds 10 --reap --name A --mask 255.255.255.255 --rsource -j DNAT --to-destination 10.0.0.9\n-A PREROUTING -m recent --set --name A --mask 255.255.255.255 --rsource\nCOMMIT\n`;
  const { nf, clock } = netfilter(rules);
  assert.equal(ends(forward(nf, tcp('10.0.0.1:1', '10.0.0.2:2')).p), '10.0.0.1:1 > 10.0.0.2:2');
  assert.equal(ends(forward(nf, tcp('10.0.0.1:2', '10.0.0.2:2')).p), '10.0.0.1:2 > 10.0.0.9:2');
  clock.us += 11_000_000;
  assert.equal(ends(forward(nf, tcp('10.0.0.1:3', '10.0.0.2:2')).p), '10.0.0.1:3 > 10.0.0.2:2');
});

test('a long chain finds its rule by index and reports its true position', () => {
  const many = Array.from(
    { length: 5000 },
    (_, i) =>
      `-A PREROUTING -d 10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.0.9:8080`,
  );
  const { nf } = netfilter(`*nat\n:PREROUTING ACCEPT [0:0]\n${many.join('\n')}\nCOMMIT\n`);
  const { rules } = forward(nf, tcp('10.0.0.1:1', '10.96.18.52:80'));
  assert.deepEqual(rules, [`nat PREROUTING ${(18 << 8) + 52 + 1}`]);
  assert.ok(nf.counters.ruleCompares < 5);
});
