/** The least plan in which flows can be recalled: a router between a client and its server. */
import { readPlan } from '../../../plan/plan-json.js';
import type { Plan } from '../../../plan/plan.js';

const SYSCTL = { 'net.ipv4.ip_forward': '1', 'net.ipv4.icmp_ratelimit': '0' };

/** A client, a router with rules, and a server that listens on two ports. */
export function routed(iptables: string): Plan {
  const link = (name: string, addr: string, peer: string): object => ({
    name,
    kind: 'veth',
    addr: [addr],
    peer: { netns: peer, name: name === 'eth0' ? 'r0' : 'r1' },
  });
  const plan = {
    netns: {
      client: { sysctl: SYSCTL, links: [link('eth0', '10.0.0.2/24', 'router')], routes: ['default via 10.0.0.1'] },
      router: {
        sysctl: SYSCTL,
        links: [
          { name: 'r0', kind: 'veth', addr: ['10.0.0.1/24'] },
          { name: 'r1', kind: 'veth', addr: ['10.0.1.1/24'] },
        ],
        iptables,
      },
      server: { sysctl: SYSCTL, links: [link('eth1', '10.0.1.2/24', 'router')], routes: ['default via 10.0.1.1'] },
    },
    listeners: [80, 81].map((port) => ({ id: `web${port}`, netns: 'server', proto: 'tcp', port })),
    probes: [],
  };
  return readPlan(JSON.stringify(plan), 'plan.json');
}

export const table = (name: string, ...rules: readonly string[]): string =>
  `*${name}\n${(name === 'nat' ? ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT']).map((chain) => `:${chain} ACCEPT [0:0]`).join('\n')}\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;
