/**
 * A device from a link of a plan. Kinds that are not modelled are refused by name. A link without a MAC address gets one made of the
 * namespace's and its own name: the real one is random, so nothing may depend on it.
 */
import { maskOf } from '../../base/cidr.js';
import { inputError, unsupported } from '../../base/errors.js';
import { type Mac, parseMac } from '../../base/mac.js';
import type { LinkPlan } from '../../plan/plan.js';
import type { Device, DeviceAddress, DeviceConf, DeviceKind, Namespace } from '../namespace.js';
import { readAddr, readBridgeArgs, readBridgePort, readVxlanArgs } from '../plan-texts.js';
import { deviceConf, deviceForwards, deviceMax, deviceOr, type Sysctls } from '../sysctl.js';
import type { Bridge, BridgePort } from './bridge.js';
import { buildStacked } from './stacked.js';
import { buildTunnel, tunnelMtu } from './tunnel.js';
import type { Stacked } from './uppers.js';
import type { Vxlan } from './vxlan.js';
import { DecisionCache } from '../route/decision-cache.js';

const KINDS: Readonly<Record<string, DeviceKind>> = {
  lo: 'lo',
  loopback: 'lo',
  veth: 'veth',
  bridge: 'bridge',
  vxlan: 'vxlan',
  dummy: 'dummy',
  ipip: 'ipip',
  gre: 'gre',
  geneve: 'geneve',
  wireguard: 'wireguard',
  tun: 'tun',
  vlan: 'vlan',
  macvlan: 'macvlan',
  ipvlan: 'ipvlan',
};
/** Their packets have no link addresses. */
const NO_ADDRESS: readonly DeviceKind[] = ['lo', 'ipip', 'gre', 'wireguard', 'tun'];
const LO_MTU = 65536;
const DEFAULT_MTU = 1500;
const VXLAN_MTU = 1450;
const VXLAN6_MTU = 1430;

/** `lower` is the device that the link stands on. */
export function buildDevice(ns: Namespace, link: LinkPlan, lower?: Device): Device {
  const kind = link.name === 'lo' ? 'lo' : KINDS[link.kind];
  if (kind === undefined) throw unsupported('link-kind', `${ns.name}: links of kind ${link.kind} are not modelled (${link.name})`);
  const origin = `${ns.name} link ${link.name}`;
  const stacked = buildStacked(link, kind, lower, origin);
  const vxlan = kind === 'vxlan' ? buildVxlan(link, origin) : undefined;
  const tunnel = buildTunnel(ns, link, kind, origin);
  const mac = macOf(ns.name, link, kind, stacked);
  return {
    ns,
    name: link.name,
    kind,
    mac,
    mtu:
      link.mtu ??
      stacked?.lower.mtu ??
      tunnelMtu(ns, kind, tunnel) ??
      (kind === 'lo' ? LO_MTU : vxlan !== undefined ? (vxlan.overIpv6 ? VXLAN6_MTU : VXLAN_MTU) : DEFAULT_MTU),
    up: (link.up ?? true) && (stacked?.lower.up ?? true),
    noArp: kind === 'dummy' || NO_ADDRESS.includes(kind) || (stacked?.kind === 'ipvlan' && stacked.mode === 'l3'),
    addresses: readAddresses(link, kind, origin),
    planned6: readAddresses6(link, origin),
    conf: confOf(ns.sysctls, link.name),
    neighbours: new Map(),
    routed: new DecisionCache(),
    proxies: undefined,
    spoken: undefined,
    bridge: kind === 'bridge' ? buildBridge(link, mac, origin) : undefined,
    vxlan,
    tunnel,
    stacked,
    uppers: undefined,
    port: undefined,
    peer: undefined,
    declaredPeer: link.peer,
  };
}

/** A VLAN has the address of the device below unless it is given one, an ipvlan always. */
function macOf(netns: string, link: LinkPlan, kind: DeviceKind, stacked: Stacked | undefined): Mac {
  if (NO_ADDRESS.includes(kind)) return 0;
  if (stacked?.kind === 'ipvlan' || (stacked?.kind === 'vlan' && link.mac === undefined)) return stacked.lower.mac;
  return readMac(netns, link);
}

function readMac(netns: string, link: LinkPlan): Mac {
  if (link.mac === undefined) return madeUpMac(`${netns}/${link.name}`);
  const mac = parseMac(link.mac);
  if (mac !== undefined) return mac;
  throw inputError('bad-mac', `${netns}: ${link.name} has no proper MAC address: ${link.mac}`);
}

/** A locally administered address, by FNV-1a of the names. */
function madeUpMac(text: string): Mac {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return 0x02_00_00_00_00_00 + (hash >>> 0);
}

function readAddresses(link: LinkPlan, kind: DeviceKind, origin: string): readonly DeviceAddress[] {
  const texts = link.addr ?? [];
  const all = kind === 'lo' && !texts.some((text) => text.startsWith('127.0.0.1')) ? ['127.0.0.1/8', ...texts] : texts;
  const addresses: DeviceAddress[] = [];
  // A device that holds virtual addresses for IPVS has tens of thousands.
  const scopes = new Map<number, number>();
  for (const [i, text] of all.entries()) {
    const { ip, length, scope, noprefixroute } = readAddr(text, `${origin} addr[${i}]`);
    if (typeof ip !== 'number') continue;
    const subnet = ((ip & maskOf(length)) >>> 0) * 64 + length;
    const primary = scopes.get(subnet);
    if (primary !== undefined && primary !== scope)
      throw inputError('bad-scope', `${origin} addr[${i}]: ${text} is in the subnet of an address of another scope`);
    const secondary = primary !== undefined;
    if (!secondary) scopes.set(subnet, scope);
    addresses.push({ ip, length, scope, secondary, noPrefixRoute: noprefixroute });
  }
  return inOrder(addresses);
}

/** As the kernel lists them: primary ones of narrower scope first, secondary ones last (__inet_insert_ifa). */
function inOrder(addresses: readonly DeviceAddress[]): readonly DeviceAddress[] {
  if (addresses.every(({ scope, secondary }) => scope === addresses[0]?.scope && !secondary)) return addresses;
  const primary = addresses.filter(({ secondary }) => !secondary).sort((a, b) => b.scope - a.scope);
  return [...primary, ...addresses.filter(({ secondary }) => secondary)];
}

const NO_ADDRESSES: Device['planned6'] = [];

function readAddresses6(link: LinkPlan, origin: string): Device['planned6'] {
  const { addr } = link;
  if (addr === undefined || !addr.some((text) => text.includes(':'))) return NO_ADDRESSES;
  return addr.flatMap((text, i) => {
    const { ip, length, noprefixroute } = readAddr(text, `${origin} addr[${i}]`);
    return typeof ip === 'bigint' ? [{ ip, length, noprefixroute }] : [];
  });
}

interface KnownConf {
  /** Devices with a key of their own. */
  readonly named: ReadonlySet<string>;
  /** What every other device has. */
  readonly others: DeviceConf;
}

/** By the plan's sysctls, which all pods of a cluster share. */
const knownConfs = new WeakMap<Sysctls['values'], KnownConf>();

function confOf(sysctls: Sysctls, name: string): DeviceConf {
  let known = knownConfs.get(sysctls.values);
  if (known === undefined) {
    const keys = Object.keys(sysctls.values).filter((key) => key.startsWith('net.ipv4.conf.'));
    const named = new Set(keys.map((key) => key.slice('net.ipv4.conf.'.length, key.lastIndexOf('.')).replaceAll('/', '.')));
    known = { named, others: readConf(sysctls, NO_DEVICE) };
    knownConfs.set(sysctls.values, known);
  }
  return known.named.has(name) ? readConf(sysctls, name) : known.others;
}

/** A name that no device has. */
const NO_DEVICE = '*';

/** IN_DEV_RX_REDIRECTS: a router wants `all` and the device's. */
function acceptsRedirects(sysctls: Sysctls, name: string): boolean {
  if (!deviceForwards(sysctls, name)) return deviceOr(sysctls, name, 'accept_redirects');
  return deviceConf(sysctls, 'all', 'accept_redirects') !== 0 && deviceConf(sysctls, name, 'accept_redirects') !== 0;
}

function readConf(sysctls: Sysctls, name: string): DeviceConf {
  return {
    rpFilter: deviceMax(sysctls, name, 'rp_filter'),
    forwarding: deviceForwards(sysctls, name),
    acceptLocal: deviceOr(sysctls, name, 'accept_local'),
    srcValidMark: deviceOr(sysctls, name, 'src_valid_mark'),
    routeLocalnet: deviceOr(sysctls, name, 'route_localnet'),
    proxyArp: deviceOr(sysctls, name, 'proxy_arp'),
    arpIgnore: deviceMax(sysctls, name, 'arp_ignore'),
    arpAnnounce: deviceMax(sysctls, name, 'arp_announce'),
    arpFilter: deviceOr(sysctls, name, 'arp_filter'),
    forwardsBroadcasts: deviceConf(sysctls, 'all', 'bc_forwarding') !== 0 && deviceConf(sysctls, name, 'bc_forwarding') !== 0,
    sendRedirects: deviceOr(sysctls, name, 'send_redirects'),
    acceptRedirects: acceptsRedirects(sysctls, name),
    secureRedirects: deviceOr(sysctls, name, 'secure_redirects'),
    sharedMedia: deviceOr(sysctls, name, 'shared_media'),
  };
}

function buildBridge(link: LinkPlan, mac: Mac, origin: string): Bridge {
  const args = readBridgeArgs(link.args ?? '', origin);
  const fdb: Bridge['fdb'] = new Map([[mac, { port: undefined, seenUs: 0, ages: false }]]);
  const calls = { callsIptables: args.nfCallIptables, callsIp6tables: args.nfCallIp6tables };
  return {
    ports: [],
    fdb,
    given: [],
    ageingUs: args.ageingTimeCs * 10_000,
    hasOwnMtu: link.mtu !== undefined && link.mtu !== DEFAULT_MTU,
    ...calls,
  };
}

function buildVxlan(link: LinkPlan, origin: string): Vxlan {
  const args = readVxlanArgs(link.args ?? '', origin);
  const { local, remote } = args;
  const overIpv6 = typeof (local ?? remote) === 'bigint';
  if (local !== undefined && remote !== undefined && typeof local !== typeof remote)
    throw inputError('mixed-families', `${origin}: the local and the remote address must be of one family`);
  const fdb: Vxlan['fdb'] = new Map();
  if (remote !== undefined) fdb.set(0, { remotes: [{ ip: remote, port: args.dstport, bound: true }], seenUs: 0, ages: false });
  const ephemeral = args.srcPortMin === 0 && args.srcPortMax === 0;
  return {
    ...{
      vni: args.vni,
      port: args.dstport,
      overIpv6,
      local: local ?? (overIpv6 ? 0n : 0),
      lower: args.dev,
      learning: args.learning,
      ttl: args.ttl,
      fdb,
    },
    ageingUs: args.ageing * 1_000_000,
    portMin: ephemeral ? 32768 : args.srcPortMin,
    portMax: ephemeral ? 60999 : args.srcPortMax,
  };
}

/** Makes a device a port of the bridge that its link names as master; its MAC address is then the host's own. */
export function attachPort(ns: Namespace, link: LinkPlan): void {
  if (link.master === undefined) return;
  const device = ns.deviceByName.get(link.name) as Device;
  const bridge = ns.deviceByName.get(link.master);
  if (bridge?.bridge === undefined)
    throw inputError('no-such-bridge', `${ns.name}: the master ${link.master} of ${link.name} is not a bridge here`);
  const args = readBridgePort(link.slave ?? '', `${ns.name} link ${link.name} slave`);
  const { hairpin, learning, flood, broadcastFlood, multicastFlood, isolated } = args;
  const ports: BridgePort[] = [];
  const alone = { up: false, ports, names: [device.name], samePort: false };
  // One literal, so that every port has its fields in one order.
  const port: BridgePort = {
    device,
    bridge,
    hairpin,
    learning,
    flood,
    broadcastFlood,
    multicastFlood,
    isolated,
    alone,
    lastSrc: 0,
    lastSrcEntry: undefined,
    lastDst: 0,
    lastDstEntry: undefined,
  };
  ports.push(port);
  device.port = port;
  bridge.bridge.ports.push(port);
  if (!bridge.bridge.hasOwnMtu) fitToPort(bridge, bridge.bridge, device);
  bridge.bridge.fdb.set(device.mac, { port: undefined, seenUs: 0, ages: false });
}

/** A bridge that was not told otherwise takes no more than the least of its ports (br_mtu_auto_adjust). */
function fitToPort(device: Device, { ports }: Bridge, added: Device): void {
  (device as { mtu: number }).mtu = ports.length === 1 ? added.mtu : Math.min(device.mtu, added.mtu);
}
