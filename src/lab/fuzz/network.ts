/**
 * Random networks: two or three nodes on one or two segments, their pods on a bridge or on routed veths, reached by routes or by VXLAN, and a
 * host behind a router. Every sysctl that matters is set; MAC addresses are counted; redirects are off, for they use up what the kernel
 * allows of route errors.
 */
import { type Build, hex, type Host, mac, space } from './build.js';
import type { Chance } from './chance.js';
import { deviceSettings, wireMtu } from './device-settings.js';
import type { LinkDraft, NetnsDraft, PlanDraft } from './draft.js';
import { addMacvlans } from './macvlans.js';
import { policyRouting } from './policy-routing.js';

export interface Network {
  readonly draft: PlanDraft;
  readonly hosts: readonly Host[];
  /** Prefixes and addresses worth matching, of everything there is. */
  readonly prefixes: readonly string[];
}

const VXLAN = 'flannel.1';

export function randomNetwork(chance: Chance): Network {
  const build: Build = {
    chance,
    netns: {},
    hosts: [],
    nodes: chance.between(2, 3),
    segments: chance.maybe(35) ? 2 : 1,
    backend: chance.weighed([
      [5, 'routes'],
      [4, 'vxlan'],
      [1, 'vxlan-learning'],
    ]),
    macs: 0,
  };
  for (let segment = 1; segment <= build.segments; segment++) addSegment(build, segment);
  for (let node = 1; node <= build.nodes; node++) addNode(build, node);
  addOutside(build);
  for (let node = 1; node <= build.nodes; node++) if (chance.maybe(40)) policyRouting(build, node);
  for (let node = 1; node <= build.nodes; node++) if (chance.maybe(15)) addMacvlans(build, node);
  for (const netns of Object.values(build.netns)) {
    deviceSettings(netns, chance);
    untimed(netns);
  }
  const prefixes = ['192.168.1.0/24', '192.168.2.0/24', '203.0.113.0/24', '10.244.0.0/16', '10.96.0.0/16', '127.0.0.0/8', '10.0.0.0/8'];
  for (let node = 1; node <= build.nodes; node++) prefixes.push(`10.244.${node}.0/24`);
  return { draft: { netns: build.netns, listeners: [], probes: [] }, hosts: build.hosts, prefixes };
}

/** What takes time would hang on how fast the machine is: proxies answer at once, and no neighbour fails within a run. */
function untimed({ sysctl, links }: NetnsDraft): void {
  for (const { name, kind } of links) {
    if (kind === 'loopback') continue;
    sysctl[`net.ipv4.neigh.${name.replaceAll('.', '/')}.mcast_solicit`] = '1000';
    if (sysctl['net.ipv4.conf.all.proxy_arp'] === '1') sysctl[`net.ipv4.neigh.${name.replaceAll('.', '/')}.proxy_delay`] = '0';
  }
}

/** A pair between two namespaces: both ends, the first in `a`. */
function wire(build: Build, a: string, near: LinkDraft, b: string, far: Omit<LinkDraft, 'kind'>): void {
  const peer = { netns: b, name: far.name, mac: mac(build) };
  const mtu = wireMtu(build.chance);
  const size = mtu === undefined ? {} : { mtu };
  build.netns[a]?.links.push({ ...near, ...size, mac: near.mac ?? mac(build), peer });
  build.netns[b]?.links.push({ ...far, ...size, kind: 'veth', mac: peer.mac });
}

function addSegment(build: Build, segment: number): void {
  const name = `sw${segment}`;
  const sw = space(build, name, false);
  sw.sysctl['net.bridge.bridge-nf-call-iptables'] = build.chance.maybe(20) ? '1' : '0';
  sw.links.push({ name: 'br0', kind: 'bridge', mac: mac(build) });
}

function plug(build: Build, name: string, device: string, segment: number, addr: string[]): void {
  wire(build, name, { name: device, kind: 'veth', addr }, `sw${segment}`, { name: `p-${name}`, master: 'br0' });
}

function addNode(build: Build, n: number): void {
  const { chance } = build;
  const name = `n${n}`;
  const node = space(build, name, true);
  const addresses = [`192.168.1.1${n}`];
  if (chance.maybe(25)) addresses.push(`192.168.1.10${n}`);
  plug(
    build,
    name,
    'eth0',
    1,
    addresses.map((address) => `${address}/24`),
  );
  node.routes.push('default via 192.168.1.1');
  if (build.segments > 1 && chance.maybe(80)) {
    plug(build, name, 'eth1', 2, [`192.168.2.1${n}/24`]);
    addresses.push(`192.168.2.1${n}`);
  }
  if (chance.maybe(20)) {
    node.links.push({ name: 'lo', kind: 'loopback', addr: [`172.16.5.${n}/32`] });
    addresses.push(`172.16.5.${n}`);
  }
  const tunnel = build.backend !== 'routes';
  if (tunnel) addTunnel(build, n, node);
  for (let other = 1; other <= build.nodes; other++) {
    if (other !== n) node.routes.push(routeTo(build, other));
  }
  addresses.push(...addPods(build, n, node));
  if (tunnel) addresses.push(`10.244.${n}.0`);
  build.hosts.push({ name, kind: 'node', addresses });
}

function routeTo(build: Build, other: number): string {
  if (build.backend === 'routes') return `10.244.${other}.0/24 via 192.168.1.1${other}`;
  return `10.244.${other}.0/24 via 10.244.${other}.0 dev ${VXLAN} onlink`;
}

function addTunnel(build: Build, n: number, node: NetnsDraft): void {
  const learning = build.backend === 'vxlan-learning';
  const args = `id 1 dstport 8472 ${learning ? '' : 'nolearning '}local 192.168.1.1${n} dev eth0`;
  node.links.push({ name: VXLAN, kind: 'vxlan', args, mac: tunnelMac(n), mtu: 1450, addr: [`10.244.${n}.0/32`] });
  for (let other = 1; other <= build.nodes; other++) {
    if (other === n) continue;
    node.neigh.push(`10.244.${other}.0 lladdr ${tunnelMac(other)} dev ${VXLAN} nud permanent`);
    const to = learning ? '00:00:00:00:00:00' : tunnelMac(other);
    node.fdb.push(`${to} dev ${VXLAN} dst 192.168.1.1${other} self permanent`);
  }
}

function tunnelMac(n: number): string {
  return `0a:00:00:01:00:${hex(n)}`;
}

/** The node's own addresses among them. */
function addPods(build: Build, n: number, node: NetnsDraft): string[] {
  const routed = build.chance.maybe(25);
  const pods = build.chance.between(1, 2);
  if (!routed) node.links.push({ name: 'cni0', kind: 'bridge', mac: mac(build), addr: [`10.244.${n}.1/24`] });
  for (let k = 2; k < 2 + pods; k++) {
    if (routed) addRoutedPod(build, n, k, node);
    else addBridgedPod(build, n, k);
    build.hosts.push({ name: `pod${n}${k}`, kind: 'pod', addresses: [`10.244.${n}.${k}`] });
  }
  if (routed && build.chance.maybe(70)) node.routes.push(`blackhole 10.244.${n}.0/24`);
  return routed ? [] : [`10.244.${n}.1`];
}

function addBridgedPod(build: Build, n: number, k: number): void {
  const name = `pod${n}${k}`;
  const { chance } = build;
  const pod = space(build, name, false);
  const options = [
    'hairpin off',
    'hairpin on isolated on',
    'hairpin off isolated on',
    'hairpin on learning off',
    'hairpin on flood off',
    'learning off',
  ];
  const slave = chance.maybe(60) ? 'hairpin on' : chance.pick(options);
  wire(build, name, { name: 'eth0', kind: 'veth', addr: [`10.244.${n}.${k}/24`] }, `n${n}`, { name: `veth${k}`, master: 'cni0', slave });
  if (chance.maybe(95)) pod.routes.push(`default via 10.244.${n}.1`);
}

/** As Calico's: one gateway for all, answered by proxy ARP. */
function addRoutedPod(build: Build, n: number, k: number, node: NetnsDraft): void {
  const name = `pod${n}${k}`;
  const device = `cali${k}`;
  const pod = space(build, name, false);
  wire(build, name, { name: 'eth0', kind: 'veth', addr: [`10.244.${n}.${k}/32`] }, `n${n}`, { name: device });
  pod.routes.push('169.254.1.1 dev eth0 scope link', 'default via 169.254.1.1 dev eth0');
  node.routes.push(`10.244.${n}.${k} dev ${device} scope link`);
  node.sysctl[`net.ipv4.conf.${device}.proxy_arp`] = '1';
  node.sysctl[`net.ipv4.neigh.${device}.proxy_delay`] = '0';
  if (build.chance.maybe(50)) node.sysctl[`net.ipv4.conf.${device}.rp_filter`] = build.chance.pick(['1', '2']);
}

/** The default gateway of the nodes and a host behind it, or one on the segment. */
function addOutside(build: Build): void {
  const { chance } = build;
  const gw = space(build, 'gw', true);
  plug(build, 'gw', 'eth0', 1, ['192.168.1.1/24']);
  for (let n = 1; n <= build.nodes; n++) if (chance.maybe(60)) gw.routes.push(`10.244.${n}.0/24 via 192.168.1.1${n}`);
  if (build.segments > 1) plug(build, 'gw', 'eth1', 2, ['192.168.2.1/24']);
  if (chance.maybe(50)) gw.routes.push(`10.96.0.0/16 via 192.168.1.1${chance.between(1, build.nodes)}`);
  space(build, 'laptop', false);
  wire(build, 'laptop', { name: 'eth0', kind: 'veth', addr: ['203.0.113.9/24'] }, 'gw', { name: 'ext', addr: ['203.0.113.1/24'] });
  build.netns['laptop']?.routes.push('default via 203.0.113.1');
  const uplinks = build.segments > 1 ? ['192.168.1.1', '192.168.2.1'] : ['192.168.1.1'];
  build.hosts.push({ name: 'gw', kind: 'router', addresses: [...uplinks, '203.0.113.1'] });
  build.hosts.push({ name: 'laptop', kind: 'outside', addresses: ['203.0.113.9'] });
}
