/** What rule texts mean. That they are printed and refused as iptables does it is tested in rule-texts.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HopspecError } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { formatRule } from './format-rule.js';
import { jumpedChain } from './jumped-chain.js';
import { parseRule } from './parse-rule.js';
import type { Match, NatRange, Target } from './rule.js';

const ip = (text: string) => parseIp(text) ?? assert.fail(text);
const block = (text: string, length: number) => ({ ip: ip(text), length });
const port = (from: number, to = from) => ({ from, to });
const TCP: Match = { kind: 'protocol', proto: 6, not: false };
const ANY: NatRange = { fromIp: undefined, toIp: undefined, ports: undefined, random: false, randomFully: false, persistent: false };
const RECENT = {
  kind: 'recent',
  name: 'DEFAULT',
  side: 'source',
  mask: undefined,
  seconds: undefined,
  hitcount: undefined,
  reap: false,
  rttl: false,
  not: false,
} as const;

const matches: readonly [sentence: string, text: string, ...expected: Match[]][] = [
  ['host bits of an address are cleared', '-s 10.1.2.3/8', { kind: 'source', cidr: block('10.0.0.0', 8), not: false }],
  ['a dotted mask is a length', '! -d 10.1.2.3/255.255.0.0', { kind: 'destination', cidr: block('10.1.0.0', 16), not: true }],
  ['a single address is a block of its own', '-s 192.0.2.1', { kind: 'source', cidr: block('192.0.2.1', 32), not: false }],
  ['an IPv6 block', '-s fd00::1/64', { kind: 'source', cidr: block('fd00::', 64), not: false }],
  ['every address is no match', '-s 0.0.0.0/0 -d 0.0.0.0/0.0.0.0'],
  ['an interface with + at its end is a prefix', '-i veth+', { kind: 'in-interface', name: 'veth', prefix: true, not: false }],
  ['+ alone is every interface, and no match', '-i +'],
  ['an interface that is excluded', '! -o cni0', { kind: 'out-interface', name: 'cni0', prefix: false, not: true }],
  ['the header is tested before the extensions', '-m mark --mark 1 -p tcp', TCP, { kind: 'mark', value: 1, mask: 0xffffffff, not: false }],
  [
    'an open range ends at the last port',
    '-p tcp --sport 1024:',
    TCP,
    { kind: 'source-port', proto: 6, ports: port(1024, 65535), not: false },
  ],
  ['--syn is SYN alone of FIN, SYN, RST and ACK', '-p tcp --syn', TCP, { kind: 'tcp-flags', mask: 23, comp: 2, not: false }],
  ['ALL and NONE are flags', '-p tcp --tcp-flags ALL NONE', TCP, { kind: 'tcp-flags', mask: 63, comp: 0, not: false }],
  [
    'an option belongs to the extension before it',
    '-p udp -m comment --comment "a b" -m udp ! --dport 53',
    { kind: 'protocol', proto: 17, not: false },
    { kind: 'comment', text: 'a b' },
    { kind: 'destination-port', proto: 17, ports: port(53), not: true },
  ],
  [
    'an ICMP type by name has its code',
    '-p icmp --icmp-type port-unreachable',
    { kind: 'protocol', proto: 1, not: false },
    { kind: 'icmp-type', type: 3, code: 3, not: false },
  ],
  ['marks are unsigned', '-m mark --mark 0xffffffff/0x80000000', { kind: 'mark', value: 0xffffffff, mask: 0x80000000, not: false }],
  ['states stand in one order', '-m conntrack --ctstate DNAT,NEW,NEW', { kind: 'ct-state', states: ['NEW', 'DNAT'], not: false }],
  ['-m state is -m conntrack', '-m state ! --state INVALID', { kind: 'ct-state', states: ['INVALID'], not: true }],
  [
    'a port of the original direction',
    '-m conntrack --ctorigdstport 80',
    { kind: 'ct-port', which: 'origdstport', ports: port(80), not: false },
  ],
  [
    'the interface limit holds for both sides',
    '-m addrtype --limit-iface-in --src-type LOCAL --dst-type UNICAST',
    { kind: 'source-type', types: ['LOCAL'], not: false, limitInterface: 'in' },
    { kind: 'destination-type', types: ['UNICAST'], not: false, limitInterface: 'in' },
  ],
  [
    'a probability has 31 bits',
    '-m statistic --mode random --probability 0.5',
    { kind: 'statistic-random', probability: 0x40000000, not: false },
  ],
  ['every nth packet', '-m statistic --mode nth --every 3 --packet 2', { kind: 'statistic-nth', every: 3, packet: 2, not: false }],
  ['session affinity is written', '-m recent --set --name A', { ...RECENT, op: 'set', name: 'A' }],
  [
    'session affinity is read',
    '-m recent --rcheck --seconds 9 --reap --mask 255.255.255.255',
    { ...RECENT, op: 'rcheck', seconds: 9, reap: true },
  ],
  ['a mask of an affinity', '-m recent --update --mask 255.255.255.0', { ...RECENT, op: 'update', mask: ip('255.255.255.0') }],
  ['a rate without a unit is by the second', '-m limit --limit 5', { kind: 'limit', packets: 5, perSeconds: 1, burst: 5 }],
  ['a set of two dimensions', '-m set --match-set a src,dst', { kind: 'set', name: 'a', sides: ['src', 'dst'], not: false }],
  ['a service of IPVS', '-m ipvs ! --vport 80', { kind: 'ipvs-port', port: 80, not: true }],
  ['an accounting object', '-m nfacct --nfacct-name ct_state_invalid', { kind: 'nfacct', name: 'ct_state_invalid' }],
];

for (const [sentence, text, ...expected] of matches) {
  test(`${sentence}: ${text}`, () => assert.deepEqual(parseRule(text).matches, expected));
}

const targets: readonly [sentence: string, text: string, expected: Target | undefined][] = [
  ['a rule may have no target', '-s 10.0.0.1', undefined],
  ['what is no target is a chain', '-j KUBE-SERVICES', { kind: 'jump', chain: 'KUBE-SERVICES' }],
  ['a chain may be gone to', '-g cali-from-wl', { kind: 'goto', chain: 'cali-from-wl' }],
  ['--or-mark sets bits', '-j MARK --or-mark 0x4000', { kind: 'mark', value: 0x4000, mask: 0x4000 }],
  ['--xor-mark clears none', '-j MARK --xor-mark 0x4000', { kind: 'mark', value: 0x4000, mask: 0 }],
  ['--and-mark clears the rest', '-j MARK --and-mark 0xff', { kind: 'mark', value: 0, mask: 0xffffff00 }],
  ['--set-mark clears what it sets, too', '-j MARK --set-mark 4/3', { kind: 'mark', value: 4, mask: 7 }],
  ['a connection mark is restored', '-j CONNMARK --restore-mark --mask 0xf', { kind: 'connmark-restore', nfMask: 15, ctMask: 15 }],
  ['REJECT answers port unreachable', '-j REJECT', { kind: 'reject', with: 'icmp-port-unreachable' }],
  [
    'one address and one port',
    '-p tcp -j DNAT --to-destination 10.0.0.1:80',
    { kind: 'dnat', range: { ...ANY, fromIp: ip('10.0.0.1'), toIp: ip('10.0.0.1'), ports: port(80) } },
  ],
  ['a port alone', '-p tcp -j DNAT --to-destination :80', { kind: 'dnat', range: { ...ANY, ports: port(80) } }],
  [
    'an IPv6 address and a port',
    '-p tcp -j DNAT --to-destination [fd00::1]:80',
    { kind: 'dnat', range: { ...ANY, fromIp: ip('fd00::1'), toIp: ip('fd00::1'), ports: port(80) } },
  ],
  ['an IPv6 address alone', '-j SNAT --to-source fd00::1', { kind: 'snat', range: { ...ANY, fromIp: ip('fd00::1'), toIp: ip('fd00::1') } }],
  [
    'a range of IPv6 addresses and ports',
    '-p tcp -j DNAT --to-destination [fd00::1-fd00::2]:80-90',
    { kind: 'dnat', range: { ...ANY, fromIp: ip('fd00::1'), toIp: ip('fd00::2'), ports: port(80, 90) } },
  ],
  [
    'a range of both',
    '-p udp -j SNAT --to-source 10.0.0.1-10.0.0.9:5-6',
    { kind: 'snat', range: { ...ANY, fromIp: ip('10.0.0.1'), toIp: ip('10.0.0.9'), ports: port(5, 6) } },
  ],
  ['a random port', '-j MASQUERADE --random-fully', { kind: 'masquerade', range: { ...ANY, randomFully: true } }],
  ['the MSS of the path', '-p tcp -j TCPMSS --clamp-mss-to-pmtu', { kind: 'tcpmss', mss: undefined }],
  [
    'options of LOG are kept as they are printed',
    '-j LOG --log-level 4 --log-prefix "a b"',
    { kind: 'log', options: ['--log-prefix "a b"'] },
  ],
];

for (const [sentence, text, expected] of targets) {
  test(`${sentence}: ${text}`, () => assert.deepEqual(parseRule(text).target, expected));
}

test('a rule made without a text is printed with the extensions it needs', () => {
  const text =
    '-p tcp -m conntrack --ctstate NEW --ctdir ORIGINAL -m tcp --sport 1 --dport 2 -m comment --comment a -m comment --comment b -j ACCEPT';
  const { modules: _, ...rule } = parseRule(text);
  assert.equal(formatRule(rule), text);
});

for (const place of ['[fd00::1]:80', '[fd00::1-fd00::2]:80-90', 'fd00::1-fd00::2', 'fd00::1', '10.0.0.1-10.0.0.2:80', ':80']) {
  test(`a place of NAT is printed as it was written: ${place}`, () => {
    const text = `-p tcp -j SNAT --to-source ${place}`;
    assert.equal(formatRule(parseRule(text)), text);
  });
}

test('an endless word is cut in the message', () => {
  for (const junk of ['-s ', '-m ', '-j ', '--', '-p tcp --dport ', '-m conntrack --ctstate ', '! ', '-p tcp -m multiport --dports 1,']) {
    assert.throws(
      () => parseRule(junk + 'x1,'.repeat(100_000)),
      (error) => error instanceof HopspecError && error.message.length < 1000,
    );
  }
});

test('an error names the text as the caller does', () => {
  assert.throws(() => parseRule('-p tcp --dport x!', 'nat KUBE-SERVICES 3'), /^InputError: nat KUBE-SERVICES 3:1:16: /);
});

const chains: readonly [text: string, chain: string | undefined][] = [
  ['-m comment --comment "-j NOT" -j KUBE-SVC-X', 'KUBE-SVC-X'],
  ['-m comment --comment -j -g KUBE-SVC-X', 'KUBE-SVC-X'],
  ['-s 10.0.0.1/32 -j DROP', undefined],
  ['--jump X -s 10.0.0.1', 'X'],
  ['-j TPROXY', undefined],
  ['-s 10.0.0.1', undefined],
];

for (const [text, chain] of chains) {
  test(`${text} leads to ${chain ?? 'no chain'}`, () => assert.equal(jumpedChain(text), chain));
}

const WORDS = '! -s -m -j -p tcp 10.0.0.1 80 comment "a --comment "a" --dport= --dport --mark -- - = --ctstate NEW,DNAT'.split(' ');
const PIECES = `
-s 10.0.0.1 | ! -d 10.0.0.0/8 | -i e+ | ! -o eth0 | -p tcp | -p udp | -f | -m tcp | --dport 80 | ! --sport 1:2 | --syn
-m comment --comment "a b" | -m mark ! --mark 0x1/0x1 | -m conntrack --ctstate DNAT,NEW | --ctdir REPLY | --ctorigdst 10.0.0.1
-m statistic --mode random --probability 0.5 | -m recent --name A --rcheck | --seconds 5 | -m addrtype --dst-type LOCAL
--src-type UNICAST | -m multiport --dports 1,2 | -m limit --limit 5/s | -m set --match-set a src | -m owner --uid-owner 5
-j ACCEPT | -g X | -j X | -j MARK --or-mark 1 | -j DNAT --to-destination 10.0.0.1:80 | -j MASQUERADE --random-fully | -j REJECT`
  .split(/[|\n]/)
  .map((piece) => piece.trim());

test('any words make a rule that is printed and read again the same, or an error with its place inside the text', () => {
  const piece = fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.constantFrom(...WORDS) });
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(' '));
  fc.assert(
    fc.property(text, (words) => {
      try {
        const rule = parseRule(words);
        const printed = formatRule(rule);
        assert.equal(formatRule(parseRule(printed)), printed);
        assert.deepEqual(parseRule(printed).target, rule.target);
      } catch (error) {
        if (!(error instanceof HopspecError)) throw error;
        const position = error.problems[0]?.position;
        assert.ok(position !== undefined && position.column >= 1 && position.column <= words.length + 1, error.message);
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('a comment of any characters comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60, unit: 'binary' }), (comment) => {
      const printed = formatRule({ matches: [{ kind: 'comment', text: comment }], target: undefined });
      assert.deepEqual(parseRule(printed).matches, [{ kind: 'comment', text: comment }]);
    }),
    { numRuns: 500, seed: 1 },
  );
});
