/**
 * What an ICMP error is to a client of SCTP (sctp_v4_err, sctp_v6_err), whose socket asks for errors (IP_RECVERR) as all clients here do: "protocol
 * unreachable" ends the association. All others are told only when they come by themselves, as when nobody answers to ARP: what comes
 * back while connect(2) or send(2) still has the socket, as across namespaces it always does, is kept for the day when the association
 * gives up (sk_err_soft). Nor does the socket say who sent it.
 */
import type { Errno } from '../../trace/flow-record.js';
import type { Runtime } from '../runtime.js';
import type { SctpClient } from './sctp.js';

/** A hop takes a microsecond: what is later than any way there and back has waited for a timer. */
const AT_ONCE_US = 20_000;

export function hearError(rt: Runtime, client: SctpClient, errno: Errno): void {
  if (client.state !== 'opening' && client.state !== 'open') return;
  if (errno !== 'ENOPROTOOPT' && rt.nowUs - client.association.sentUs < AT_ONCE_US) return;
  client.errno = errno;
  client.state = 'failed';
  client.broken = true;
}
