/** What the settings of connection tracking say (nf_conntrack-sysctl.rst): how long it remembers, µs, and how strict it is with TCP. */
import type { NetfilterHost } from '../contract.js';
import type { SctpState } from './sctp-state.js';
import type { TcpState } from './tcp-state.js';

const US = 1_000_000;

export interface Timeouts {
  readonly tcp: Readonly<Record<TcpState, number>>;
  readonly maxRetransTime: number;
  readonly unacknowledged: number;
  readonly sctp: Readonly<Record<SctpState, number>>;
  readonly udp: number;
  readonly udpStream: number;
  readonly icmp: number;
  readonly icmpv6: number;
  readonly gre: number;
  readonly greStream: number;
  readonly generic: number;
  readonly maxRetrans: number;
  readonly loose: boolean;
  readonly liberal: boolean;
  readonly ignoreInvalidRst: boolean;
  /** Entries in a namespace at most; 0 for no limit. */
  readonly max: number;
}

/** Reads the namespace's settings once. */
export function readTimeouts(host: NetfilterHost): Timeouts {
  const value = (key: string): number => host.sysctl(`net.netfilter.nf_conntrack_${key}`);
  const us = (key: string): number => value(key) * US;
  return {
    tcp: {
      NONE: 0,
      SYN_SENT: us('tcp_timeout_syn_sent'),
      SYN_RECV: us('tcp_timeout_syn_recv'),
      ESTABLISHED: us('tcp_timeout_established'),
      FIN_WAIT: us('tcp_timeout_fin_wait'),
      CLOSE_WAIT: us('tcp_timeout_close_wait'),
      LAST_ACK: us('tcp_timeout_last_ack'),
      TIME_WAIT: us('tcp_timeout_time_wait'),
      CLOSE: us('tcp_timeout_close'),
      SYN_SENT2: us('tcp_timeout_syn_sent'),
    },
    maxRetransTime: us('tcp_timeout_max_retrans'),
    unacknowledged: us('tcp_timeout_unacknowledged'),
    sctp: {
      NONE: 0,
      CLOSED: us('sctp_timeout_closed'),
      COOKIE_WAIT: us('sctp_timeout_cookie_wait'),
      COOKIE_ECHOED: us('sctp_timeout_cookie_echoed'),
      ESTABLISHED: us('sctp_timeout_established'),
      SHUTDOWN_SENT: us('sctp_timeout_shutdown_sent'),
      SHUTDOWN_RECD: us('sctp_timeout_shutdown_recd'),
      SHUTDOWN_ACK_SENT: us('sctp_timeout_shutdown_ack_sent'),
      HEARTBEAT_SENT: us('sctp_timeout_heartbeat_sent'),
    },
    udp: us('udp_timeout'),
    udpStream: us('udp_timeout_stream'),
    icmp: us('icmp_timeout'),
    icmpv6: us('icmpv6_timeout'),
    gre: us('gre_timeout'),
    greStream: us('gre_timeout_stream'),
    generic: us('generic_timeout'),
    maxRetrans: value('tcp_max_retrans'),
    loose: value('tcp_loose') !== 0,
    liberal: value('tcp_be_liberal') !== 0,
    ignoreInvalidRst: value('tcp_ignore_invalid_rst') !== 0,
    max: value('max'),
  };
}
