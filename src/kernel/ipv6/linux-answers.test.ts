/**
 * IPv6: the same plans put to Linux and to this kernel. The answers of Linux (6.18) stand in fixtures/kernel/ipv6, one line for each probe;
 * with HOPSPEC_UPDATE_GOLDEN=1, as root, Linux itself is asked again. Ports that masquerading chose are written as `*`.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { unsupported } from '../../base/errors.js';
import type { Plan, ProbePlan } from '../../plan/plan.js';
import { writePlan } from '../../plan/plan-json.js';
import { type FlowJson, flowJson } from '../../trace/flow-json.js';
import { runPlan } from '../run-plan.js';
import { probe6, type TwoNodes6, twoNodes6 } from './testing/two-nodes.js';

const FOLDER = 'fixtures/kernel/ipv6';
const ASK_LINUX = process.env['HOPSPEC_UPDATE_GOLDEN'] === '1' && process.getuid?.() === 0;

const each = (froms: readonly string[], whats: readonly string[]): ProbePlan[] =>
  froms.flatMap((from) => whats.map((what) => probe6(from, what)));

const PODS = ['tcp [fd00:10:1::3]:80', 'tcp [fd00:10:2::2]:80', 'tcp [fd00:10:2::2]:81', 'icmp fd00:10:1::3', 'icmp fd00:10:2::2'];
const DATAGRAMS = ['udp [fd00:10:2::2]:53', 'udp [fd00:10:2::2]:54', 'udp [fd00:10:1::3]:53', 'udp [fd00:96::3]:53', 'udp [fd00:96::3]:54'];
const SERVICES = [1, 2, 4, 5, 99].map((n) => `tcp [fd00:96::${n}]:80`);
const NODE_PORTS = ['11', '12'].flatMap((n) => [30080, 30081].map((port) => `tcp [fd00:1::${n}]:${port}`));
const NODES = [...[22, 23, 30097, 30098, 30099].map((port) => `tcp [fd00:1::12]:${port}`), 'udp [fd00:1::12]:9', 'icmp fd00:1::12'];
const OUTSIDE = ['tcp [2001:db8:f::9]:443', 'tcp [2001:db8:f::9]:444', 'icmp 2001:db8:f::9'];
const OWN = ['tcp [fd00:10:1::1]:22', 'tcp [::1]:8000', 'icmp ::1', 'tcp [::]:22', 'tcp [fe80::1]:22', 'icmp fd00:10:1::'];

const ALL: readonly ProbePlan[] = [
  ...each(['pod12', 'n1'], [...PODS, ...DATAGRAMS, ...SERVICES, 'icmp fd00:96::1', ...NODE_PORTS, 'tcp [::1]:30080', ...NODES]),
  ...each(['pod12', 'n1'], [...OUTSIDE, ...OWN]),
  ...each(['laptop'], [...NODE_PORTS, ...NODES, 'tcp [fd00:10:2::2]:80', 'tcp [fd00:96::1]:80', 'icmp fd00:10:2::2']),
  ...each(['pod22', 'pod23', 'n2'], ['tcp [fd00:96::1]:80', 'tcp [fd00:96::2]:80']),
  ...[probe6('n1', 'tcp [fd00:10:2::2]:80', { src: 'fd00:10:1::1' }), probe6('n1', 'tcp [fd00:10:2::2]:80', { src: '2001:db8::9' })],
  ...[probe6('pod12', 'tcp [fd00:10:1::77]:80', { timeoutMs: 3900 }), probe6('n1', 'udp [fd00:10:1::77]:80', { timeoutMs: 3900 })],
  probe6('laptop', 'tcp [fd00:1::77]:80', { timeoutMs: 3900 }),
];
const SOME: readonly ProbePlan[] = [
  ...each(['pod12', 'n1'], [...PODS, ...DATAGRAMS, 'tcp [fd00:96::1]:80', 'tcp [fd00:96::2]:80', ...NODE_PORTS, ...OUTSIDE]),
  ...each(['laptop'], [...NODE_PORTS, 'tcp [fd00:1::12]:22', 'udp [fd00:1::12]:9', 'icmp fd00:1::12', 'tcp [fd00:96::1]:80']),
];

const onNodes = (values: Readonly<Record<string, string>>): TwoNodes6['sysctl'] => ({ n1: values, n2: values });
const onClients = (values: Readonly<Record<string, string>>): TwoNodes6['sysctl'] => ({ pod12: values, n1: values, laptop: values });

/** Named as the fixture, and as a sentence. */
const VARIANTS: readonly [string, string, TwoNodes6][] = [
  ['host-gw', 'pods, Services, node ports and refusals', { probes: ALL }],
  ['no-bridge-nf', 'bridged frames past ip6tables', { sysctl: onNodes({ 'net.bridge.bridge-nf-call-ip6tables': '0' }), probes: SOME }],
  ['no-forwarding', 'a node that does not forward', { sysctl: { n1: { 'net.ipv6.conf.all.forwarding': '0' } }, probes: SOME }],
  ['hop-limit-1', 'a hop limit of 1', { sysctl: onClients({ 'net.ipv6.conf.default.hop_limit': '1' }), probes: SOME }],
  ['hop-limit-2', 'a hop limit of 2', { sysctl: onClients({ 'net.ipv6.conf.default.hop_limit': '2' }), probes: SOME }],
  ['hairpin-off', 'ports that send nothing back', { slave: 'hairpin off', probes: SOME }],
  ['isolated', 'isolated bridge ports', { slave: 'hairpin on isolated on', probes: SOME }],
  ['no-default', 'hosts without a default route', { withoutDefault: ['pod12', 'n1'], probes: SOME }],
  ['vxlan', 'the same with IPv6 in VXLAN', { backend: 'vxlan', probes: ALL }],
];

/** `ID → verdict …`: who answered and what he saw, or the errno and the ICMP error. */
function line(id: string, answer: Omit<FlowJson, 'ms' | 'path'>): string {
  const { verdict, server, seen_src: src, seen_dst: dst, local, errno, icmp } = answer;
  const said = icmp === null ? '' : ` by ICMP ${icmp.type}/${icmp.code} from ${icmp.from}`;
  if (verdict !== 'delivered') return `${id} → ${verdict} ${errno}${said}`;
  if (server === null || src === null) return `${id} → delivered; the client is ${local}`;
  const [ip, port] = src.split(']:');
  const [own, kept] = (local ?? '').split(']:');
  return `${id} → delivered to ${server}, which sees ${ip?.slice(1)} ${port === kept ? '=' : '*'} call ${dst}; the client is ${own?.slice(1)}`;
}

function ask(plan: Plan): string {
  return runPlan(plan)
    .map(({ id, flows: [flow] }) => `${line(id, flowJson(flow ?? assert.fail(id)))}\n`)
    .join('');
}

function askLinux(plan: Plan): string {
  const input = JSON.stringify(writePlan(plan));
  const result = JSON.parse(execFileSync('python3', ['src/lab/executor/main.py'], { input, encoding: 'utf8' }));
  if (result.error !== undefined) throw unsupported('lab', JSON.stringify(result.error));
  return result.probes.map(({ id, flows: [flow] }: { id: string; flows: FlowJson[] }) => `${line(id, flow as FlowJson)}\n`).join('');
}

describe('this kernel answers as Linux does over IPv6:', () => {
  for (const [name, sentence, variant] of VARIANTS) {
    it(sentence, () => {
      const plan = twoNodes6(variant);
      const file = `${FOLDER}/${name}.txt`;
      if (ASK_LINUX) writeFileSync(file, askLinux(plan));
      assert.equal(ask(plan), readFileSync(file, 'utf8'));
    });
  }
});
