/**
 * A line of hosts for tests of what lies between link and transport: c, r1, r2, s, or fewer or more, each on a wire with the next. The wire after
 * host i is 10.0.i.0/24 and fd00:0:0:i::/64, where the host on the left is 1 and the one on the right 2. Every host forwards, knows the
 * way to each wire, and answers TCP 80 and UDP 53 of both families. The same plans are put to Linux and to this kernel.
 */
import { inputError } from '../../base/errors.js';
import { readIptables } from '../../plan/iptables-text.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan, ProbePlan } from '../../plan/plan.js';
import { readProbe } from './probe-text.js';
import { FORWARDING_4, type Sysctls, WITH_6 } from './sysctls.js';

export interface LineHost {
  readonly sysctl?: Readonly<Record<string, string>>;
  /** Further links. */
  readonly links?: readonly LinkPlan[];
  /** Instead of all links. */
  readonly allLinks?: readonly LinkPlan[];
  /** Addresses more, by device. */
  readonly addr?: Readonly<Record<string, readonly string[]>>;
  readonly routes?: readonly string[];
  /** Instead of those that make the line work. */
  readonly allRoutes?: readonly string[];
  readonly rules?: readonly string[];
  readonly neigh?: readonly string[];
  readonly fdb?: readonly string[];
  readonly iptables?: string;
  readonly ip6tables?: string;
}

export interface Line {
  /** What is asked, as a sentence. */
  readonly name: string;
  /** From left to right; c, r1, r2, s unless given. */
  readonly names?: readonly string[];
  /** Of the wire after each host. */
  readonly mtu?: readonly (number | undefined)[];
  readonly hosts?: Readonly<Record<string, LineHost>>;
  /** IPv4 alone, as on links too small for IPv6. */
  readonly four?: boolean;
  /** `c udp 10.0.2.2:53 size=3000 …`: see probe-text.ts. */
  readonly probes: readonly string[];
}

const SYSCTL: Sysctls = { ...FORWARDING_4, ...WITH_6, 'net.ipv4.conf.all.accept_local': '0', 'net.ipv6.conf.all.forwarding': '1' };

export function linePlan({ names = ['c', 'r1', 'r2', 's'], mtu = [], hosts = {}, four = false, probes }: Line): Plan {
  const netns: Record<string, NetnsPlan> = {};
  for (const [i, name] of names.entries()) netns[name] = hostPlan(names, i, mtu, hosts[name] ?? {});
  for (const [name, host] of Object.entries(hosts)) if (!names.includes(name)) netns[name] = hostPlan([name], 0, [], host);
  if (four) for (const [name, each] of Object.entries(netns)) netns[name] = withoutSix(each);
  const planned = probes.map((text, i): ProbePlan => readProbe(`${i + 1}`, text));
  for (const { netns: from } of planned) if (netns[from] === undefined) throw inputError('no-such-netns', `no host is called ${from}`);
  return {
    netns,
    listeners: Object.keys(netns)
      .flatMap(listenersOf)
      .filter(({ ip }) => !four || ip !== '::'),
    probes: planned,
  };
}

function withoutSix(plan: NetnsPlan): NetnsPlan {
  const links = plan.links.map((link) => ({ ...link, addr: (link.addr ?? []).filter((text) => !text.includes(':')) }));
  return { ...plan, links, routes: plan.routes.filter((text) => !text.includes(':')) };
}

function hostPlan(names: readonly string[], i: number, mtu: Line['mtu'] & {}, host: LineHost): NetnsPlan {
  const own = host.allLinks ?? [...wires(names, i, mtu), ...(host.links ?? [])];
  const links = own.map((link) => ({ ...link, addr: [...(link.addr ?? []), ...(host.addr?.[link.name] ?? [])] }));
  return {
    sysctl: { ...SYSCTL, ...host.sysctl },
    links,
    routes: [...(host.allRoutes ?? ways(names.length, i)), ...(host.routes ?? [])],
    rules: host.rules ?? [],
    neigh: host.neigh ?? [],
    fdb: host.fdb ?? [],
    iptables: host.iptables === undefined ? undefined : readIptables(host.iptables, 'line'),
    ip6tables: host.ip6tables === undefined ? undefined : readIptables(host.ip6tables, 'line'),
  };
}

/** `left` and `right`, by where they lead. */
function wires(names: readonly string[], i: number, mtu: Line['mtu'] & {}): readonly LinkPlan[] {
  const links: LinkPlan[] = [];
  const size = (n: number): Pick<LinkPlan, 'mtu'> => (mtu[n] === undefined ? {} : { mtu: mtu[n] });
  if (i > 0) links.push({ name: 'left', kind: 'veth', ...size(i - 1), addr: [`10.0.${i - 1}.2/24`, `fd00:0:0:${i - 1}::2/64`] });
  const next = names[i + 1];
  if (next === undefined) return links;
  const peer = { netns: next, name: 'left', mac: `0a:00:00:00:0${i}:02` };
  const addr = [`10.0.${i}.1/24`, `fd00:0:0:${i}::1/64`];
  links.push({ name: 'right', kind: 'veth', mac: `0a:00:00:00:0${i}:01`, peer, ...size(i), addr });
  return links;
}

/** To the wires further on; hosts at an end send all else inwards. */
function ways(count: number, i: number): readonly string[] {
  const routes: string[] = [];
  if (count === 1) return routes;
  const gateway = (by: 'left' | 'right'): string[] =>
    by === 'left' ? [`10.0.${i - 1}.1`, `fd00:0:0:${i - 1}::1`] : [`10.0.${i}.2`, `fd00:0:0:${i}::2`];
  if (i === 0 || i === count - 1) {
    const [four, six] = gateway(i === 0 ? 'right' : 'left');
    return [`default via ${four}`, `default via ${six}`];
  }
  for (let wire = 0; wire < count - 1; wire++) {
    if (wire === i || wire === i - 1) continue;
    const [four, six] = gateway(wire < i ? 'left' : 'right');
    routes.push(`10.0.${wire}.0/24 via ${four}`, `fd00:0:0:${wire}::/64 via ${six}`);
  }
  return routes;
}

function listenersOf(netns: string): readonly ListenerPlan[] {
  const at = (proto: 'tcp' | 'udp', port: number, ip: string): ListenerPlan => ({ id: `${netns} ${proto} ${ip}`, netns, proto, ip, port });
  return ['0.0.0.0', '::'].flatMap((ip) => [at('tcp', 80, ip), at('udp', 53, ip)]);
}
