/** Neighbours that are not where the host believes them: how soon it finds out, by the state that it has them in. */
import type { Line } from './line.js';

const WRONG = '0a:00:00:00:00:99';
const QUICK = ['ipv4', 'ipv6'].reduce<Record<string, string>>(
  (all, family) => ({
    ...all,
    [`net.${family}.neigh.right.delay_first_probe_time`]: '1',
    [`net.${family}.neigh.right.retrans_time_ms`]: '100',
    [`net.${family}.neigh.right.ucast_solicit`]: '2',
    [`net.${family}.neigh.right.base_reachable_time_ms`]: '1000',
  }),
  {},
);
const WAIT = 'c udp 10.0.0.77:9 timeout=1500';
const four = (more = ''): string => `c udp 10.0.0.2:53 timeout=300${more}`;
const six = (more = ''): string => `c udp [fd00::2]:53 timeout=300${more}`;

function wrong(name: string, nud: string, probes: readonly string[], sysctl: Readonly<Record<string, string>> = QUICK): Line {
  const mac = nud === 'failed' || nud === 'none' ? '' : ` lladdr ${WRONG}`;
  return {
    name,
    names: ['c', 's'],
    hosts: {
      c: {
        sysctl,
        neigh: [`10.0.0.77 lladdr ${WRONG} dev right`, `10.0.0.2${mac} dev right nud ${nud}`, `fd00::2${mac} dev right nud ${nud}`],
      },
    },
    probes,
  };
}

export const NEIGHBOURS: readonly Line[] = [
  {
    name: 'how often, and how soon again, everybody is asked',
    names: ['c', 's'],
    hosts: { c: { sysctl: { ...QUICK, 'net.ipv4.neigh.right.mcast_solicit': '2', 'net.ipv6.neigh.right.mcast_solicit': '5' } } },
    probes: [
      'c udp 10.0.0.66:9 timeout=150',
      'c udp 10.0.0.66:9 timeout=400',
      'c udp [fd00::66]:9 timeout=300',
      'c udp [fd00::67]:9 timeout=900',
      'c tcp 10.0.0.65:9 timeout=400',
    ],
  },
  wrong('a stale neighbour is asked a second after it is used, and then everybody', 'stale', [four(), six(), WAIT, four(), six()]),
  wrong('a stale neighbour that nobody uses is not asked', 'stale', [WAIT, four(), four(), WAIT, four()]),
  wrong('a stale neighbour with the usual times', 'stale', [four(), six(), WAIT, four(), six()], {}),
  wrong('a reachable neighbour grows stale first', 'reachable', [
    four(),
    WAIT,
    'c udp 10.0.0.77:9 timeout=300',
    four(),
    WAIT,
    'c udp 10.0.0.77:9 timeout=300',
    four(),
  ]),
  wrong('a permanent neighbour is believed for ever', 'permanent', [four(), WAIT, four(), six()]),
  wrong('a neighbour that needs no ARP is believed for ever', 'noarp', [four(), WAIT, four(), six()]),
  wrong('a neighbour that has failed is asked for anew', 'failed', [four(' timeout=900'), six(' timeout=900')]),
  wrong('a neighbour of whom nothing is known', 'none', [four(' timeout=900'), six(' timeout=900')]),
];
