/** Packets larger than a link: fragments, path MTU discovery, and what a socket is told. */
import type { Line } from './line.js';

export const FRAGMENTS: readonly Line[] = [
  {
    name: 'a datagram larger than the first link',
    probes: [
      'c udp 10.0.2.2:53 size=3000',
      'c udp [fd00:0:0:2::2]:53 size=3000',
      'c icmp 10.0.2.2 size=4000',
      'c icmp fd00:0:0:2::2 size=4000',
    ],
  },
  {
    name: 'a socket that wants whole packets',
    probes: [
      ...['c udp 10.0.2.2:53 size=1472 df', 'c udp 10.0.2.2:53 size=1473 df', 'c icmp 10.0.2.2 size=1473 df'],
      ...['c udp [fd00:0:0:2::2]:53 size=1452 df', 'c udp [fd00:0:0:2::2]:53 size=1453 df', 'c icmp fd00:0:0:2::2 size=1453 df'],
    ],
  },
];
