/**
 * A rule that answers with a reset has ended the connection for whoever hears it: it is remembered as closed (nf_ct_set_closing, which nf_send_reset
 * and nf_send_reset6 call; nf_conntrack_tcp_set_closing). Linux 6.2 and later.
 */
import type { NetfilterHost, Passage } from '../contract.js';
import { connectionOf } from '../evaluation.js';

export function closeRejected(passage: Passage, rejectWith: string | undefined, host: NetfilterHost): void {
  const { l4 } = passage.packet;
  if ((rejectWith !== 'tcp-reset' && rejectWith !== 'tcp-rst') || l4.kind !== 'tcp' || l4.flags.startsWith('R')) return;
  const connection = connectionOf(passage);
  if (connection?.confirmed !== true || connection.tcp === 'CLOSE') return;
  connection.tcp = 'CLOSE';
  connection.expiresUs = host.nowUs() + host.sysctl('net.netfilter.nf_conntrack_tcp_timeout_close') * 1_000_000;
}
