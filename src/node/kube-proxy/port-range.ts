/** Where the sockets of mode userspace may be. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What Linux picks from, which the proxy leaves it to unless it is told a range (net.ipv4.ip_local_port_range). */
export const EPHEMERAL: PortRange = { first: 32768, last: 60999 };
