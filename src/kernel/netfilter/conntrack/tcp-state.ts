/**
 * The states of TCP as connection tracking follows them (tcp_conntracks of net/netfilter/nf_conntrack_proto_tcp.c): one row per kind of
 * segment, one column per state, once for the original direction and once for the reply. `IGNORE` leaves the state alone, `INVALID` makes the
 * packet INVALID. What else decides stands in follow-tcp.ts and tcp-window.ts.
 */
import type { TcpFlags } from '../../../packet/tcp.js';

export type TcpState =
  | 'NONE'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'SYN_SENT2';
export type NextTcpState = TcpState | 'IGNORE' | 'INVALID';

const STATES: readonly TcpState[] = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];
const SHORT: Readonly<Record<string, NextTcpState>> = {
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  ES: 'ESTABLISHED',
  FW: 'FIN_WAIT',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  S2: 'SYN_SENT2',
  '--': 'IGNORE',
  XX: 'INVALID',
};

export type Segment = 'syn' | 'synack' | 'fin' | 'ack' | 'rst';

/** Columns: NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE SYN_SENT2. */
const ORIGINAL = rows({
  syn: 'SS SS -- -- -- -- -- SS SS S2',
  synack: 'XX XX SR XX XX XX XX XX XX SR',
  fin: 'XX XX FW FW LA LA LA TW CL XX',
  ack: 'ES XX ES ES CW CW TW TW CL XX',
  rst: 'XX CL CL CL CL CL CL CL CL CL',
});
const REPLY = rows({
  syn: 'XX S2 XX XX XX XX XX SS XX S2',
  synack: 'XX SR -- -- -- -- -- -- -- SR',
  fin: 'XX XX FW FW LA LA LA TW CL XX',
  ack: 'XX -- SR ES CW CW TW TW CL --',
  rst: 'XX CL CL CL CL CL CL CL CL CL',
});

type Row = Readonly<Record<TcpState, NextTcpState>>;

function rows(table: Readonly<Record<Segment, string>>): Readonly<Record<Segment, Row>> {
  const row = (text: string): Row => {
    const cells = text.split(' ');
    return Object.fromEntries(STATES.map((state, i) => [state, SHORT[cells[i] as string] as NextTcpState])) as Record<
      TcpState,
      NextTcpState
    >;
  };
  return { syn: row(table.syn), synack: row(table.synack), fin: row(table.fin), ack: row(table.ack), rst: row(table.rst) };
}

/** get_conntrack_index; undefined for flags that tcp_valid_flags does not know together, whose segments are INVALID. */
export function segmentOf(flags: TcpFlags): Segment | undefined {
  switch (flags) {
    case 'S':
      return 'syn';
    case 'S.':
      return 'synack';
    case '.':
    case 'P.':
      return 'ack';
    case 'F.':
    case 'FP.':
      return 'fin';
    case 'R':
    case 'R.':
      return 'rst';
    default:
      return undefined;
  }
}

export function nextTcpState(state: TcpState, segment: Segment, reply: boolean): NextTcpState {
  return ofState(rowOf(reply ? REPLY : ORIGINAL, segment), state);
}

/** What stands for a state: named fields, which are found sooner than computed ones. */
export function ofState<T>(by: Readonly<Record<TcpState, T>>, state: TcpState): T {
  switch (state) {
    case 'NONE':
      return by.NONE;
    case 'SYN_SENT':
      return by.SYN_SENT;
    case 'SYN_RECV':
      return by.SYN_RECV;
    case 'ESTABLISHED':
      return by.ESTABLISHED;
    case 'FIN_WAIT':
      return by.FIN_WAIT;
    case 'CLOSE_WAIT':
      return by.CLOSE_WAIT;
    case 'LAST_ACK':
      return by.LAST_ACK;
    case 'TIME_WAIT':
      return by.TIME_WAIT;
    case 'CLOSE':
      return by.CLOSE;
    case 'SYN_SENT2':
      return by.SYN_SENT2;
  }
}

function rowOf(rows: Readonly<Record<Segment, Row>>, segment: Segment): Row {
  switch (segment) {
    case 'syn':
      return rows.syn;
    case 'synack':
      return rows.synack;
    case 'fin':
      return rows.fin;
    case 'ack':
      return rows.ack;
    case 'rst':
      return rows.rst;
  }
}
