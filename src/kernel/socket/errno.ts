/** What an ICMP error is to a socket: icmp_err_convert of net/ipv4/icmp.c, and what a client calls the outcome. */
import type { Errno, ProbeVerdict } from '../../trace/flow-record.js';

/** By code of a destination unreachable. Codes 5, 7 and 8, which no Linux host sends, are taken for an unreachable host. */
const UNREACHABLE_ERRNOS: readonly Errno[] = [
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOPROTOOPT',
  'ECONNREFUSED',
  'EMSGSIZE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
];

/** Undefined for what no socket hears of. */
export function icmpErrno(type: number, code: number): Errno | undefined {
  if (type === 3) return UNREACHABLE_ERRNOS[code];
  return type === 11 ? 'EHOSTUNREACH' : undefined;
}

export function verdictOf(errno: Errno): ProbeVerdict {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOPROTOOPT':
      return 'unreachable';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'error';
  }
}
