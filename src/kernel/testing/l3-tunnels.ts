/** VXLAN between hosts that are not neighbours: what becomes of the outside on its way. */
import type { LinkPlan } from '../../plan/plan.js';
import type { Line } from './line.js';

function tunnel(device: 'left' | 'right', local: string, remote: string, more: string): LinkPlan {
  const args = `id 7 dstport 8472 local ${local} remote ${remote} dev ${device}${more}`;
  return {
    name: 'vx0',
    kind: 'vxlan',
    args,
    mac: `0a:00:00:00:07:0${device === 'right' ? 1 : 2}`,
    mtu: 1450,
    addr: [`10.77.0.${device === 'right' ? 1 : 2}/24`],
  };
}

function between(
  name: string,
  more: { readonly c?: string; readonly s?: string; readonly rules?: readonly string[]; readonly routes?: readonly string[] },
): Line {
  const { c = '', s = '' } = more;
  return {
    name,
    four: true,
    hosts: {
      c: { links: [tunnel('right', '10.0.0.1', '10.0.2.2', c)] },
      s: { links: [tunnel('left', '10.0.2.2', '10.0.0.1', s)] },
    },
    probes: ['c udp 10.77.0.2:53', 'c tcp 10.77.0.2:80', 'c icmp 10.77.0.2 size=1400', 's udp 10.77.0.1:53'],
  };
}

export const TUNNELS: readonly Line[] = [
  between('a tunnel through two routers', {}),
  between('the outside has a TTL of its own, enough for the way', { c: ' ttl 3', s: ' ttl 3' }),
  between('the outside has a TTL of its own, too little for the way', { c: ' ttl 2', s: ' ttl 3' }),
];
