/**
 * The states of a TCP connection as IPVS sees them (net/netfilter/ipvs/ip_vs_proto_tcp.c: tcp_states, tcp_timeouts), by the flags of what
 * passes either way, or only to the server where answers go past. Left out: the table for machines under attack (net.ipv4.vs.secure_tcp).
 */
import type { IpvsTimeouts } from '../../plan/ipvs/ipvs-service.js';

/** In the kernel's order, with the seconds for which each is kept. */
const SECONDS = {
  NONE: 2,
  ESTABLISHED: 900,
  SYN_SENT: 120,
  SYN_RECV: 60,
  FIN_WAIT: 120,
  TIME_WAIT: 120,
  CLOSE: 10,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  LISTEN: 120,
  SYNACK: 120,
} as const;

export type IpvsTcpState = keyof typeof SECONDS;

/** To the server, from it, and to it where nothing comes back this way (IP_VS_CONN_F_NOOUTPUT). */
export type IpvsDirection = 'in' | 'out' | 'in-only';

const STATES = Object.keys(SECONDS) as IpvsTcpState[];
const CODES: Readonly<Record<string, IpvsTcpState>> = Object.fromEntries(
  ['NO', 'ES', 'SS', 'SR', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'SA'].map((code, i) => [code, STATES[i] as IpvsTcpState]),
);
const ACTIVE: ReadonlySet<string> = new Set<IpvsTcpState>(['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK']);

type Rows = Readonly<Record<'S' | 'F' | '.' | 'R', readonly IpvsTcpState[]>>;

const row = (codes: string): readonly IpvsTcpState[] => codes.split(' ').map((code) => CODES[code] as IpvsTcpState);

/** Columns are the states that were. */
const NEXT: Readonly<Record<IpvsDirection, Rows>> = {
  in: {
    S: row('SR ES ES SR SR SR SR SR SR SR SR'),
    F: row('CL CW SS TW TW TW CL CW LA LI TW'),
    '.': row('ES ES SS ES FW TW CL CW CL LI ES'),
    R: row('CL CL CL SR CL CL CL CL LA LI SR'),
  },
  out: {
    S: row('SS ES SS SR SS SS SS SS SS LI SR'),
    F: row('TW FW SS TW FW TW CL TW LA LI TW'),
    '.': row('ES ES SS ES FW TW CL CW LA ES ES'),
    R: row('CL CL SS CL CL TW CL CL CL CL CL'),
  },
  'in-only': {
    S: row('SR ES ES SR SR SR SR SR SR SR SR'),
    F: row('CL FW SS TW FW TW CL CW LA LI TW'),
    '.': row('ES ES SS ES FW TW CL CW CL LI ES'),
    R: row('CL CL CL SR CL CL CL CL LA LI CL'),
  },
};

/** `flags` as tcpdump writes them. */
export function nextTcpState(state: IpvsTcpState, flags: string, direction: IpvsDirection): IpvsTcpState {
  const kind = (['R', 'S', 'F', '.'] as const).find((one) => flags.includes(one));
  return kind === undefined ? state : (NEXT[direction][kind][STATES.indexOf(state)] as IpvsTcpState);
}

/** Whether it counts among its server's active connections. */
export function isActive(state: IpvsTcpState): boolean {
  return ACTIVE.has(state);
}

export function tcpSeconds(state: IpvsTcpState, { tcp, tcpFin }: IpvsTimeouts): number {
  const own = state === 'ESTABLISHED' ? tcp : state === 'FIN_WAIT' ? tcpFin : undefined;
  return own ?? SECONDS[state];
}
