import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatIp } from '../../base/ip.js';
import { publicKey } from '../../plan/wireguard/x25519.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import { runPlan } from '../run-plan.js';
import { type TwoHosts, twoHosts } from '../testing/two-hosts.js';
import { probe } from '../testing/two-nodes.js';
import { privateKey, type WireguardEnd, wireguardHosts } from './testing/wireguard-variants.js';

function run(one: WireguardEnd, two: WireguardEnd, whats: readonly [string, string][]): readonly FlowRecord[] {
  const probes = whats.map(([from, what]) => probe(from, what));
  const hosts: TwoHosts = { parts: wireguardHosts(one, two), probes };
  return runPlan(twoHosts(hosts), { record: true }).flatMap(({ flows }) => flows);
}

const ACROSS: readonly [string, string][] = [['pod1', 'tcp 10.2.0.2:80']];

/** Verdict and errno, ICMP error, and the reasons of what was dropped. */
function told(record: FlowRecord | undefined): string {
  if (record === undefined) return 'nothing';
  const { verdict, errno, icmp, events } = record;
  const drops = events.flatMap((event) => (event.kind === 'drop' ? [event.reason] : []));
  const said = icmp === undefined ? '' : ` by ICMP ${icmp.type}/${icmp.code} from ${formatIp(icmp.from)}`;
  return [`${verdict}${errno === undefined ? '' : ` ${errno}`}${said}`, ...new Set(drops)].join(', ');
}

describe('WireGuard', () => {
  it('carries a packet from peer to peer in a datagram of its own', () => {
    const [flow] = run({}, {}, ACROSS);
    assert.equal(told(flow), 'delivered');
    const tunnels = flow?.events.flatMap((event) =>
      event.kind === 'encapsulate' || event.kind === 'decapsulate' ? [`${event.netns} ${event.kind} ${event.encapsulation}`] : [],
    );
    assert.deepEqual(tunnels?.slice(0, 2), ['n1 encapsulate WireGuard', 'n2 decapsulate WireGuard']);
    assert.equal(flow?.pathMtu, 1420);
  });

  it('pads what it seals to 16 bytes, and adds 32', () => {
    const [flow] = run({}, {}, ACROSS);
    const sent = flow?.events.find((event) => event.kind === 'encapsulate');
    // A SYN has 60 bytes.
    assert.equal(sent?.kind === 'encapsulate' && sent.outer.l4.kind === 'udp' && sent.outer.l4.length, 64 + 32);
  });

  it('gives the outer packet its own mark', () => {
    const [flow] = run(
      { own: `PrivateKey = ${privateKey(1)}\nFwMark = 0x51\n`, parts: { filter: ['OUTPUT -p udp -m mark --mark 0x51 -j DROP'] } },
      {},
      ACROSS,
    );
    assert.equal(told(flow), 'timeout ETIMEDOUT, NETFILTER_DROP');
  });

  const cases: readonly [string, WireguardEnd, WireguardEnd, readonly [string, string][], readonly string[]][] = [
    [
      'tells a sender that no peer has the address',
      {},
      {},
      [
        ['pod1', 'tcp 10.3.0.2:80'],
        ['n1', 'tcp 10.3.0.2:80'],
        ['n1', 'udp 10.3.0.2:53'],
      ],
      [
        'unreachable EHOSTUNREACH by ICMP 3/1 from 10.1.0.1, WIREGUARD_NO_PEER',
        'unreachable EHOSTUNREACH by ICMP 3/1 from 10.1.0.0, WIREGUARD_NO_PEER',
        'error ENOKEY by ICMP 3/1 from 10.1.0.0, WIREGUARD_NO_PEER',
      ],
    ],
    [
      'sends nowhere without an endpoint, until the peer has spoken',
      { endpoint: '' },
      {},
      [
        ['n1', 'udp 10.2.0.2:53'],
        ['pod2', 'tcp 10.1.0.2:80'],
        ['n1', 'udp 10.2.0.2:53'],
      ],
      ['error EDESTADDRREQ by ICMP 3/1 from 10.1.0.0, WIREGUARD_NO_PEER', 'delivered', 'delivered'],
    ],
    [
      'drops what an unknown key sealed',
      { own: `PrivateKey = ${privateKey(9)}\n` },
      {},
      ACROSS,
      ['timeout ETIMEDOUT, WIREGUARD_NO_HANDSHAKE'],
    ],
    ['drops what is sealed for another', { peer: publicKey(privateKey(9)) }, {}, ACROSS, ['timeout ETIMEDOUT, WIREGUARD_NO_HANDSHAKE']],
    ['says nothing without a private key', { own: '' }, {}, ACROSS, ['timeout ETIMEDOUT, WIREGUARD_NO_HANDSHAKE']],
    [
      'wants the same pre-shared key at both ends',
      { more: `PresharedKey = ${privateKey(5)}\n` },
      {},
      ACROSS,
      ['timeout ETIMEDOUT, WIREGUARD_NO_HANDSHAKE'],
    ],
    [
      'takes from a peer what the peer is allowed alone',
      {},
      { allowed: '10.9.0.0/24' },
      ACROSS,
      ['timeout ETIMEDOUT, WIREGUARD_NOT_ALLOWED'],
    ],
    ['sends to the peer with the longest prefix', { allowed: '0.0.0.0/0' }, { allowed: '10.1.0.0/16, 0.0.0.0/0' }, ACROSS, ['delivered']],
  ];
  for (const [name, one, two, whats, expected] of cases) it(name, () => assert.deepEqual(run(one, two, whats).map(told), expected));
});
