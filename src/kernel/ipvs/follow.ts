/**
 * What a packet makes of an IPVS connection, and the time that is left to it (set_tcp_state, set_sctp_state, udp_state_transition of
 * net/netfilter/ipvs). UDP 300 s; SCTP 60 s until it is established and while it is shut down, 900 s in between, 10 s when that is done; TCP
 * in tcp-state.ts.
 */
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { SctpChunkType } from '../../packet/sctp.js';
import type { IpvsTimeouts } from '../../plan/ipvs/ipvs-service.js';
import type { IpvsConnection } from './connection.js';
import { isActive, nextTcpState, tcpSeconds } from './tcp-state.js';

const US = 1_000_000;
const UDP_SECONDS = 300;
const SCTP_SECONDS = { opening: 60, established: 900, over: 10 };

export interface Follows {
  readonly direction: 'in' | 'out';
  readonly nowUs: number;
  readonly timeouts: IpvsTimeouts;
}

/** A packet passed. */
export function followPacket(connection: IpvsConnection, { l4 }: IpPacket, { direction, nowUs, timeouts }: Follows): void {
  let seconds: number;
  if (l4.kind === 'tcp') {
    connection.state = nextTcpState(connection.state, l4.flags, comesBack(connection) ? direction : 'in-only');
    seconds = tcpSeconds(connection.state, timeouts);
  } else if (l4.kind === 'sctp') seconds = followAssociation(connection, l4.chunks[0]?.type);
  else seconds = timeouts.udp ?? UDP_SECONDS;
  connection.touchedUs = nowUs;
  connection.expiresUs = nowUs + seconds * US;
}

/** Only what NAT translates is answered through this host. */
function comesBack({ server }: IpvsConnection): boolean {
  return server.method === 'masq';
}

/** Of several chunks the first decides; DATA and its acknowledgements change nothing. */
function followAssociation(connection: IpvsConnection, chunk: SctpChunkType | undefined): number {
  const isOver = chunk === 'ABORT' || chunk === 'SHUTDOWN COMPLETE';
  if (isOver) connection.state = 'CLOSE';
  else if (chunk === 'SHUTDOWN' || chunk === 'SHUTDOWN ACK' || chunk === 'INIT') connection.state = 'NONE';
  else if (chunk === 'COOKIE ACK') connection.state = 'ESTABLISHED';
  return isOver ? SCTP_SECONDS.over : connection.state === 'ESTABLISHED' ? SCTP_SECONDS.established : SCTP_SECONDS.opening;
}

/** Counts among its server's active connections; of UDP none does. */
export function isActiveNow({ client: { proto }, state }: IpvsConnection): boolean {
  return proto === PROTO.tcp ? isActive(state) : state === 'ESTABLISHED';
}

/**
 * The flow of an established TCP connection is over: its client has closed it, then the server, and the last word is acknowledged. Where answers go past,
 * the client's FIN is all that is seen.
 */
export function closeAfterFlow(connection: IpvsConnection, timeouts: IpvsTimeouts): void {
  if (connection.client.proto !== PROTO.tcp || connection.state !== 'ESTABLISHED') return;
  connection.state = comesBack(connection) ? 'TIME_WAIT' : 'FIN_WAIT';
  connection.expiresUs = connection.touchedUs + tcpSeconds(connection.state, timeouts) * US;
}
