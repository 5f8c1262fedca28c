import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { ChoiceOracle } from '../base/choice.js';
import { InputError, UnsupportedError } from '../base/errors.js';
import { formatIp, formatSocket, parseIp } from '../base/ip.js';
import type { IpPacket } from '../packet/ip-packet.js';
import type { LinkPlan, NetnsPlan, Plan } from '../plan/plan.js';
import type { TraceEvent } from '../trace/event.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { Probe, SimulatedNetwork } from './contract.js';
import { createNetwork } from './network.js';
import { planSource } from './plan-source.js';
import { type TwoNodes, twoNodes } from './testing/two-nodes.js';

const FIRST: ChoiceOracle = { choose: () => 0 };

const network = (plan: Plan): SimulatedNetwork => createNetwork(planSource(plan));
const nodes = (variant: Partial<TwoNodes> = {}): SimulatedNetwork => network(twoNodes({ probes: [], ...variant }));

/** `pod12 tcp 10.0.0.1:80` → a probe. */
function probe(text: string, more: Partial<Probe> = {}): Probe {
  const [netns = '', proto = '', address = ''] = text.split(' ');
  const [dst = '', port] = address.split(':');
  return {
    netns,
    proto: proto as Probe['proto'],
    dst: parseIp(dst) as number,
    dport: port === undefined ? undefined : Number(port),
    ...more,
  };
}

function run(on: SimulatedNetwork, text: string, more: Partial<Probe> = {}): FlowRecord {
  return on.probe(probe(text, more), FIRST, true);
}

function packetText(packet: IpPacket): string {
  const { l4 } = packet;
  if (l4.kind === 'icmp') return `ICMP ${formatIp(packet.src)} > ${formatIp(packet.dst)} ${l4.type}/${l4.code}`;
  const tail =
    l4.kind === 'tcp'
      ? ` [${l4.flags}]${l4.mss === undefined ? '' : ` mss ${l4.mss}`}`
      : l4.kind !== 'udp' || l4.vxlan === undefined
        ? ' UDP'
        : ` VXLAN ${l4.vxlan.vni}`;
  // The outer source port is a hash; any would do.
  const src = l4.kind === 'udp' && l4.vxlan !== undefined ? `${formatIp(packet.src)}:*` : formatSocket(packet.src, l4.sport);
  return `${src} > ${formatSocket(packet.dst, l4.dport)} ttl ${packet.ttl}${tail}`;
}

function eventText(event: TraceEvent): string {
  const where = `${event.leg} ${event.netns}`;
  const packet = packetText(event.packet);
  switch (event.kind) {
    case 'hook': {
      const rules = event.rules.map((rule) => `${rule.chain}#${rule.index}`).join(' ');
      const becomes = event.becomes === event.packet ? '' : ` becomes ${packetText(event.becomes)}`;
      const ways = `${event.inDevice ?? '-'}→${event.outDevice ?? '-'}`;
      return `${where} ${event.hook} ${ways} ${packet} ${event.state}${rules === '' ? '' : ` ${rules}`}${event.mark === 0 ? '' : ` mark 0x${event.mark.toString(16)}`} ${event.verdict}${becomes}`;
    }
    case 'route':
      return `${where} route ${event.decision}: ${event.route}`;
    case 'bridge':
      return `${where} bridge ${event.device} ${event.fromPort ?? 'host'}→${event.to.join(',')}`;
    case 'arp':
      return `${where} arp ${event.device} ${event.frame.op} ${formatIp(event.frame.targetIp)} from ${formatIp(event.frame.senderIp)}`;
    case 'drop':
      return `${where} drop ${event.reason}: ${event.detail}`;
    case 'answer':
      return `${where} answer ${event.with} ${event.type}/${event.code} from ${formatIp(event.from)}`;
    case 'deliver':
      return `${where} deliver ${event.device} ${event.listener ?? 'client'}`;
    case 'encapsulate':
    case 'decapsulate':
      return `${where} ${event.kind} ${event.device} ${packetText(event.outer)}`;
    default:
      return `${where} ${event.kind} ${event.device} ${packet}`;
  }
}

const story = (flow: FlowRecord, legs = 99): string =>
  `${flow.events
    .filter(({ leg }) => leg < legs)
    .map(eventText)
    .join('\n')}\n`;

describe('the events of a flow tell its story:', () => {
  const stories: readonly [string, string, string, number, Partial<TwoNodes>][] = [
    ['nodeport-over-vxlan', 'from outside to a node port and over VXLAN to a pod', 'laptop tcp 192.168.1.11:30080', 2, {}],
    ['first-arp', 'the first packet on a bridge, with its ARP', 'pod12 tcp 10.244.1.3:80', 1, {}],
    ['bridged-dnat', 'a Service on the same bridge', 'pod13 tcp 10.96.0.2:80', 2, {}],
    ['hairpin', 'a pod that reaches itself by its Service', 'pod12 tcp 10.96.0.2:80', 2, {}],
    ['own-address', 'a node that calls itself over lo', 'n1 tcp 192.168.1.11:22', 2, {}],
    ['rejected', 'a rule that answers with a port unreachable', 'pod12 tcp 10.96.0.99:80', 99, {}],
    ['closed-port', 'a closed port', 'pod12 udp 10.244.2.2:54', 99, {}],
    ['no-neighbour', 'an address that nobody has', 'pod12 tcp 10.244.2.77:80', 99, {}],
    ['no-route', 'a router without a route', 'laptop tcp 10.96.0.1:80', 99, {}],
    ['localnet', 'a localhost node port without route_localnet', 'n1 tcp 127.0.0.1:30080', 99, {}],
  ];
  for (const [file, name, text, legs, variant] of stories) {
    it(name, () => {
      const on = nodes(variant);
      if (file !== 'first-arp' && file !== 'no-neighbour') run(on, text);
      on.reset();
      const told = story(run(on, text), legs);
      const golden = `fixtures/kernel/story-${file}.txt`;
      if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(golden, told);
      assert.equal(told, readFileSync(golden, 'utf8'));
    });
  }
});

describe('a flow', () => {
  it('counts its path MTU in bytes of the client, less what tunnels take', () => {
    const smaller = nodes({ links: { fabric: fabricWithMtu(1400) } });
    assert.equal(run(nodes(), 'pod12 tcp 10.244.2.2:80').pathMtu, 1450);
    assert.equal(run(nodes(), 'n1 tcp 192.168.1.12:22').pathMtu, 1500);
    assert.equal(run(smaller, 'pod12 tcp 10.244.2.2:80').pathMtu, 1350);
  });

  it('advertises the MSS of the way out at both ends', () => {
    const { events } = run(nodes(), 'n1 tcp 10.244.2.2:80');
    const told = events.flatMap((event) => (event.kind === 'tx' && event.packet.l4.kind === 'tcp' ? [event.packet.l4.mss] : []));
    assert.deepEqual([...new Set(told)], [1410, undefined]);
  });

  it('takes what does not fit a router as lost, with 3/4 to the sender, who hears EMSGSIZE for a datagram', () => {
    const on = nodes({ backend: 'host-gw', routes: { n1: ['10.244.2.2 via 192.168.1.12 mtu 600'] } });
    const flow = run(on, 'pod12 udp 10.244.2.2:53', { payload: 1000 });
    assert.deepEqual([flow.verdict, flow.errno, flow.icmp?.type, flow.icmp?.code], ['error', 'EMSGSIZE', 3, 4]);
    assert.ok(flow.events.some((event) => event.kind === 'drop' && event.reason === 'PKT_TOO_BIG'));
    assert.equal(run(on, 'pod12 udp 10.244.2.2:53', { payload: 500 }).verdict, 'delivered');
  });

  it('dies without a word at a bridge port with a smaller MTU: the handshake works, the bytes hang', () => {
    const small = nodes({ backend: 'host-gw', links: { fabric: fabricWithMtu(600) } });
    const flow = run(small, 'n1 tcp 192.168.1.12:22', { payload: 1400 });
    assert.deepEqual([flow.verdict, flow.errno, flow.server, flow.icmp], ['timeout', 'ETIMEDOUT', 'n2:22', undefined]);
    // What is not cut into segments yet passes (GSO).
    assert.equal(run(small, 'n1 tcp 192.168.1.12:22', { payload: 2000 }).verdict, 'delivered');
  });

  it('whose outer packet is larger than the wire crosses it in fragments', () => {
    const flow = run(nodes({ links: { n1: smallEth0() } }), 'pod12 udp 10.244.2.2:53', { payload: 1400 });
    const sent = flow.events.filter(({ kind, packet, leg }) => kind === 'tx' && leg === 0 && packet.fragment !== undefined);
    assert.deepEqual([flow.verdict, sent.length > 1], ['delivered', true]);
  });

  it('waits three seconds for a neighbour, or less if its client gives up', () => {
    const on = nodes();
    const failed = run(on, 'n1 tcp 10.244.1.77:80');
    assert.deepEqual(
      [failed.errno, Math.round(failed.elapsed / 10_000), formatIp(failed.icmp?.from ?? 0)],
      ['EHOSTUNREACH', 300, '10.244.1.1'],
    );
    const impatient = run(on, 'n1 tcp 10.244.1.77:80', { timeoutMs: 500 });
    assert.deepEqual([impatient.verdict, impatient.elapsed], ['timeout', 500_000]);
  });

  it('asks ARP once, and no more when the network was reset', () => {
    const on = nodes();
    const asks = (): boolean => run(on, 'pod12 tcp 10.244.1.3:80').events.some(({ kind }) => kind === 'arp');
    assert.equal(asks(), true);
    on.reset();
    assert.equal(asks(), false);
  });

  it('is the same after a reset as before, to the last event', () => {
    const on = nodes();
    run(on, 'pod12 tcp 10.96.0.1:80');
    on.reset();
    const before = run(on, 'pod12 tcp 10.96.0.1:80');
    on.reset();
    run(on, 'pod13 tcp 192.168.1.12:30080');
    on.reset();
    const after = run(on, 'pod12 tcp 10.96.0.1:80');
    assert.equal(story(after), story(before));
    assert.deepEqual(after, before);
  });

  it('tells the same of its fate when nobody records', () => {
    const recorded = run(nodes(), 'pod12 tcp 10.96.0.1:80');
    const silent = nodes().probe(probe('pod12 tcp 10.96.0.1:80'), FIRST, false);
    assert.deepEqual({ ...silent, events: [] }, { ...recorded, events: [] });
    assert.equal(silent.events.length, 0);
  });

  it('builds no namespace that it does not reach', () => {
    const on = nodes();
    run(on, 'pod12 tcp 127.0.0.1:9');
    assert.equal(on.counters.namespacesBuilt, 1);
    const plan = twoNodes({ probes: [] });
    const built: string[] = [];
    const source = planSource(plan);
    const lazy = createNetwork({
      ...source,
      netns: (name) => (built.push(name), source.netns(name)),
      mayAnswer: (netns) => netns === 'pod13' || netns === 'n1',
    });
    assert.equal(lazy.probe(probe('pod12 tcp 10.244.1.3:80'), FIRST, false).verdict, 'delivered');
    assert.deepEqual(built, ['pod12', 'n1', 'pod13']);
  });

  it('is told of an address that is not its own', () => {
    assert.equal(run(nodes(), 'n1 tcp 10.244.1.2:80', { src: parseIp('9.9.9.9') as number }).errno, 'EADDRNOTAVAIL');
    assert.equal(nodes().probe({ ...probe('n1 tcp 10.0.0.1:1'), dst: 1n }, FIRST, false).errno, 'EADDRNOTAVAIL', 'IPv6 is disabled there');
    assert.throws(() => run(nodes(), 'n1 udp 224.0.0.1:5000'), UnsupportedError);
    assert.throws(() => run(nodes(), 'nobody tcp 10.0.0.1:80'), InputError);
  });

  it('limits errors to a receiver as icmp_ratelimit says: six at once', () => {
    const on = nodes({ sysctl: { n2: { 'net.ipv4.icmp_ratelimit': '1000' } } });
    const verdicts = Array.from({ length: 8 }, () => run(on, 'n1 udp 192.168.1.12:9', { timeoutMs: 1 }).verdict);
    assert.deepEqual(verdicts, [...new Array<string>(6).fill('refused'), 'timeout', 'timeout']);
    on.reset();
    assert.equal(run(on, 'n1 udp 192.168.1.12:9').verdict, 'refused');
  });

  it('asks the oracle which leg of a multipath route it takes, once for all its packets', () => {
    const sites: [string, readonly number[]][] = [];
    const second: ChoiceOracle = { choose: (site, weights) => (sites.push([site, weights]), 1) };
    const routes = {
      n1: ['10.77.0.0/16 nexthop via 192.168.1.1 weight 3 nexthop via 192.168.1.12 weight 1'],
      n2: ['local 10.77.0.0/16 dev lo'],
    };
    const on = nodes({ backend: 'host-gw', routes });
    assert.equal(on.probe(probe('n1 tcp 10.77.0.1:22'), second, true).server, 'n2:22');
    assert.deepEqual(
      sites.map(([, weights]) => weights),
      [[0.75, 0.25]],
    );
    on.reset();
    assert.equal(on.probe(probe('n1 tcp 10.77.0.1:22'), FIRST, true).errno, 'ENETUNREACH');
  });
});

function fabricWithMtu(mtu: number): readonly LinkPlan[] {
  const links = twoNodes({ probes: [] }).netns['fabric']?.links ?? [];
  return links.map((link) => (link.name === 'p2' ? { ...link, mtu } : link));
}

/** eth0 of n1 with an MTU that a full VXLAN datagram does not fit. */
function smallEth0(): readonly LinkPlan[] {
  const links = twoNodes({ probes: [] }).netns['n1']?.links ?? [];
  return links.map((link) => (link.name === 'eth0' ? { ...link, mtu: 1400 } : link));
}

describe('a plan that cannot work', () => {
  const netns = (links: readonly LinkPlan[], more: Partial<NetnsPlan> = {}): NetnsPlan => ({
    ...{ sysctl: {}, links, routes: [], rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined },
    ...more,
  });
  const one = (links: readonly LinkPlan[], more: Partial<NetnsPlan> = {}): Plan => ({
    netns: { a: netns(links, more) },
    listeners: [],
    probes: [],
  });
  const cases: readonly [string, Plan, RegExp][] = [
    ['a veth that leads nowhere', one([{ name: 'eth0', kind: 'veth', addr: ['10.0.0.1/24'] }]), /nothing says where the veth eth0 leads/],
    ['a link of an unknown kind', one([{ name: 'x', kind: 'gretap' }]), /links of kind gretap are not modelled/],
    ['a port of no bridge', one([{ name: 'x', kind: 'dummy', master: 'br0' }]), /master br0 of x is not a bridge/],
    ['a route by an unknown device', one([], { routes: ['10.0.0.0/8 dev eth9'] }), /Cannot find device "eth9"/],
  ];
  for (const [name, plan, message] of cases) {
    it(`is refused: ${name}`, () => {
      assert.throws(() => run(network(plan), 'a udp 10.0.0.2:53'), message);
    });
  }

  it('is refused: two bridges joined twice, by the devices that the frame goes round', () => {
    const bridge = { name: 'br0', kind: 'bridge', mac: '0a:00:00:00:00:01' };
    const left = [
      { ...bridge, addr: ['10.0.0.1/24'] },
      ...['x', 'y'].map((name) => ({ name, kind: 'veth', master: 'br0', peer: { netns: 'b', name } })),
    ];
    const right = [{ ...bridge, mac: '0a:00:00:00:00:02' }, ...['x', 'y'].map((name) => ({ name, kind: 'veth', master: 'br0' }))];
    const plan: Plan = { netns: { a: netns(left), b: netns(right) }, listeners: [], probes: [] };
    assert.throws(
      () => run(network(plan), 'a udp 10.0.0.2:53'),
      /circle: 10000 hops in one flow.*\n {2}the last events:\n( {4}[ab] \w+ arp who has 10\.0\.0\.2\n){8} {2}fix: look for two bridges/,
    );
  });

  it('works when only one end of a veth is listed', () => {
    const a = netns([
      {
        name: 'eth0',
        kind: 'veth',
        mac: '0a:00:00:00:00:01',
        addr: ['10.0.0.1/24'],
        peer: { netns: 'b', name: 'up', mac: '0a:00:00:00:00:02' },
      },
    ]);
    const b = netns([], { routes: ['10.0.0.0/24 dev up'], sysctl: { 'net.ipv4.conf.all.proxy_arp': '1' } });
    const plan: Plan = { netns: { a, b }, listeners: [], probes: [] };
    const flow = run(network(plan), 'a udp 10.0.0.2:53', { timeoutMs: 3900 });
    assert.equal(flow.errno, 'EHOSTUNREACH');
    assert.ok(flow.events.some((event) => event.netns === 'b' && event.kind === 'arp'));
  });
});
