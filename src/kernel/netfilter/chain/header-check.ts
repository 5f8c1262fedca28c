/**
 * The commonest matches of a rule, protocol and IPv4 source and destination, as plain numbers that a walk compares before anything else,
 * as the kernel does (ip_packet_match). Negated ones and IPv6 stay tests.
 */
import { maskOf } from '../../../base/cidr.js';
import type { Match } from '../../../plan/rule/rule.js';

export interface HeaderCheck {
  /** 0 for any. */
  readonly proto: number;
  readonly src: number;
  /** 0 for any. */
  readonly srcMask: number;
  readonly dst: number;
  readonly dstMask: number;
}

/** The check, and the matches that it leaves. */
export function takeHeaderCheck(matches: readonly Match[]): { readonly check: HeaderCheck; readonly rest: readonly Match[] } {
  const check = { proto: 0, src: 0, srcMask: 0, dst: 0, dstMask: 0 };
  const rest = matches.filter((match) => {
    if (match.kind === 'protocol' && !match.not && check.proto === 0) {
      check.proto = match.proto;
      return match.proto === 0;
    }
    if ((match.kind !== 'source' && match.kind !== 'destination') || match.not || typeof match.cidr.ip !== 'number') return true;
    const mask = maskOf(match.cidr.length);
    if (match.kind === 'source') {
      if (check.srcMask !== 0) return true;
      check.src = match.cidr.ip;
      check.srcMask = mask;
    } else {
      if (check.dstMask !== 0) return true;
      check.dst = match.cidr.ip;
      check.dstMask = mask;
    }
    return false;
  });
  return { check, rest };
}
