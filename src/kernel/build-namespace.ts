/**
 * A namespace from its plan: devices with their sysctls, bridge ports, fdb and neighbours, routes, listeners. `lo` is always there
 * and up with 127.0.0.1/8. What the plan says and this kernel does not model is refused by name here, before any packet.
 */
import { inputError, unsupported } from '../base/errors.js';
import type { Ipv4 } from '../base/ip.js';
import type { ListenerPlan, NetnsPlan } from '../plan/plan.js';
import { attachPort, buildDevice } from './link/build-device.js';
import type { Device, Namespace } from './namespace.js';
import { knownNeighbour } from './neigh/neighbour.js';
import type { Netfilter } from './netfilter/contract.js';
import { readFdb, readNeigh } from './plan-texts.js';
import { buildFib } from './route/build-fib.js';
import { buildListeners } from './socket/listeners.js';
import { type Sysctls, sysctlValue } from './sysctl.js';

/** Makes netfilter for a namespace that is nearly built. */
export type NetfilterMaker = (ns: Namespace) => Netfilter;

export function buildNamespace(
  name: string,
  plan: NetnsPlan,
  listeners: readonly ListenerPlan[],
  makeNetfilter: NetfilterMaker,
): Namespace {
  refuseUnmodelled(name, plan);
  const sysctls: Sysctls = { values: plan.sysctl };
  const devices: Device[] = [];
  const deviceByName = new Map<string, Device>();
  const ns = shell(name, plan, sysctls, { devices, deviceByName, listeners: buildListeners(listeners) });
  addDevices(ns, devices, deviceByName);
  for (const [i, text] of plan.neigh.entries()) addNeighbour(ns, text, `${name} neigh[${i}]`);
  for (const [i, text] of plan.fdb.entries()) addFdb(ns, text, `${name} fdb[${i}]`);
  const built = ns as { -readonly [K in keyof Namespace]: Namespace[K] };
  built.lo = deviceByName.get('lo') as Device;
  built.fib = buildFib(ns, plan);
  built.vxlanPorts = vxlanPorts(devices);
  built.netfilter = makeNetfilter(ns);
  built.filtering = built.netfilter.active;
  return ns;
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
    defaultTtl: sysctlValue(sysctls, 'net.ipv4.ip_default_ttl'),
    icmpRatelimitMs: sysctlValue(sysctls, 'net.ipv4.icmp_ratelimit'),
    inboundIfaddr: sysctlValue(sysctls, 'net.ipv4.icmp_errors_use_inbound_ifaddr') !== 0,
    listeners: parts.listeners,
    vxlanPorts: new Map(),
    icmpTokens: new Map(),
    touched: false,
  };
}

function refuseUnmodelled(name: string, plan: NetnsPlan): void {
  const present: readonly [string, unknown][] = [
    ['nft', plan.nft?.trim()],
    ['ipvs', plan.ipvs?.trim()],
    ['wg', plan.wg !== undefined && Object.keys(plan.wg).length > 0],
  ];
  for (const [field, value] of present) {
    if (value) throw unsupported(`plan-${field}`, `${name}: \`${field}\` of a plan is not modelled yet`);
  }
}

function addDevices(ns: Namespace, devices: Device[], deviceByName: Map<string, Device>): void {
  const { plan } = ns;
  const lo = plan.links.find((link) => link.name === 'lo');
  const links = [lo ?? { name: 'lo', kind: 'lo' }, ...plan.links.filter((link) => link.name !== 'lo')];
  for (const link of links) {
    if (deviceByName.has(link.name)) throw inputError('duplicate-device', `${ns.name}: two links are called ${link.name}`);
    const device = buildDevice(ns, link);
    devices.push(device);
    deviceByName.set(link.name, device);
  }
  for (const link of links) attachPort(ns, link);
}

function deviceOf(ns: Namespace, name: string, text: string): Device {
  const device = ns.deviceByName.get(name);
  if (device !== undefined) return device;
  throw inputError('no-such-device', `${ns.name}: Cannot find device "${name}" of: ${text}`);
}

function addNeighbour(ns: Namespace, text: string, origin: string): void {
  const entry = readNeigh(text, origin);
  if (typeof entry.ip !== 'number') return;
  const device = deviceOf(ns, entry.dev, text);
  if (entry.proxy) {
    (device as { proxies: ReadonlySet<Ipv4> }).proxies = new Set([...(device.proxies ?? []), entry.ip]);
    return;
  }
  const lasting = entry.state === 'permanent' || entry.state === 'noarp';
  device.neighbours.set(entry.ip, knownNeighbour(entry.ip, device, entry.mac ?? 0, lasting ? 'permanent' : 'reachable'));
}

function addFdb(ns: Namespace, text: string, origin: string): void {
  const entry = readFdb(text, origin);
  const device = deviceOf(ns, entry.dev, text);
  if (device.vxlan !== undefined && entry.self) {
    if (typeof entry.dst === 'bigint') throw unsupported('ipv6', `${ns.name}: IPv6 remotes of a VXLAN device are not modelled: ${text}`);
    if (entry.dst === undefined) return;
    const remote = { ip: entry.dst, port: entry.port ?? device.vxlan.port };
    const known = device.vxlan.fdb.get(entry.mac)?.remotes ?? [];
    device.vxlan.fdb.set(entry.mac, { remotes: [...known, remote], seenUs: 0, ages: false });
    return;
  }
  const bridge = device.port?.bridge.bridge ?? device.bridge;
  if (bridge === undefined) throw inputError('no-fdb', `${ns.name}: ${device.name} has no forwarding table for: ${text}`);
  bridge.fdb.set(entry.mac, { port: entry.state === 'permanent' ? undefined : device.port, seenUs: 0, ages: entry.state === 'dynamic' });
}

function vxlanPorts(devices: readonly Device[]): ReadonlyMap<number, readonly Device[]> {
  const byPort = new Map<number, Device[]>();
  for (const device of devices) {
    if (device.vxlan === undefined || !device.up) continue;
    byPort.set(device.vxlan.port, [...(byPort.get(device.vxlan.port) ?? []), device]);
  }
  return byPort;
}
