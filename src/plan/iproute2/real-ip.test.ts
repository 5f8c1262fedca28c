import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { formatCidr } from '../../base/cidr.js';
import { HopspecError } from '../../base/errors.js';
import { formatIp, type Ip } from '../../base/ip.js';
import { parseRoute, type RouteEntry, type RouteType } from './route.js';
import { parseRule, type RuleEntry } from './rule.js';

const skip =
  process.getuid?.() !== 0
    ? 'needs root'
    : !runs('which', ['ip'])
      ? 'needs ip'
      : !runs('unshare', ['-n', 'true'])
        ? 'needs namespaces'
        : false;

const SET_UP = `
ip link set lo up
ip link add eth0 type veth peer name p0 && ip link set eth0 up && ip link set p0 up && ip addr add 10.0.0.5/24 dev eth0
ip link add cni0 type bridge && ip link set cni0 up
`;

const ROUTES = [
  'default via 10.0.0.1 dev eth0',
  'default via 10.0.0.1',
  '0.0.0.0/0 dev eth0 metric 7',
  '10.1.0.0/16 dev cni0',
  '10.1.0.9 dev cni0 scope link',
  '10.244.2.0/24 via 10.244.2.0 dev cni0 onlink',
  '10.3.0.0/24 dev eth0 src 10.0.0.5 metric 100 mtu lock 1400',
  '10.3.0.0/24 dev eth0 metric 0x10 mtu 1400',
  '10.3.0.0/24 dev eth0 scope 10',
  '10.3.0.0/24 dev eth0 table local',
  '10.3.0.0/24 dev eth0 table 1000',
  '10.3.0.0/24 via inet 10.0.0.3',
  'blackhole 10.244.0.0/16',
  'local 10.9.9.9 dev lo',
  'local 10.9.0.0/16 dev lo scope host table 100',
  'throw 10.0.0.0/8 table 100',
  'to unreachable 10.0.0.0/8 advmss 1200',
  'prohibit default metric 5',
  'broadcast 10.7.0.255 dev eth0',
  '10.5.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 2 nexthop via 10.0.0.2 onlink dev eth0',
  '10.0.0.7/24 dev eth0',
  '10.6.0.0/24 dve eth0',
  '10.6.0.0/24 via',
  '10.6.0.0/24',
  'dev eth0',
  'local 10.6.0.0/24',
  'blackhole 10.6.0.0/24 dev eth0',
  'unreachable 10.6.0.0/24 via 10.0.0.1',
  '10.6.0.0/24 to 10.1.0.0/24 dev eth0',
  '10.6.0.0/24 dev eth0 metric -1',
  '10.6.0.0/24 dev eth0 table vpn',
  '10.6.0.0/33 dev eth0',
  '10.6.0.0/24 via 10.0.0.256',
];

const RULES = [
  'from 10.0.0.0/8 lookup 100 priority 90',
  'from all fwmark 0x1 lookup 100',
  'fwmark 0x4000/0xff00 table main pref 5',
  'from 10.0.0.1 to 10.1.0.0/16 iif eth0 oif lo lookup local priority 7',
  'to 10.2.0.0/16 blackhole',
  'from all unreachable',
  'prohibit iif eth0',
  'from 10.0.0.0/33 lookup 100',
  'from all lookup nosuch',
  'from all fwmark x lookup 100',
  'from all fwmark 1/2/3 lookup 100',
  'from all lookup 100 priority',
  ...[
    'not from 10.0.0.0/8 lookup 100',
    'tos 0x10 lookup 100',
    'tos 10 lookup 100',
    'tos ff lookup 100',
    'tos 0xb8 lookup 100',
    'tos x lookup 100',
  ],
  ...[
    'ipproto tcp dport 80 lookup 100',
    'ipproto nosuch lookup 100',
    'ipproto 300 lookup 100',
    'sport 5-7 lookup 100',
    'sport 7-5 lookup 100',
  ],
  ...['uidrange 0-5 lookup 100', 'uidrange 5-0 lookup 100', 'lookup 100 suppress_prefixlength 0'],
  ...[
    'goto 5 priority 9',
    'fwmark 0x13/0x3 lookup 100',
    'goto',
    'ipproto udp sport 0 lookup 100',
    'dport 0-5 lookup 100',
    'uidrange 5 lookup 100',
  ],
];

describe('the real ip reads routes and rules as we do', { skip }, () => {
  const routes = addEach('route', 'ip route add $t && ip -j -d -N route show table all proto boot', 'ip route del $t', ROUTES);
  for (const [i, text] of ROUTES.entries())
    it(`route ${text}`, () =>
      assert.deepEqual(
        ours(() => showRoute(parseRoute(text))),
        routes[i]?.map(showRealRoute) ?? 'refused',
      ));
  const rules = addEach('rule', 'ip rule add $t && ip -j -N rule show', 'ip rule del $t', RULES);
  for (const [i, text] of RULES.entries())
    it(`rule ${text}`, () =>
      assert.deepEqual(
        ours(() => showRule(parseRule(text))),
        rules[i]?.filter(isAdded).map(showRealRule) ?? 'refused',
      ));
});

type Json = Readonly<Record<string, unknown>>;

function ours(read: () => Json): readonly Json[] | 'refused' {
  try {
    return [read()];
  } catch (error) {
    assert.ok(error instanceof HopspecError, String(error));
    return 'refused';
  }
}

/** What the tool lists after each text was added, or undefined where it refused; one namespace for all. */
function addEach(what: string, add: string, remove: string, texts: readonly string[]): readonly (readonly Json[] | undefined)[] {
  if (skip !== false) return [];
  const script = `${SET_UP}\nwhile IFS= read -r t; do { ${add} 2>&- && ${remove}; } | tr -d '\\n' || true; echo; done`;
  const out = execFileSync('unshare', ['-n', 'sh', '-c', script], {
    input: texts.map((text) => `${text}\n`).join(''),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = out.split('\n');
  assert.equal(lines.length, texts.length + 1, `${what}: ${out}`);
  return texts.map((_, i) => (lines[i]?.startsWith('[') ? (JSON.parse(lines[i]) as Json[]) : undefined));
}

const TYPES: Readonly<Record<string, RouteType>> = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
};

/** Less the device that the kernel finds for a gateway without one. */
function showRoute(route: RouteEntry): Json {
  const { type, via, src, metric, table, scope, onlink, mtu, advmss, nexthops } = route;
  const legs = nexthops.map((leg) => `${ipText(leg.via)} ${leg.weight} ${leg.onlink}`);
  const dst = formatCidr(route.dst);
  return {
    type,
    dst: dst === '0.0.0.0/0' ? 'default' : dst.replace(/\/32$/, ''),
    via: ipText(via),
    src: ipText(src),
    metric,
    table,
    scope,
    onlink,
    mtu,
    advmss,
    legs,
  };
}

function showRealRoute(route: Json): Json {
  const metrics = (route['metrics'] as { mtu?: number; advmss?: number }[] | undefined)?.[0];
  const nexthops = (route['nexthops'] ?? []) as { gateway?: string; weight: number; flags: string[] }[];
  return {
    type: TYPES[String(route['type'])],
    dst: route['dst'],
    via: route['gateway'],
    src: route['prefsrc'],
    metric: route['metric'] ?? 0,
    table: Number(route['table']),
    scope: Number(route['scope']),
    onlink: (route['flags'] as string[]).includes('onlink'),
    mtu: metrics?.mtu,
    advmss: metrics?.advmss,
    legs: nexthops.map((leg) => `${leg.gateway} ${leg.weight} ${leg.flags.includes('onlink')}`),
  };
}

function showRule(rule: RuleEntry): Json {
  const { priority, from, to, iif, oif, fwmark, fwmask, action, table } = rule;
  const mark = fwmark === undefined ? undefined : `${fwmark >>> 0}/${fwmask >>> 0}`;
  const prefix = (value: RuleEntry['from']): string | undefined => (value === undefined ? undefined : formatCidr(value));
  return {
    priority: priority ?? 32765,
    from: prefix(from),
    to: prefix(to),
    iif,
    oif,
    mark,
    action,
    table: action === 'lookup' ? table : 0,
  };
}

const BUILT_IN = [0, 32766, 32767];

function isAdded(rule: Json): boolean {
  return !BUILT_IN.includes(rule['priority'] as number);
}

function showRealRule(rule: Json): Json {
  const prefix = (address?: string, length = 32): string | undefined =>
    address === undefined || address === 'all' ? undefined : `${address}/${length}`;
  const mark = rule['fwmark'] === undefined ? undefined : `${Number(rule['fwmark'])}/${Number(rule['fwmask'] ?? 0xffffffff)}`;
  const lookup = rule['table'] !== undefined;
  return {
    priority: rule['priority'],
    from: prefix(rule['src'] as string | undefined, rule['srclen'] as number | undefined),
    to: prefix(rule['dst'] as string | undefined, rule['dstlen'] as number | undefined),
    iif: rule['iif'],
    oif: rule['oif'],
    mark,
    action: lookup ? 'lookup' : TYPES[String(rule['action'])],
    table: lookup ? Number(rule['table']) : 0,
  };
}

function ipText(ip: Ip | undefined): string | undefined {
  return ip === undefined ? undefined : formatIp(ip);
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
