/** What a client's socket is told: TTL, device, broadcast. */
import type { Line } from './line.js';

const BOTH = (to: (ip: string) => string): string[] => [to('10.0.2.2'), to('fd00:0:0:2::2')];

export const SOCKETS: readonly Line[] = [
  {
    name: 'a TTL, or hop limit, of its own',
    probes: [1, 2, 3].flatMap((ttl) => [
      ...BOTH((ip) => `c icmp ${ip} ttl=${ttl}`),
      ...[`c udp 10.0.2.2:53 ttl=${ttl}`, `c udp [fd00:0:0:2::2]:53 ttl=${ttl}`, `c tcp 10.0.2.2:80 ttl=${ttl}`],
      `c tcp [fd00:0:0:2::2]:80 ttl=${ttl}`,
    ]),
  },
  {
    name: 'a device that it is bound to',
    probes: [
      ...['c udp 10.0.2.2:53 device=right', 'c tcp 10.0.2.2:80 device=right', 'c icmp 10.0.2.2 device=right'],
      ...['c udp [fd00:0:0:2::2]:53 device=right', 'c tcp [fd00:0:0:2::2]:80 device=right', 'c icmp fd00:0:0:2::2 device=right'],
      ...['c udp 10.0.2.2:53 device=wrong', 'r1 udp 10.0.2.2:53 device=left', 'r1 udp [fd00:0:0:2::2]:53 device=left'],
      ...['r1 udp 10.0.0.1:53 device=left', 'r1 tcp 10.0.0.1:80 device=left', 'r1 udp 10.0.0.1:53 device=right timeout=3900'],
    ],
  },
];
