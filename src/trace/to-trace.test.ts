import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { printTcpdump } from './print-tcpdump.js';
import { printTree } from './print-tree.js';
import { probabilityText } from './probability-text.js';
import { hit, icmpError, ip, NAMING, nat, record, Script, socket, tcp, vxlan } from './testing/build-record.test.js';
import { toTrace } from './to-trace.js';
import type { Flow, Outcome, Trace } from './trace.js';
import type { FlowRecord } from './flow-record.js';

const CLIENT = '10.244.1.2:40000';
const SERVICE = '10.96.0.10:80';
const ENDPOINT = '10.244.2.3:80';
const FLOW: Flow = { from: 'pod/default/a', to: 'svc/default/web', protocol: 'TCP', address: '10.96.0.10', port: 80 };

const JUMP = hit('nat', 'PREROUTING', 1, '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES');
const SEP = hit('nat', 'KUBE-SERVICES', 3, `-p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination ${ENDPOINT}`);
const MASQ = hit('nat', 'POSTROUTING', 2, '-m mark --mark 0x4000/0x4000 -j MASQUERADE');
const REJECT = hit('filter', 'KUBE-SERVICES', 1, '-d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable');
const DROP = hit('filter', 'FORWARD', 0, '');

/** Pod a to Service web, to pod b on the other node by VXLAN, and back. */
function delivered(source = CLIENT): FlowRecord {
  const called = tcp(CLIENT, SERVICE);
  const translated = tcp(CLIENT, ENDPOINT);
  const sent = tcp(source, ENDPOINT);
  const masquerade = source === CLIENT ? [] : [nat('MASQUERADE', 'src', CLIENT, source, MASQ)];
  const script = new Script().at('pod.default.a').sees(called);
  script.route('output', 'eth0', 'default via 10.244.1.1 dev eth0').tx('eth0');
  script.at('node1').rx('veth1', 'cni0');
  script.hook('prerouting', {
    inDevice: 'cni0',
    rules: [JUMP, SEP],
    nat: [nat('DNAT', 'dst', SERVICE, ENDPOINT, SEP)],
    becomes: translated,
  });
  script.route('forward', 'flannel.1', '10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink');
  script.hook('forward', { inDevice: 'cni0', outDevice: 'flannel.1' });
  script
    .hook('postrouting', { outDevice: 'flannel.1', rules: masquerade.length === 0 ? [] : [MASQ], nat: masquerade, becomes: sent })
    .tx('flannel.1');
  const outer = vxlan('192.168.1.10:51234', '192.168.1.20:8472', sent);
  const tunnel = { device: 'flannel.1', encapsulation: 'VXLAN', vni: 1, outer } as const;
  script
    .add({ kind: 'encapsulate', ...tunnel })
    .sees(outer)
    .tx('eth0')
    .at('node2')
    .rx('eth0')
    .sees(sent);
  script.add({ kind: 'decapsulate', ...tunnel }).rx('flannel.1');
  script.add({ kind: 'bridge', device: 'cni0', fromPort: undefined, to: ['veth2'] }).tx('veth2');
  script.at('pod.default.b').rx('eth0').deliver('eth0', 'b-80');
  const answer = tcp(ENDPOINT, source, 'S.');
  const back = tcp(SERVICE, CLIENT, 'S.');
  script.leg(1).sees(answer).tx('eth0').at('node1').rx('flannel.1');
  const undone = [nat('DNAT', 'src', ENDPOINT, SERVICE), ...(source === CLIENT ? [] : [nat('MASQUERADE', 'dst', source, CLIENT)])];
  script
    .hook('prerouting', { inDevice: 'flannel.1', nat: undone, becomes: back })
    .tx('cni0', 'veth1')
    .at('pod.default.a')
    .rx('eth0')
    .deliver('eth0');
  script
    .leg(2)
    .sees(tcp(CLIENT, SERVICE, '.'))
    .tx('eth0');
  return record(script, CLIENT, SERVICE, { server: 'b-80', seenSrc: socket(source), seenDst: socket(ENDPOINT) });
}

function rejected(): FlowRecord {
  const syn = tcp(CLIENT, SERVICE);
  const script = new Script().at('pod.default.a').sees(syn).tx('eth0').at('node1').rx('veth1', 'cni0');
  script.hook('forward', { inDevice: 'cni0', outDevice: 'eth0', rules: [REJECT], verdict: 'reject' });
  script.drop({ reason: 'NETFILTER_REJECT', hook: 'forward', rule: REJECT, device: 'cni0' }).answer(3, 3, '10.244.1.1');
  script
    .leg(1)
    .sees(icmpError('10.244.1.1', syn, 3, 3))
    .tx('cni0', 'veth1')
    .at('pod.default.a')
    .rx('eth0')
    .deliver('eth0');
  return record(script, CLIENT, SERVICE, { verdict: 'refused', errno: 'ECONNREFUSED', icmp: { type: 3, code: 3, from: ip('10.244.1.1') } });
}

function dropped(): FlowRecord {
  const script = new Script().at('pod.default.a').sees(tcp(CLIENT, SERVICE)).tx('eth0').at('node1').rx('veth1');
  script.drop({ reason: 'OTHERHOST', device: 'veth9' });
  script.hook('forward', { inDevice: 'cni0', rules: [DROP], verdict: 'drop' });
  script.drop({ reason: 'NETFILTER_DROP', hook: 'forward', rule: DROP });
  return record(script, CLIENT, SERVICE, { verdict: 'timeout', errno: 'ETIMEDOUT', pathMtu: undefined });
}

function closed(): FlowRecord {
  const script = new Script().at('pod.default.b').sees(tcp(CLIENT, ENDPOINT)).rx('eth0');
  script.drop({ reason: 'NO_SOCKET', device: 'eth0', detail: 'TCP' }).answer(-1, 0, '10.244.2.3');
  script
    .leg(1)
    .sees(tcp(ENDPOINT, CLIENT, 'R.'))
    .tx('eth0')
    .at('pod.default.a')
    .rx('eth0')
    .deliver('eth0');
  return record(script, CLIENT, ENDPOINT, { verdict: 'refused', errno: 'ECONNREFUSED' });
}

function only(flow: FlowRecord): Outcome {
  return toTrace(FLOW, [{ probability: 1, record: flow }], NAMING).outcomes[0] ?? assert.fail();
}

describe('the outcome of a flow', () => {
  it('says who answered and what both ends see', () => {
    const { verdict, server, clientSees, serverSees, snat, dnat, cause, pathMtu } = only(delivered());
    assert.deepEqual([verdict, server, snat, dnat, cause, pathMtu], ['delivered', 'pod/default/b', false, true, null, 1450]);
    assert.deepEqual(
      [clientSees, serverSees],
      [
        { src: CLIENT, dst: SERVICE },
        { src: CLIENT, dst: ENDPOINT },
      ],
    );
  });
  it('lists the translations of the request with their rules', () => {
    const { nat: steps } = only(delivered('10.244.1.0:51000'));
    assert.deepEqual(steps, [
      { node: 'node1', hook: 'prerouting', kind: 'DNAT', from: SERVICE, to: ENDPOINT, rule: SEP },
      { node: 'node1', hook: 'postrouting', kind: 'MASQUERADE', from: CLIENT, to: '10.244.1.0:51000', rule: MASQ },
    ]);
  });
  it('names both ends of a tunnel', () => {
    const outer = { src: '192.168.1.10:51234', dst: '192.168.1.20:8472' };
    assert.deepEqual(only(delivered()).encapsulations, [{ kind: 'VXLAN', from: 'node1', to: 'node2', outer, vni: 1 }]);
  });
  it('leaves the far end of a tunnel open where nothing came out', () => {
    const flow = delivered();
    const events = flow.events.filter((event) => event.kind !== 'decapsulate');
    assert.equal(only({ ...flow, events }).encapsulations[0]?.to, null);
  });
  it('is an SNAT when the server sees another address', () => assert.equal(only(delivered('10.244.1.0:40000')).snat, true));
  it('is an SNAT when a rule changed the port alone', () => assert.equal(only(delivered('10.244.1.2:50000')).snat, true));
  it('is none when the port changed without a rule, to keep connections apart', () => {
    const flow = delivered();
    assert.equal(only({ ...flow, seenSrc: socket('10.244.1.2:50000') }).snat, false);
  });
  it('goes by what was seen where nothing was recorded', () => {
    const { snat, dnat, request, nat: steps } = only({ ...delivered('10.244.1.0:40000'), events: [] });
    assert.deepEqual([snat, dnat, request, steps], [true, true, [], []]);
  });
  it('gives an echo the namespace that answered for a server', () => {
    const script = new Script().at('pod.default.a').sees(tcp(CLIENT, ENDPOINT)).tx('eth0').at('pod.default.b').deliver('eth0');
    assert.equal(only(record(script, CLIENT, ENDPOINT)).server, 'pod/default/b');
  });
  it("is unreachable where the client's own kernel refused to send", () => {
    const flow = record(new Script(), CLIENT, SERVICE, { verdict: 'error', errno: 'EINVAL', local: undefined });
    assert.deepEqual([only(flow).verdict, only(flow).clientSees.src], ['unreachable', '0.0.0.0:0']);
  });
});

describe('the hops of a flow', () => {
  it('are the first packet and the answer to it, timed from the beginning', () => {
    const { request, reply } = only(delivered());
    assert.deepEqual([request[0]?.t, request.at(-1)?.stage, reply[0]?.stage, reply.at(-1)?.stage], [0, 'deliver', 'tx', 'deliver']);
    assert.ok([...request, ...reply].every((hop) => !hop.packet.includes('Flags [.]')));
  });
  it('say what changed a packet, on its way there and back', () => {
    const { request, reply } = only(delivered('10.244.1.0:51000'));
    const changes = [...request, ...reply].flatMap((hop) => hop.change ?? []);
    const there = ['DNAT to 10.244.2.3:80', 'MASQUERADE to 10.244.1.0:51000', 'encapsulates in VXLAN', 'decapsulates VXLAN'];
    assert.deepEqual(changes, [...there, 'un-DNAT to 10.96.0.10:80, un-SNAT to 10.244.1.2:40000']);
  });
  it('leave ARP out unless it is asked for', () => {
    const frame = { kind: 'arp', op: 'request', src: 1, dst: 2, senderMac: 1, senderIp: 1, targetMac: 0, targetIp: 2 } as const;
    const script = new Script().at('pod.default.a').sees(tcp(CLIENT, SERVICE)).add({ kind: 'arp', device: 'eth0', frame }).tx('eth0');
    const runs = [{ probability: 1, record: record(script, CLIENT, SERVICE) }];
    const stages = (trace: Trace): readonly string[] | undefined => trace.outcomes[0]?.request.map((hop) => hop.stage);
    assert.deepEqual(stages(toTrace(FLOW, runs, NAMING)), ['tx']);
    assert.deepEqual(stages(toTrace(FLOW, runs, NAMING, { arp: true })), ['arp', 'tx']);
  });
  it('include a later packet where that decided', () => {
    const script = new Script().at('pod.default.a').sees(tcp(CLIENT, ENDPOINT)).tx('eth0');
    script
      .leg(1)
      .sees(tcp(ENDPOINT, CLIENT, 'S.'))
      .rx('eth0')
      .deliver('eth0');
    script
      .leg(2)
      .sees(tcp(CLIENT, ENDPOINT, '.'))
      .tx('eth0')
      .at('node1')
      .drop({ reason: 'CONNTRACK_INVALID' });
    const { request, cause } = only(record(script, CLIENT, ENDPOINT, { verdict: 'timeout' }));
    assert.deepEqual([request.map((hop) => hop.stage), cause?.reason, cause?.node], [['tx', 'tx', 'drop'], 'CONNTRACK_INVALID', 'node1']);
  });
});

describe('the cause', () => {
  it('of a rejected flow is the rule, and what is behind it', () => {
    assert.deepEqual(only(rejected()).cause, {
      node: 'node1',
      netns: 'node1',
      hook: 'forward',
      table: 'filter',
      chain: 'KUBE-SERVICES',
      rule: 1,
      text: `-A KUBE-SERVICES ${REJECT.text}`,
      reason: 'NETFILTER_REJECT',
      behind: { kind: 'Service', namespace: 'default', name: 'web', detail: 'it has no endpoints' },
    });
  });
  it('of a dropped flow may be a policy; what a switch flooded does not count', () => {
    const cause = only(dropped()).cause ?? assert.fail();
    assert.deepEqual(
      [cause.rule, cause.chain, cause.text, cause.reason, cause.behind],
      [null, 'FORWARD', '-P FORWARD DROP', 'NETFILTER_DROP', null],
    );
  });
  it('of a closed port is that no socket listens', () => {
    const cause = only(closed()).cause ?? assert.fail();
    assert.deepEqual(
      [cause.text, cause.reason, cause.netns, cause.hook],
      ['no socket listens on 10.244.2.3:80', 'NO_SOCKET', 'pod.default.b', null],
    );
  });
  it('of a lost answer is what rejected the packet in the first place', () => {
    const flow = rejected();
    const lost = new Script()
      .at('node1')
      .leg(1)
      .sees(icmpError('10.244.1.1', tcp(CLIENT, SERVICE), 3, 3))
      .drop({ reason: 'NEIGH_FAILED' });
    const events = [...flow.events.filter((event) => event.leg === 0), ...lost.events];
    assert.equal(only({ ...flow, verdict: 'timeout', icmp: undefined, events }).cause?.reason, 'NETFILTER_REJECT');
  });
  it('is told in the words of whoever dropped it, where no rule did', () => {
    const script = new Script().at('node1').sees(tcp(CLIENT, SERVICE));
    script.drop({ reason: 'IP_INNOROUTES', detail: 'no route to 10.96.0.10' }).answer(3, 0, '10.244.1.1');
    const cause = only(record(script, CLIENT, SERVICE, { verdict: 'unreachable' })).cause;
    assert.deepEqual([cause?.text, cause?.table, cause?.behind], ['no route to 10.96.0.10', null, null]);
  });
  it('is null where nothing was recorded', () => assert.equal(only({ ...dropped(), events: [] }).cause, null));
});

describe('equal outcomes', () => {
  const merge = (...records: FlowRecord[]): readonly number[] =>
    toTrace(
      FLOW,
      records.map((each) => ({ probability: 1 / records.length, record: each })),
      NAMING,
    ).outcomes.map((outcome) => outcome.probability);
  it('are one, and their probabilities add up', () => assert.deepEqual(merge(delivered(), delivered()), [1]));
  it('may differ in a port that was picked freely', () =>
    assert.deepEqual(merge(delivered('10.244.1.0:50001'), delivered('10.244.1.0:50002')), [1]));
  it('are two where the server sees another address', () =>
    assert.deepEqual(merge(delivered(), delivered('10.244.1.0:40000')), [0.5, 0.5]));
  it('are two where the fate is another', () =>
    assert.deepEqual(merge(delivered(), rejected(), delivered(), dropped()), [0.5, 0.25, 0.25]));
  it('are two where the same answer came another way', () => {
    const other = delivered();
    const events = other.events.filter((event) => event.kind !== 'rx' || event.device !== 'cni0');
    assert.deepEqual(merge(delivered(), { ...other, events }), [0.5, 0.5]);
  });
});

describe('printed traces', () => {
  const trace = toTrace(
    FLOW,
    [delivered('10.244.1.0:51000'), rejected(), dropped(), closed()].map((each) => ({ probability: 0.25, record: each })),
    NAMING,
  );
  it('as JSON hold everything', () => golden('service.json', `${JSON.stringify(trace, null, 1)}\n`));
  it('as JSON are the same after a copy', () => {
    assert.equal(JSON.stringify({ ...trace, outcomes: trace.outcomes.map((outcome) => ({ ...outcome })) }), JSON.stringify(trace));
  });
  it('as a tree fit into 80 columns', () => {
    const tree = printTree(trace);
    assert.ok(tree.split('\n').every((line) => line.length <= 80));
    golden('service.tree.txt', tree);
  });
  it('as tcpdump show what one tap sees', () => {
    const outcome = trace.outcomes[0] ?? assert.fail();
    golden('service.node1-any.tcpdump.txt', printTcpdump(outcome, { netns: 'node1', device: 'any' }));
    golden('service.node1-eth0.tcpdump.txt', printTcpdump(outcome, { netns: 'node1', device: 'eth0' }));
  });
  it('give probabilities as fractions', () => {
    assert.deepEqual([1, 0.5, 1 / 3, 2 / 3, 5 / 12, 0.123456].map(probabilityText), ['1', '1/2', '1/3', '2/3', '5/12', '0.1235']);
  });
});

/** HOPSPEC_UPDATE_GOLDEN=1 writes the text instead of comparing it. */
function golden(name: string, text: string): void {
  const file = new URL(`../../fixtures/trace/${name}`, import.meta.url);
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}
