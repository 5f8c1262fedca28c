/** DNAT, SNAT, REDIRECT and NETMAP: bindings to addresses that the rule, or the device, names. */
import { maskOf, type Cidr } from '../../../base/cidr.js';
import { parseIpv4, type Ip } from '../../../base/ip.js';
import type { NatRange } from '../../../plan/rule/rule.js';
import type { NatKind } from '../../../trace/event.js';
import type { Action, Evaluation } from '../evaluation.js';
import { manipAt } from '../hook.js';
import { NULL_RANGE } from '../nat/bind.js';
import { wrongHook } from './where-allowed.js';

const LOOPBACK = parseIpv4('127.0.0.1') as Ip;
const LOOPBACK_6: Ip = 1n;

/** A target in a chain that is reached from the wrong hook is a ruleset that the kernel does not load. */
function bindTo(e: Evaluation, side: 'src' | 'dst', kind: NatKind, range: NatRange): 'accept' {
  if (manipAt(e.hook) !== side) throw wrongHook(e.hit, kind, e.hook);
  e.bind({ side, range, kind, rule: e.hit });
  return 'accept';
}

export function dnat(range: NatRange): Action {
  return (e) => bindTo(e, 'dst', 'DNAT', range);
}

export function snat(range: NatRange): Action {
  return (e) => bindTo(e, 'src', 'SNAT', range);
}

/** To the first address of the device the packet came in by; to loopback for the host's own packets. */
export function redirect(range: NatRange): Action {
  return (e) => {
    const loopback = typeof e.passage.packet.dst === 'number' ? LOOPBACK : LOOPBACK_6;
    const ip =
      e.hook === 'output' ? loopback : e.inDevice === undefined ? undefined : e.host.primaryAddress(e.inDevice, e.passage.packet.dst);
    if (ip === undefined) {
      e.decidedBy = e.hit;
      return 'drop';
    }
    return bindTo(e, 'dst', 'REDIRECT', { ...range, fromIp: ip, toIp: ip });
  };
}

/** Keeps the host part and changes the network part, of the side that the hook changes. */
export function netmap(cidr: Cidr): Action {
  return (e) => {
    const side = manipAt(e.hook);
    const current = side === 'dst' ? e.passage.packet.dst : e.passage.packet.src;
    const ip = mapped(cidr, current);
    return bindTo(e, side, 'NETMAP', { ...NULL_RANGE, fromIp: ip, toIp: ip });
  };
}

function mapped(cidr: Cidr, ip: Ip): Ip {
  if (typeof ip === 'number' && typeof cidr.ip === 'number') return cidr.ip | (ip & ~maskOf(cidr.length));
  const host = (1n << BigInt(128 - cidr.length)) - 1n;
  return (cidr.ip as bigint) | ((ip as bigint) & host);
}
