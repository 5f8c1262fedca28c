/** Listening sockets of a namespace, found as inet_lookup_listener does: one bound to the address before one bound to all
 * of its family. A listener on :: is for IPv6 alone (IPV6_V6ONLY). */
import { unsupported } from '../../base/errors.js';
import { type Ip, parseIp } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { ListenerPlan, ProbeProtocol } from '../../plan/plan.js';
import type { Listener, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import type { Owner } from '../runtime.js';

export function buildListeners(plans: readonly ListenerPlan[]): ReadonlyMap<number, readonly Listener[]> {
  const byPort = new Map<number, Listener[]>();
  for (const plan of plans) {
    const ip = parseIp(plan.ip);
    const proto = protocolNumber(plan.proto);
    const listener: Listener = { id: plan.id, plan, proto, ip: ip ?? 0, port: plan.port, owner: ownerOf(plan) };
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

export function findListener(ns: Namespace, proto: number, ip: Ip, port: number): Listener | undefined {
  const candidates = ns.listeners.get((proto << 16) | port);
  if (candidates === undefined) return undefined;
  const any = typeof ip === 'number' ? 0 : 0n;
  return candidates.find((listener) => listener.ip === ip) ?? candidates.find((listener) => listener.ip === any);
}

export function protocolNumber(proto: ProbeProtocol): number {
  if (proto === 'sctp') return PROTO.sctp;
  const number = PROTO[proto];
  if (number !== undefined) return number;
  throw unsupported('protocol', `the protocol ${String(proto)} is not modelled`);
}
