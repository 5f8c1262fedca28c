/** Broadcasts: to a subnet, to everybody, to a subnet further on; who hears them, and from where he answers. */
import type { Line } from './line.js';

const CALLS = ['10.0.0.255', '10.0.0.0', '255.255.255.255', '10.0.1.255', '10.0.2.255'];
const calls = (from: string, more = ''): string[] => CALLS.map((ip) => `${from} udp ${ip}:53 broadcast${more}`);
/** c has no server of its own at this port. */
const closed = (from: string): string[] => CALLS.map((ip) => `${from} udp ${ip}:54 broadcast`);
const forwarding = {
  'net.ipv4.conf.all.bc_forwarding': '1',
  'net.ipv4.conf.default.bc_forwarding': '1',
  'net.ipv4.conf.left.bc_forwarding': '1',
  'net.ipv4.conf.right.bc_forwarding': '1',
};
/** The callers' own servers, who would hear it first, are kept from it. */
const deaf = (...names: string[]): Line['hosts'] & {} =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        iptables: '*filter\n-A INPUT -m pkttype --pkt-type broadcast -j DROP\n-A INPUT -m addrtype --dst-type BROADCAST -j DROP\nCOMMIT\n',
      },
    ]),
  );

export const BROADCAST: readonly Line[] = [
  { name: 'a host hears its own broadcasts', four: true, probes: [...calls('c'), ...calls('r1'), ...closed('c')] },
  { name: 'without SO_BROADCAST', four: true, probes: CALLS.map((ip) => `c udp ${ip}:53`) },
  { name: 'who hears them on the wire', four: true, hosts: deaf('c'), probes: calls('c') },
  {
    name: 'broadcasts through routers that let them pass',
    four: true,
    hosts: { ...deaf('c'), r1: { sysctl: forwarding }, r2: { sysctl: forwarding } },
    probes: calls('c'),
  },
  {
    name: 'routers that let them pass, but for the last',
    four: true,
    hosts: { ...deaf('c'), r1: { sysctl: forwarding } },
    probes: calls('c'),
  },
  { name: 'large broadcasts', four: true, hosts: deaf('c'), probes: [...calls('c', ' size=3000')] },
  {
    name: 'from an address of its own, or by a device',
    four: true,
    hosts: deaf('r1'),
    probes: [
      ...calls('r1', ' src=10.0.0.2'),
      ...calls('r1', ' src=10.0.1.1'),
      ...calls('r1', ' device=right'),
      ...calls('r1', ' device=left'),
    ],
  },
  {
    name: 'an answer from another port',
    four: true,
    hosts: { ...deaf('c'), r1: { iptables: '*nat\n-A POSTROUTING -p udp --sport 53 -j SNAT --to-source 10.0.0.2:243\nCOMMIT\n' } },
    probes: calls('c'),
  },
  { name: 'over TCP and ping nobody is called', four: true, probes: CALLS.flatMap((ip) => [`c tcp ${ip}:80`, `c icmp ${ip}`]) },
];
