/** Matches that ask the namespace: -m addrtype, -m rpfilter, -m owner, -m mac, and -m pkttype for the packets that reach netfilter here. */
import { BROADCAST_MAC, isGroupMac, type Mac } from '../../../base/mac.js';
import type { Match, Range } from '../../../plan/rule/rule.js';
import { KERNEL_SOCKET } from '../contract.js';
import type { Evaluation, Test } from '../evaluation.js';

type TypeMatch = Extract<Match, { kind: 'source-type' | 'destination-type' }>;

export function addressTypeTest(match: TypeMatch): Test {
  const types: readonly string[] = match.types;
  const { limitInterface } = match;
  return (e) => {
    const { packet } = e.passage;
    const device = limitInterface === 'in' ? e.inDevice : limitInterface === 'out' ? e.outDevice : undefined;
    const ip = match.kind === 'source-type' ? packet.src : packet.dst;
    const is = typeof ip === 'bigint' ? e.host.isOfTypes6(ip, device, types) : types.includes(e.host.addressType(ip, device));
    return is !== match.not;
  };
}

export function reversePathTest(match: Extract<Match, { kind: 'rpfilter' }>): Test {
  return (e) => {
    const holds =
      e.inDevice === undefined || e.inDevice === 'lo' || e.host.reversePathOk(e.passage.packet, e.passage.mark, e.inDevice, match);
    return holds !== match.not;
  };
}

/** What no process sent has no owner, and a negated match holds for it. A process has no groups but its own. */
export function ownerTest(what: 'uid' | 'gid', ids: Range, not: boolean): Test {
  return ({ passage: { uid, gid = 0 } }) => {
    if (uid === undefined || uid === KERNEL_SOCKET) return not;
    const id = what === 'uid' ? uid : gid;
    return (id >= ids.from && id <= ids.to) !== not;
  };
}

export function socketExistsTest(not: boolean): Test {
  return ({ passage: { uid } }: Evaluation) => (uid !== undefined) !== not;
}

export function packetTypeTest(type: 'unicast' | 'broadcast' | 'multicast', not: boolean): Test {
  return (e) => {
    return (packetTypeOf(e) === type) !== not;
  };
}

/** By whom the frame is for, not the packet; what was made here is for one alone, but for this host's copy of a broadcast (PACKET_LOOPBACK). */
export function packetTypeOf({ host }: Evaluation): 'unicast' | 'broadcast' | 'multicast' {
  const to = host.frameDestination?.();
  if (to === undefined) return host.isOwnBroadcast?.() === true ? 'broadcast' : 'unicast';
  if (!isGroupMac(to)) return 'unicast';
  return to === BROADCAST_MAC ? 'broadcast' : 'multicast';
}

/** Only of what came in by a device whose frames have link addresses; elsewhere it never holds (net/netfilter/xt_mac.c). */
export function macTest(mac: Mac, not: boolean): Test {
  return ({ host }) => {
    const source = host.frameSource?.();
    return source !== undefined && (source === mac) !== not;
  };
}
