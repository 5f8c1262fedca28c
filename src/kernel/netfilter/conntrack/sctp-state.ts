/**
 * The states of SCTP as connection tracking follows them (sctp_conntracks of net/netfilter/nf_conntrack_proto_sctp.c): one row per chunk, one
 * column per state, once for the original direction and once for the reply. Other chunks, DATA among them, change no state.
 */
import type { SctpChunkType } from '../../../packet/sctp.js';

export type SctpState =
  | 'NONE'
  | 'CLOSED'
  | 'COOKIE_WAIT'
  | 'COOKIE_ECHOED'
  | 'ESTABLISHED'
  | 'SHUTDOWN_SENT'
  | 'SHUTDOWN_RECD'
  | 'SHUTDOWN_ACK_SENT'
  | 'HEARTBEAT_SENT';

export const SCTP_STATES: readonly SctpState[] = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
];
const SHORT = ['NO', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'HS'];

type Table = Readonly<Partial<Record<SctpChunkType, readonly (SctpState | undefined)[]>>>;

/** Columns in the order of SCTP_STATES. */
const ORIGINAL = table({
  INIT: 'CL CL CW CE ES CL CL SA CW',
  'INIT ACK': 'CL CL CW CE ES SS SR SA CL',
  ABORT: 'CL CL CL CL CL CL CL CL CL',
  SHUTDOWN: 'CL CL CW CE SS SS SR SA CL',
  'SHUTDOWN ACK': 'SA CL CW CE ES SA SA SA SA',
  'OP ERR': 'CL CL CW CE ES SS SR SA CL',
  'COOKIE ECHO': 'CL CL CE CE ES SS SR SA CL',
  'COOKIE ACK': 'CL CL CW ES ES SS SR SA CL',
  'SHUTDOWN COMPLETE': 'CL CL CW CE ES SS SR CL CL',
  'HB REQ': 'HS CL CW CE ES SS SR SA HS',
  'HB ACK': 'CL CL CW CE ES SS SR SA HS',
});
const REPLY = table({
  INIT: 'XX CL CW CE ES SS SR SA XX',
  'INIT ACK': 'XX CW CW CE ES SS SR SA XX',
  ABORT: 'XX CL CL CL CL CL CL CL XX',
  SHUTDOWN: 'XX CL CW CE SR SS SR SA XX',
  'SHUTDOWN ACK': 'XX CL CW CE ES SA SA SA XX',
  'OP ERR': 'XX CL CW CL ES SS SR SA XX',
  'COOKIE ECHO': 'XX CL CE CE ES SS SR SA XX',
  'COOKIE ACK': 'XX CL CW ES ES SS SR SA XX',
  'SHUTDOWN COMPLETE': 'XX CL CW CE ES SS SR CL XX',
  'HB REQ': 'XX CL CW CE ES SS SR SA HS',
  'HB ACK': 'XX CL CW CE ES SS SR SA ES',
});

function table(rows: Readonly<Partial<Record<SctpChunkType, string>>>): Table {
  const cells = (row: string): (SctpState | undefined)[] => row.split(' ').map((cell) => SCTP_STATES[SHORT.indexOf(cell)]);
  return Object.fromEntries(Object.entries(rows).map(([chunk, row]) => [chunk, cells(row)])) as Table;
}

/** Undefined makes the packet INVALID. */
export function nextSctpState(state: SctpState, chunk: SctpChunkType, reply: boolean): SctpState | undefined {
  const row = (reply ? REPLY : ORIGINAL)[chunk];
  return row === undefined ? state : row[SCTP_STATES.indexOf(state)];
}
