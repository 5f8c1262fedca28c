/**
 * Another plan for a network that runs. A namespace whose part of the plan is the same stays as it is; one that changed is built anew and takes
 * over what the old one knew: connections, what rules that stayed remember, resolved neighbours, learned fdb entries, ICMP tokens. One that is
 * gone takes its sockets with it. What sets of nftables were given meanwhile is taken over where the plan says that it changes in place; ipsets
 * that rules changed are not.
 */
import type { PlanSource } from '../plan/plan.js';
import { touch } from './apply.js';
import type { Device, Namespace } from './namespace.js';
import { knownNeighbour } from './neigh/neighbour.js';
import type { Runtime } from './runtime.js';
import { samePlan } from './same-plan.js';
import type { FlowState } from './socket/flow-state.js';

/** The plan from which namespaces are built now. */
export interface CurrentPlan {
  source: PlanSource;
  /** Namespaces of plans before, by name, and how many plans they have waited for a packet. */
  readonly former: Map<string, { readonly ns: Namespace; readonly waits: number }>;
}

export function replacePlan(rt: Runtime, namespaces: Map<string, Namespace>, plan: CurrentPlan, source: PlanSource): void {
  plan.source = source;
  const changed = [...namespaces.values()].filter((ns) => !stays(ns, source, rt.stopped));
  if (changed.length === 0) return;
  for (const { name } of changed) namespaces.delete(name);
  unlink(namespaces.values());
  for (const old of changed) {
    if (source.netns(old.name) === undefined) continue;
    const ns = rt.namespace(old.name);
    if (old.ipv6 !== undefined) rt.ipv6(ns);
    takeOver(ns, old, source.inPlace === true);
    touch(rt, ns);
  }
  forgetDoubtsOf(rt, changed);
  const gone = rt.touched.filter((ns) => namespaces.get(ns.name) === ns);
  rt.touched.length = 0;
  rt.touched.push(...gone);
  moveSockets(rt.kept, (name) => namespaces.get(name));
}

/** Whether a namespace of this plan needs not be built anew. */
function stays(ns: Namespace, source: PlanSource, stopped: ReadonlySet<string>): boolean {
  const plan = source.netns(ns.name);
  if (plan === undefined || !samePlan(ns.plan, plan)) return false;
  if (ns.plan.links.some(({ link }) => link?.netns !== undefined) || source.uppers?.(ns.name) !== undefined) return false;
  const listeners = [...ns.listeners.values()].flat().map(({ plan: one }) => one);
  const wanted = source.listeners(ns.name).filter(({ id }) => !stopped.has(id));
  return listeners.length === wanted.length && wanted.every((one) => listeners.includes(one));
}

/** The far ends of its veths are to be looked for again. */
export function unlink(namespaces: Iterable<Namespace>): void {
  for (const { devices } of namespaces) {
    for (const device of devices) {
      device.peer = undefined;
      for (const upper of device.uppers ?? []) (upper as { device: Device | undefined }).device = undefined;
    }
  }
}

/** What the old namespace knew, as far as it still has a place. */
function takeOver(ns: Namespace, old: Namespace, inPlace: boolean): void {
  ns.netfilter.inherit(old.netfilter, inPlace);
  if (old.ipv6 !== undefined) ns.ipv6?.netfilter.inherit(old.ipv6.netfilter, inPlace);
  for (const [receiver, tokens] of old.icmpTokens) ns.icmpTokens.set(receiver, tokens);
  for (const device of ns.devices) {
    const before = old.deviceByName.get(device.name);
    if (before !== undefined && before.mac === device.mac) takeOverDevice(device, before);
  }
}

function takeOverDevice(device: Device, before: Device): void {
  for (const [ip, { state, mac, staleUs, dueUs }] of before.neighbours) {
    if (state !== 'reachable' || device.neighbours.has(ip)) continue;
    const known = knownNeighbour(ip, device, mac, state);
    // One that is asked again already is as old as one can be.
    known.staleUs = dueUs > 0 ? 0 : staleUs;
    device.neighbours.set(ip, known);
  }
  const { ns, bridge } = device;
  for (const [mac, entry] of before.bridge?.fdb ?? []) {
    const port = ns.devices.find(({ port: one, name }) => one !== undefined && name === portName(before, entry.port))?.port;
    // A port that goes down is forgotten with all that is behind it (br_fdb_delete_by_port).
    if (bridge !== undefined && entry.ages && port?.device.up === true && !bridge.fdb.has(mac)) bridge.fdb.set(mac, { ...entry, port });
  }
}

/** The questions that were under way to old neighbours of namespaces that are no more. */
function forgetDoubtsOf(rt: Runtime, gone: readonly Namespace[]): void {
  const left = rt.doubted.filter(({ device }) => !gone.includes(device.ns));
  rt.doubted.length = 0;
  rt.doubted.push(...left);
}

function portName({ ns }: Device, port: Device['port']): string | undefined {
  return ns.devices.find((device) => device.port === port && port !== undefined)?.name;
}

/** Kept sockets are in the new namespace of that name; those whose namespace is gone are gone with it. */
function moveSockets(kept: Map<string, FlowState>, namespaceOf: (name: string) => Namespace | undefined): void {
  for (const [name, flow] of kept) {
    const sockets = [flow.client, ...flow.servers].filter((socket) => socket !== undefined) as { ns: Namespace; device?: Device }[];
    if (flow.client !== undefined && namespaceOf(flow.client.ns.name) === undefined) kept.delete(name);
    for (const socket of sockets) {
      const ns = namespaceOf(socket.ns.name);
      if (ns === undefined || ns === socket.ns) continue;
      socket.ns = ns;
      const device = socket.device === undefined ? undefined : ns.deviceByName.get(socket.device.name);
      if (device !== undefined) socket.device = device;
    }
    for (const [i, server] of flow.servers.entries()) if (namespaceOf(server.ns.name) === undefined) flow.servers.splice(i, 1);
  }
}
