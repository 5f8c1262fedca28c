/**
 * A namespace from its plan: devices with their sysctls, bridge ports, fdb and neighbours, routes, listeners. `lo` is always there
 * and up with 127.0.0.1/8. What the plan says and this kernel does not model is refused by name, most of it before any packet.
 */
import { inputError, unsupported } from '../base/errors.js';
import { type Ip, parseIp } from '../base/ip.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, PlanSource } from '../plan/plan.js';
import { attachPort, buildDevice } from './link/build-device.js';
import { isStackedKind } from './link/stacked.js';
import { checkWireguardNames } from './link/tunnel.js';
import type { Upper } from './link/uppers.js';
import type { Wireguard } from './link/wireguard.js';
import type { Device, Namespace } from './namespace.js';
import { reachableUs } from './neigh/verify.js';
import { knownNeighbour, type Neighbour } from './neigh/neighbour.js';
import type { Netfilter } from './netfilter/contract.js';
import { readFdb, readNeigh } from './plan-texts.js';
import { nftProgram } from './nft/base-chains.js';
import { buildFib } from './route/build-fib.js';
import { buildListeners } from './socket/listeners.js';
import { type Sysctls, sysctlValue } from './sysctl.js';
import { refuseUnmodelledSysctls } from './unmodelled-sysctl.js';

/** What a namespace needs of what is around it. */
export interface Surroundings {
  /** Makes netfilter for a namespace that is nearly built. */
  makeNetfilter(ns: Namespace): Netfilter;
  /** A device of another namespace, on which one of this stands. */
  readonly deviceIn?: (netns: string, name: string) => Device | undefined;
  /** Devices of other namespaces that stand on one of this. */
  readonly uppers?: ReturnType<NonNullable<PlanSource['uppers']>>;
}

export function buildNamespace(name: string, plan: NetnsPlan, listeners: readonly ListenerPlan[], around: Surroundings): Namespace {
  refuseUnmodelledSysctls(name, plan.sysctl);
  const sysctls: Sysctls = { values: plan.sysctl };
  const devices: Device[] = [];
  const deviceByName = new Map<string, Device>();
  const ns = shell(name, plan, sysctls, { devices, deviceByName, listeners: buildListeners(listeners) });
  addDevices(ns, devices, deviceByName, around);
  checkWireguardNames(ns);
  for (const [i, text] of plan.neigh.entries()) addNeighbour(ns, text, `${name} neigh[${i}]`);
  for (const [i, text] of plan.fdb.entries()) addFdb(ns, text, `${name} fdb[${i}]`);
  for (const [device, addresses] of Object.entries(plan.speakers ?? {})) addSpeaker(ns, device, addresses);
  const built = ns as { -readonly [K in keyof Namespace]: Namespace[K] };
  built.lo = deviceByName.get('lo') as Device;
  built.fib = buildFib(ns, plan);
  built.tunnelPorts = tunnelPorts(devices);
  built.ipTunnels = devices.filter(({ kind, up }) => up && (kind === 'ipip' || kind === 'gre'));
  built.wireguards = devices.flatMap(({ tunnel }) => (tunnel?.kind === 'wireguard' ? tunnel : []));
  built.netfilter = around.makeNetfilter(ns);
  built.filtering = isFiltering(ns);
  for (const { bridge } of devices) if (bridge !== undefined) bridge.given = [...bridge.fdb].map(([mac, entry]) => [mac, { ...entry }]);
  return ns;
}

/** Whether packets of either family pass rules. */
export function isFiltering({ name, plan, netfilter }: Namespace): boolean {
  return netfilter.active || (plan.ip6tables?.tables.size ?? 0) > 0 || nftProgram(plan.nft, 'ip6', `${name} nft`) !== undefined;
}

const MESSAGES_PER_SECOND = 'net.ipv4.icmp_msgs_per_sec';

/** Fewer than by default, but not none, would be a matter of chance. */
function isSilent(sysctls: Sysctls, name: string): boolean {
  const limit = sysctlValue(sysctls, MESSAGES_PER_SECOND);
  if (limit > 0 && limit < sysctlValue({ values: {} }, MESSAGES_PER_SECOND))
    throw unsupported('icmp-msgs-per-sec', `${name}: ${MESSAGES_PER_SECOND} ${limit}, a limit by chance, is not modelled`);
  return limit === 0;
}

type Parts = Pick<Namespace, 'devices' | 'deviceByName' | 'listeners'>;

/** All fields in their final order, so that every namespace has one shape; the later ones are filled in by buildNamespace. */
function shell(name: string, plan: NetnsPlan, sysctls: Sysctls, parts: Parts): Namespace {
  return {
    name,
    plan,
    sysctls,
    devices: parts.devices,
    deviceByName: parts.deviceByName,
    lo: undefined as unknown as Device,
    fib: undefined as unknown as Namespace['fib'],
    netfilter: undefined as unknown as Netfilter,
    filtering: false,
    bridgeCallsIptables: sysctlValue(sysctls, 'net.bridge.bridge-nf-call-iptables') !== 0,
    findsPathMtu: sysctlValue(sysctls, 'net.ipv4.ip_no_pmtu_disc') === 0,
    defaultTtl: sysctlValue(sysctls, 'net.ipv4.ip_default_ttl'),
    icmpRatelimitMs: sysctlValue(sysctls, 'net.ipv4.icmp_ratelimit'),
    icmpRatemask: sysctlValue(sysctls, 'net.ipv4.icmp_ratemask'),
    icmpSilent: isSilent(sysctls, name),
    inboundIfaddr: sysctlValue(sysctls, 'net.ipv4.icmp_errors_use_inbound_ifaddr') !== 0,
    listeners: parts.listeners,
    tunnelPorts: new Map(),
    ipTunnels: [],
    wireguards: [] as readonly Wireguard[],
    icmpTokens: new Map(),
    pathMtus: new Map(),
    redirects: new Map(),
    ipv6: undefined,
    touched: false,
  };
}

function addDevices(ns: Namespace, devices: Device[], deviceByName: Map<string, Device>, around: Surroundings): void {
  const { plan } = ns;
  const lo = plan.links.find((link) => link.name === 'lo');
  const links = [lo ?? { name: 'lo', kind: 'lo' }, ...plan.links.filter((link) => link.name !== 'lo')];
  const names = new Set<string>();
  for (const link of links) {
    if (names.has(link.name)) throw inputError('duplicate-device', `${ns.name}: two links are called ${link.name}`);
    names.add(link.name);
  }
  for (const link of links) devices.push(addDevice(ns, link, deviceByName, around));
  for (const link of links) attachPort(ns, link);
  const stacked = links.filter(({ kind, link }) => isStackedKind(kind) && link !== undefined && (link.netns ?? ns.name) === ns.name);
  for (const device of devices) device.uppers = uppersOn(ns, stacked, device.name, around);
}

/** After the device that it stands on. */
function addDevice(ns: Namespace, link: LinkPlan, deviceByName: Map<string, Device>, around: Surroundings): Device {
  const known = deviceByName.get(link.name);
  if (known !== undefined) return known;
  const device = buildDevice(ns, link, deviceBelow(ns, link, deviceByName, around));
  deviceByName.set(link.name, device);
  return device;
}

function deviceBelow(ns: Namespace, link: LinkPlan, deviceByName: Map<string, Device>, around: Surroundings): Device | undefined {
  const { link: below } = link;
  if (below === undefined) return undefined;
  if (below.netns !== undefined && below.netns !== ns.name) return deviceOr(around.deviceIn?.(below.netns, below.name), ns, link);
  const other = ns.plan.links.find(({ name }) => name === below.name && name !== link.name);
  if (other?.link !== undefined && !deviceByName.has(other.name) && ns.plan.links.indexOf(other) > ns.plan.links.indexOf(link)) {
    throw inputError('link-order', `${ns.name}: ${link.name} stands on ${other.name}, which stands on another device and is listed later`);
  }
  return deviceOr(other === undefined ? deviceByName.get(below.name) : addDevice(ns, other, deviceByName, around), ns, link);
}

function deviceOr(device: Device | undefined, ns: Namespace, link: LinkPlan): Device {
  if (device !== undefined) return device;
  throw inputError('no-such-device', `${ns.name}: Cannot find device "${link.link?.name}", on which ${link.name} stands`);
}

/** Devices on top, of this namespace and of others; undefined where there are none. */
function uppersOn(ns: Namespace, stacked: readonly LinkPlan[], name: string, around: Surroundings): readonly Upper[] | undefined {
  const here = stacked.filter(({ link }) => link?.name === name);
  const there = around.uppers?.get(name) ?? [];
  if (here.length === 0 && there.length === 0) return undefined;
  return [...here.map((link) => ({ netns: ns.name, name: link.name })), ...there].map((upper) => ({ ...upper, device: undefined }));
}

function deviceOf(ns: Namespace, name: string, text: string): Device {
  const device = ns.deviceByName.get(name);
  if (device !== undefined) return device;
  throw inputError('no-such-device', `${ns.name}: Cannot find device "${name}" of: ${text}`);
}

function addNeighbour(ns: Namespace, text: string, origin: string): void {
  const entry = readNeigh(text, origin);
  const device = deviceOf(ns, entry.dev, text);
  if (entry.proxy) {
    (device as { proxies: ReadonlySet<Ip> }).proxies = new Set([...(device.proxies ?? []), entry.ip]);
    return;
  }
  if (entry.state === 'failed' || entry.state === 'none') return;
  const lasting = entry.state === 'permanent' || entry.state === 'noarp';
  const known = (stale: number | undefined): Neighbour =>
    knownNeighbour(entry.ip, device, entry.mac ?? 0, lasting ? 'permanent' : 'reachable', stale);
  device.neighbours.set(entry.ip, known(lasting ? undefined : entry.state === 'reachable' ? reachableUs(device, entry.ip) : 0));
}

function addSpeaker(ns: Namespace, name: string, addresses: readonly string[]): void {
  const device = deviceOf(ns, name, `speakers of ${ns.name}`);
  (device as { spoken: ReadonlySet<Ip> }).spoken = new Set(addresses.flatMap((text) => parseIp(text) ?? []));
}

function addFdb(ns: Namespace, text: string, origin: string): void {
  const entry = readFdb(text, origin);
  const device = deviceOf(ns, entry.dev, text);
  if (device.vxlan !== undefined && entry.self) {
    if (entry.dst === undefined) return;
    if ((typeof entry.dst === 'bigint') !== device.vxlan.overIpv6)
      throw inputError('mixed-families', `${ns.name}: ${device.name} has no remotes of that family: ${text}`);
    const remote = { ip: entry.dst, port: entry.port ?? device.vxlan.port };
    const known = device.vxlan.fdb.get(entry.mac)?.remotes ?? [];
    device.vxlan.fdb.set(entry.mac, { remotes: [...known, remote], seenUs: 0, ages: false });
    return;
  }
  const bridge = device.port?.bridge.bridge ?? device.bridge;
  if (bridge === undefined) throw inputError('no-fdb', `${ns.name}: ${device.name} has no forwarding table for: ${text}`);
  bridge.fdb.set(entry.mac, { port: entry.state === 'permanent' ? undefined : device.port, seenUs: 0, ages: entry.state === 'dynamic' });
}

function tunnelPorts(devices: readonly Device[]): ReadonlyMap<number, readonly Device[]> {
  const byPort = new Map<number, Device[]>();
  for (const device of devices) {
    const port = device.up ? portOf(device) : undefined;
    if (port !== undefined) byPort.set(port, [...(byPort.get(port) ?? []), device]);
  }
  return byPort;
}

function portOf({ vxlan, tunnel }: Device): number | undefined {
  if (vxlan !== undefined) return vxlan.port;
  if (tunnel?.kind === 'geneve') return tunnel.dstport;
  return tunnel?.kind === 'wireguard' || tunnel?.kind === 'tun' ? tunnel.port : undefined;
}
