/**
 * TPROXY, TEE and NFQUEUE (net/netfilter/xt_TPROXY.c, xt_TEE.c, xt_NFQUEUE.c). TPROXY gives the packet to a transparent socket, one that is connected
 * to its sender or listens at the address named, and drops what has none. To a queue nobody listens: what may bypass it is
 * accepted, and what may not is lost without a word to its sender.
 */
import { unsupported } from '../../../base/errors.js';
import type { Target } from '../../../plan/rule/rule.js';
import type { Action } from '../evaluation.js';
import { wrongHook } from './where-allowed.js';

export function tproxy({ port, ip, value, mask }: Extract<Target, { kind: 'tproxy' }>): Action {
  return (e) => {
    const { passage, host, hook } = e;
    if (hook !== 'prerouting') throw wrongHook(e.hit, 'TPROXY', hook);
    if (host.assignSocket === undefined) throw unsupported('target-tproxy', '-j TPROXY is not modelled here');
    if (!host.assignSocket(passage, e.inDevice, port, ip)) {
      e.decidedBy = e.hit;
      return 'drop';
    }
    passage.mark = ((passage.mark & ~mask) ^ value) >>> 0;
    return 'accept';
  };
}

export function tee({ gateway, device }: Extract<Target, { kind: 'tee' }>): Action {
  return ({ passage, host, hook }) => {
    if (host.duplicate === undefined) throw unsupported('target-tee', '-j TEE is not modelled here');
    if (passage.packet.fragment !== undefined) throw unsupported('tee-fragment', '-j TEE of fragments is not modelled');
    host.duplicate(passage, hook, gateway, device);
    return 'continue';
  };
}

export function queue(bypass: boolean): Action {
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
