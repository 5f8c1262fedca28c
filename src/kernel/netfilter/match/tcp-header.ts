/**
 * -m ecn, -m tcpmss, and --tcp-option: fields and options that few rules ask for (net/netfilter/xt_ecn.c, xt_tcpmss.c, and tcp_mt of
 * xt_tcpudp.c). Options are those that Linux sends: MSS, SACK, time stamps, window scale and the padding between in a SYN, padding and
 * time stamps after it, none in a reset.
 */
import type { TcpSegment } from '../../../packet/tcp.js';
import type { Range } from '../../../plan/rule/rule.js';
import type { Test } from '../evaluation.js';

export function ecnIpTest(ect: number, not: boolean): Test {
  return ({ passage: { packet } }) => ((packet.tos & 3) === ect) !== not;
}

const SYN_OPTIONS: readonly number[] = [1, 2, 3, 4, 8];
const LATER_OPTIONS: readonly number[] = [1, 8];
const NO_OPTIONS: readonly number[] = [];

function optionsOf({ flags, mss }: TcpSegment): readonly number[] {
  if (flags.includes('R')) return NO_OPTIONS;
  if (!flags.includes('S')) return LATER_OPTIONS;
  return mss === undefined ? SYN_OPTIONS.filter((option) => option !== 2) : SYN_OPTIONS;
}

export function hasTcpOption(segment: TcpSegment, option: number): boolean {
  return optionsOf(segment).includes(option);
}

export function tcpOptionTest(option: number, not: boolean): Test {
  return ({ passage: { packet } }) => packet.l4.kind === 'tcp' && hasTcpOption(packet.l4, option) !== not;
}

/** Without the option, as if it were out of range. */
export function tcpMssTest({ from, to }: Range, not: boolean): Test {
  return ({ passage: { packet } }) => {
    const { l4 } = packet;
    if (l4.kind !== 'tcp') return false;
    return (l4.mss !== undefined && l4.mss >= from && l4.mss <= to) !== not;
  };
}
