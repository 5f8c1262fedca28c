/**
 * Listening sockets of a namespace, found as inet_lookup_listener and udp4_lib_lookup do: one bound to the address before one bound to all of its
 * family, and these before one on :: that hears IPv4 too (compute_score). Which of several with SO_REUSEPORT takes a packet is chance.
 */
import { unsupported } from '../../base/errors.js';
import { type Ip, mappedIp, parseIp } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { ListenerPlan, ProbeProtocol } from '../../plan/plan.js';
import type { Listener, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import type { Owner, Runtime } from '../runtime.js';

export function buildListeners(plans: readonly ListenerPlan[]): ReadonlyMap<number, readonly Listener[]> {
  const byPort = new Map<number, Listener[]>();
  for (const plan of plans) {
    const read = parseIp(plan.ip) ?? 0;
    const mapped = typeof read === 'bigint' ? mappedIp(read) : undefined;
    const ip = mapped ?? read;
    const dual = mapped !== undefined || (read === 0n && plan.v6only === false);
    const proto = protocolNumber(plan.proto);
    const listener: Listener = { id: plan.id, plan, proto, ip, dual, port: plan.port, owner: ownerOf(plan) };
    const key = (proto << 16) | plan.port;
    const same = byPort.get(key);
    if (same === undefined) byPort.set(key, [listener]);
    else same.push(listener);
  }
  return byPort;
}

/** Root is nobody's special owner. */
export function ownerOf({ uid = 0, gid = 0 }: { readonly uid?: number | undefined; readonly gid?: number | undefined }): Owner | undefined {
  return uid === 0 && gid === 0 ? undefined : { uid, gid };
}

/** The one that TPROXY gave the packet, if it gave one that listens. */
export function givenListener({ socket }: Passage): Listener | undefined {
  return socket === undefined || 'state' in (socket as object) ? undefined : (socket as Listener);
}

/** `rt` where a choice among several may be made. */
export function findListener(ns: Namespace, proto: number, ip: Ip, port: number, rt?: Runtime): Listener | undefined {
  const candidates = ns.listeners.get((proto << 16) | port);
  if (candidates === undefined) return undefined;
  const any = typeof ip === 'number' ? 0 : 0n;
  const found =
    candidates.find((listener) => listener.ip === ip) ??
    candidates.find((listener) => listener.ip === any) ??
    (any === 0 ? candidates.find((listener) => listener.dual && listener.ip === 0n) : undefined);
  return found?.plan.reuseport === true && rt !== undefined ? oneOf(rt, candidates, found) : found;
}

/** reuseport_select_sock: by a hash of both ends, so that datagrams of one socket go to the same. */
function oneOf(rt: Runtime, candidates: readonly Listener[], found: Listener): Listener {
  const group = candidates.filter(({ ip, dual, plan }) => ip === found.ip && dual === found.dual && plan.reuseport === true);
  if (group.length < 2) return found;
  const { flow } = rt;
  if (flow.picked === undefined || !group.includes(flow.picked)) {
    flow.picked = group[rt.oracle.choose('listener of a shared port', new Array<number>(group.length).fill(1 / group.length))];
  }
  return flow.picked as Listener;
}

export function protocolNumber(proto: ProbeProtocol): number {
  if (proto === 'sctp') return PROTO.sctp;
  const number = PROTO[proto];
  if (number !== undefined) return number;
  throw unsupported('protocol', `the protocol ${String(proto)} is not modelled`);
}
