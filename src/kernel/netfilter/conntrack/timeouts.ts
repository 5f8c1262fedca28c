/** How long connection tracking remembers, in seconds, by sysctl with the kernel's defaults (nf_conntrack-sysctl.rst). */
import type { NetfilterHost } from '../contract.js';
import type { TcpState } from './tcp-state.js';

const US = 1_000_000;

export interface Timeouts {
  readonly tcp: Readonly<Record<TcpState, number>>;
  readonly udp: number;
  readonly udpStream: number;
  readonly icmp: number;
  readonly generic: number;
}

/** Reads the namespace's settings once; µs. */
export function readTimeouts(host: NetfilterHost): Timeouts {
  const seconds = (key: string, otherwise: number): number => (host.sysctl(`net.netfilter.nf_conntrack_${key}`) || otherwise) * US;
  return {
    tcp: {
      NONE: 0,
      SYN_SENT: seconds('tcp_timeout_syn_sent', 120),
      SYN_RECV: seconds('tcp_timeout_syn_recv', 60),
      ESTABLISHED: seconds('tcp_timeout_established', 432_000),
      FIN_WAIT: seconds('tcp_timeout_fin_wait', 120),
      CLOSE_WAIT: seconds('tcp_timeout_close_wait', 60),
      LAST_ACK: seconds('tcp_timeout_last_ack', 30),
      TIME_WAIT: seconds('tcp_timeout_time_wait', 120),
      CLOSE: seconds('tcp_timeout_close', 10),
      SYN_SENT2: seconds('tcp_timeout_syn_sent', 120),
    },
    udp: seconds('udp_timeout', 30),
    udpStream: seconds('udp_timeout_stream', 120),
    icmp: seconds('icmp_timeout', 30),
    generic: seconds('generic_timeout', 600),
  };
}
