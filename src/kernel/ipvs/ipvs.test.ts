/**
 * What is known of IPVS on Debian's kernel 6.1 under kube-proxy, said of the two nodes. What it answered is kept in fixtures/kernel/ipvs, and
 * compared in linux-answers.test.ts; here is what a packet meets on its way.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatIp } from '../../base/ip.js';
import type { LinkPlan, Plan, ProbePlan } from '../../plan/plan.js';
import type { HookEvent, TraceEvent } from '../../trace/event.js';
import { answerLine, answerOf } from '../netfilter/testing/answer-line.js';
import { runPlan } from '../run-plan.js';
import { probe } from '../testing/two-nodes.js';
import { type IpvsNodes, ipvsNodes } from './testing/ipvs-nodes.js';

/** `FROM PROTO ADDRESS:PORT` → who answered and whom he saw. */
function answers(asked: readonly string[], variant: Partial<IpvsNodes> = {}): string[] {
  return ask(ipvsNodes({ backend: 'host-gw', ...variant, probes: asked.map(probeOf) }));
}

function ask(plan: Plan): string[] {
  const first = { choose: (): number => 0 };
  return runPlan(plan, { oracle: first }).flatMap(({ flows }) => flows.map((flow) => answerLine(answerOf(flow))));
}

function probeOf(text: string, i: number): ProbePlan {
  const [from = '', ...what] = text.split(' ');
  return { ...probe(from, what.join(' '), { timeoutMs: 3900 }), id: `${i} ${text}`, sport: 20_001 + i };
}

function eventsOf(asked: string, variant: Partial<IpvsNodes> = {}): readonly TraceEvent[] {
  const [result] = runPlan(ipvsNodes({ backend: 'host-gw', ...variant, probes: [probeOf(asked, 0)] }), { record: true });
  return result?.flows[0]?.events ?? [];
}

function hooksOf(asked: string, netns: string): string[] {
  const hooks = eventsOf(asked).filter((event): event is HookEvent => event.kind === 'hook' && event.netns === netns && event.leg === 0);
  return hooks.map(({ hook }) => hook);
}

const UNKNOWN = 'unreachable ENETUNREACH by ICMP 3/0 from 203.0.113.1';

describe('IPVS, as known of real kernels:', () => {
  const cases: readonly [what: string, asked: string, expected: string][] = [
    ['a pod keeps its address', 'pod12 tcp 10.96.0.3:80', 'refused ECONNREFUSED by ICMP 3/3 from 10.96.0.3'],
    [
      'a pod calls a pod on another node',
      'pod13 udp 10.96.0.3:53',
      'pod22:53 sees 10.244.1.3:= call 10.244.2.2:53; the client is 10.244.1.3',
    ],
    ['a pod calls one beside it', 'pod13 tcp 10.96.0.2:80', 'pod12:80 sees 10.244.1.3:= call 10.244.1.2:80; the client is 10.244.1.3'],
    [
      'a pod that calls itself keeps its port',
      'pod12 tcp 10.96.0.2:80',
      'pod12:80 sees 10.244.1.1:= call 10.244.1.2:80; the client is 10.244.1.2',
    ],
    [
      'a node calls from the ClusterIP itself',
      'n1 tcp 10.96.0.1:80',
      'pod23:80 sees 192.168.1.11:* call 10.244.2.3:80; the client is 10.96.0.1',
    ],
    ['without a real server the ClusterIP refuses', 'pod12 tcp 10.96.0.4:80', 'refused ECONNREFUSED by ICMP 3/3 from 10.96.0.4'],
    ['a node is refused too', 'n1 tcp 10.96.0.4:80', 'refused ECONNREFUSED by ICMP 3/3 from 10.96.0.4'],
    ['a closed port refuses by itself', 'pod12 tcp 10.96.0.5:80', 'refused ECONNREFUSED'],
    ['a server on this very host', 'pod12 tcp 10.96.0.6:80', 'n1:22 sees 10.244.1.2:= call 192.168.1.11:22; the client is 10.244.1.2'],
    [
      'a server that is not there: the error comes from the ClusterIP',
      'pod12 tcp 10.96.0.7:80',
      'unreachable EHOSTUNREACH by ICMP 3/1 from 10.96.0.7',
    ],
    ['a port that no Service has is refused', 'pod12 tcp 10.96.0.1:81', 'refused ECONNREFUSED by ICMP 3/3 from 10.96.0.1'],
    ['so is a ping', 'pod12 icmp 10.96.0.1', 'refused ECONNREFUSED by ICMP 3/3 from 10.96.0.1'],
    [
      'a NodePort masquerades',
      'laptop tcp 192.168.1.11:30080',
      'pod22:80 sees 192.168.1.11:* call 10.244.2.2:80; the client is 203.0.113.9',
    ],
    [
      'a Local NodePort keeps the client',
      'laptop tcp 192.168.1.12:30081',
      'pod22:80 sees 203.0.113.9:= call 10.244.2.2:80; the client is 203.0.113.9',
    ],
    ['a NodePort without real server is refused', 'laptop tcp 192.168.1.11:30081', 'refused ECONNREFUSED by ICMP 3/3 from 192.168.1.11'],
    ['no NodePort at 127.0.0.1', 'n1 tcp 127.0.0.1:30080', 'refused ECONNREFUSED'],
    ['no ClusterIP from outside', 'laptop tcp 10.96.0.1:80', UNKNOWN],
  ];
  for (const [what, asked, expected] of cases) {
    it(`${what}: ${asked}`, () => {
      assert.deepEqual(answers([asked]), [expected]);
      if (!expected.includes('192.168.1.11:*')) assert.deepEqual(answers([asked], { backend: 'vxlan' }), [expected]);
    });
  }
  it('servers take turns', () => {
    const got = answers(new Array<string>(6).fill('pod13 tcp 10.96.0.1:80')).map((line) => line.slice(0, 5));
    assert.deepEqual(got, ['pod23', 'pod22', 'pod12', 'pod23', 'pod22', 'pod12']);
  });
});

describe('the way of a packet through IPVS', () => {
  it('a request never crosses FORWARD', () => {
    assert.deepEqual(hooksOf('pod12 udp 10.96.0.3:53', 'n1'), ['prerouting', 'input', 'output', 'postrouting']);
  });
  it('a request of the host itself begins OUTPUT twice', () => {
    assert.deepEqual(hooksOf('n1 udp 10.96.0.3:53', 'n1'), ['output', 'output', 'postrouting']);
  });
  it('one for a server on this host stays in INPUT', () => {
    assert.deepEqual(hooksOf('pod12 tcp 10.96.0.6:80', 'n1'), ['prerouting', 'input']);
  });
  it('an answer crosses FORWARD, where it is changed back', () => {
    const hooks = eventsOf('pod12 udp 10.96.0.3:53').filter((event): event is HookEvent => event.kind === 'hook' && event.netns === 'n1');
    const changed = hooks.filter(({ leg, nat }) => leg === 1 && nat.length > 0).map(({ hook, nat }) => `${hook} ${nat[0]?.side}`);
    assert.deepEqual(changed, ['forward src']);
  });
  it('each hop counts, and its end is told by the address called', () => {
    const sysctl = { pod12: { 'net.ipv4.ip_default_ttl': '1' } };
    assert.deepEqual(answers(['pod12 udp 10.96.0.3:53'], { sysctl }), ['unreachable EHOSTUNREACH by ICMP 11/0 from 10.96.0.3']);
  });
  it('a refusal says why', () => {
    const drop = eventsOf('pod12 tcp 10.96.0.4:80').find((event) => event.kind === 'drop');
    assert.deepEqual([drop?.reason, drop?.detail], ['IPVS_NO_SERVER', 'no real server of -t 10.96.0.4:80 takes it']);
  });
});

describe('without net.ipv4.vs.conntrack', () => {
  const sysctl = { n1: { 'net.ipv4.vs.conntrack': '0' } };
  it('nothing is masqueraded, so that a host waits in vain for another node', () => {
    // The other node takes the ClusterIP for its own address, and would not even answer ARP from it.
    assert.deepEqual(answers(['n1 tcp 192.168.1.12:22', 'n1 udp 10.96.0.3:53'], { sysctl })[1], 'timeout ETIMEDOUT');
  });
  it('a pod is answered through its node', () => {
    const expected = 'pod22:53 sees 10.244.1.2:= call 10.244.2.2:53; the client is 10.244.1.2';
    assert.deepEqual(answers(['pod12 udp 10.96.0.3:53'], { sysctl }), [expected]);
  });
});

describe('other services', () => {
  const vip = '192.168.1.100';
  const bind = (plan: Plan, netns: string, link: LinkPlan): Plan => {
    const space = plan.netns[netns];
    assert.ok(space);
    return { ...plan, netns: { ...plan.netns, [netns]: { ...space, links: [...space.links, link] } } };
  };
  const vipDevice: LinkPlan = { name: 'vip0', kind: 'dummy', addr: [`${vip}/32`] };

  it('direct routing leaves the packet as it is, and the server answers by itself', () => {
    const ipvs = [`-A -t ${vip}:22 -s rr`, `-a -t ${vip}:22 -r 192.168.1.12 -g`];
    const sysctl = { n2: { 'net.ipv4.conf.all.arp_ignore': '1' } };
    const plan = ipvsNodes({ backend: 'host-gw', ipvs, sysctl, probes: [probeOf(`laptop tcp ${vip}:22`, 0)] });
    const both = bind(bind(plan, 'n1', vipDevice), 'n2', vipDevice);
    assert.deepEqual(ask(both), [`n2:22 sees 203.0.113.9:= call ${vip}:22; the client is 203.0.113.9`]);
  });
  it('a tunnel carries the packet to a server that answers by itself', () => {
    const ipvs = [`-A -t ${vip}:22 -s rr`, `-a -t ${vip}:22 -r 192.168.1.12 -i`];
    const sysctl = { n2: { 'net.ipv4.conf.all.arp_ignore': '1' } };
    const plan = ipvsNodes({ backend: 'host-gw', ipvs, sysctl, probes: [probeOf(`laptop tcp ${vip}:22`, 0)] });
    const tunl0: LinkPlan = { name: 'tunl0', kind: 'ipip', addr: [`${vip}/32`] };
    const both = bind(bind(plan, 'n1', vipDevice), 'n2', tunl0);
    assert.deepEqual(ask(both), [`n2:22 sees 203.0.113.9:= call ${vip}:22; the client is 203.0.113.9`]);
    const events = runPlan(both, { record: true })[0]?.flows[0]?.events ?? [];
    const tunnel = events.flatMap((event) =>
      event.kind === 'encapsulate' ? [`${event.netns} ${formatIp(event.outer.dst)} ttl ${event.outer.ttl}`] : [],
    );
    assert.deepEqual([...new Set(tunnel)], ['n1 192.168.1.12 ttl 62']);
  });
  it('a mark calls a service, whatever the port', () => {
    const ipvs = ['-A -f 5 -s rr', '-a -f 5 -r 10.244.2.2 -m'];
    const plan = ipvsNodes({ backend: 'host-gw', ipvs, probes: [{ ...probeOf('n1 tcp 192.168.1.12:80', 0), mark: 5 }] });
    assert.deepEqual(ask(plan), ['pod22:80 sees 192.168.1.11:= call 10.244.2.2:80; the client is 192.168.1.11']);
  });
  const dropped = ['timeout ETIMEDOUT'];
  const open = ['pod22:53 sees 192.168.1.11:* call 10.244.2.2:53; the client is 10.96.0.3'];
  for (const [what, rule, expected] of [
    ['a service by address, protocol and port', '--vaddr 10.96.0.3/32 --vproto udp --vport 53', dropped],
    ['another port', '--vaddr 10.96.0.3/32 --vport 54', open],
    ['not this port', '! --vport 53', open],
    ['not another port', '! --vport 54', dropped],
    ['whatever IPVS has handled', '--ipvs', dropped],
    ['whatever it has not', '! --ipvs', open],
    ['the forwarding method', '--vmethod MASQ', dropped],
    ['another method', '--vmethod GATE', open],
    ['the direction', '--vdir ORIGINAL', dropped],
    ['the other direction', '--vdir REPLY', open],
  ] as const) {
    it(`-m ipvs knows ${what}: ${rule}`, () => {
      const filter = [`OUTPUT -s 10.96.0.3/32 -m ipvs ${rule} -j DROP`];
      assert.deepEqual(answers(['n1 udp 10.96.0.3:53'], { filter }), expected);
    });
  }

  it('what IPv6 lacks is not modelled: tunnels, and servers of the other family', () => {
    const plan = (server: string): Plan => {
      const links = [{ name: 'vip0', kind: 'dummy', addr: ['fd00::1/128', 'fd00:1::1/64'] }];
      const parts = { sysctl: {}, routes: [], rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
      const ipvs = `-A -t [fd00::1]:80 -s rr\n-a -t [fd00::1]:80 -r ${server}`;
      const probes = [{ id: 'one', netns: 'a', proto: 'tcp', dst: 'fd00::1', dport: 80 } as const];
      return { netns: { a: { ...parts, links, ipvs } }, listeners: [], probes };
    };
    assert.throws(() => ask(plan('[fd00:1::9]:80 -i')), /IPVS tunnels over IPv6 are not modelled/);
    assert.throws(() => ask(plan('10.0.0.9:80 -i')), /IPVS servers of the other family are not modelled/);
  });
});
