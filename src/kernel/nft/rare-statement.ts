/**
 * What few rules of nftables do: hand a packet to a queue or a socket, copy it, count bytes and connections, and say in which zone it is tracked
 * (net/netfilter/nft_queue.c, nft_tproxy.c, nft_dup_netdev.c, nft_quota.c, nft_connlimit.c, nft_ct.c).
 */
import { unsupported } from '../../base/errors.js';
import { packetBytes } from '../../packet/packet-bytes.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { Statement } from '../../plan/nft/nft-rule.js';
import { countConnections } from '../netfilter/match/connlimit.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import { connectionOf } from '../netfilter/evaluation.js';
import type { Operation } from './outcome.js';
import type { Getter } from './value.js';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

/** Nobody listens: what may bypass the queue ends the chain, the rest is lost without a word. */
export function queue({ bypass }: Of<'queue'>): Operation {
  return (e) => {
    if (bypass) {
      e.pastQueue = true;
      return 'accept';
    }
    e.passage.swallowed = true;
    e.decidedBy = e.hit;
    return 'drop';
  };
}

/** The rule goes on with a packet that has its socket; one that has none ends the rule. */
export function tproxy({ family, address, port }: Of<'tproxy'>): Operation {
  return (e) => {
    const { passage, host } = e;
    const { packet } = passage;
    const six = typeof packet.src === 'bigint';
    if ((family === 'ip' && six) || (family === 'ip6' && !six) || (packet.proto !== PROTO.tcp && packet.proto !== PROTO.udp))
      return 'break';
    if (host.assignSocket === undefined) throw unsupported('nft-tproxy', '`tproxy` is not modelled here');
    return host.assignSocket(passage, e.inDevice, port ?? 0, address) ? undefined : 'break';
  };
}

export function dup({ gateway, device }: Of<'dup'>): Operation {
  return ({ passage, host, hook }) => {
    if (host.duplicate === undefined) throw unsupported('nft-dup', '`dup` is not modelled here');
    if (passage.packet.fragment !== undefined) throw unsupported('dup-fragment', '`dup` of fragments is not modelled');
    if (typeof passage.packet.src === typeof gateway) host.duplicate(passage, hook, gateway, device);
    return undefined;
  };
}

/** Bytes are counted whether they fit or not. */
export function quota({ over, bytes, used }: Of<'quota'>): Operation {
  const key = {};
  return (e) => {
    const sum = ((e.nftState.get(key) as number | undefined) ?? used) + packetBytes(e.passage.packet);
    e.nftState.set(key, sum);
    return sum > bytes === over ? undefined : 'break';
  };
}

/** All connections that have met the rule. */
export function count({ over, count: most }: Of<'count'>): Operation {
  const key = {};
  return (e) => {
    const open = countConnections(e, e.nftState, key, 0);
    return open > most === over ? undefined : 'break';
  };
}

/** Of what has a connection already, or its place taken, nothing is changed; what was not to be tracked is tracked after all (nft_ct_set_zone_eval). */
export function setZone({ directions }: Of<'set-ct-zone'>, value: Getter): Operation {
  const [original, reply] = [directions !== 'reply', directions !== 'original'];
  return (e: Evaluation) => {
    const id = value(e);
    if (typeof id !== 'number') return 'break';
    const { passage } = e;
    if (connectionOf(passage) !== undefined || passage.template === true) return undefined;
    passage.zone = { id: id & 0xffff, original, reply };
    passage.template = true;
    passage.state = 'NEW';
    return undefined;
  };
}
