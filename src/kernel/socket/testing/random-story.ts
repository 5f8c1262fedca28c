/** Random stories of a client, a router and a server: sockets that are kept, used again and closed, rules that change, connections that go. */
import type { Rng } from '../../../base/rng.js';
import type { StoryCase } from './story-case.js';

const VIP = { 4: '10.9.9.9', 6: 'fd00:9::9' } as const;
const SERVER = { 4: '10.0.2.2', 6: 'fd00:2::2' } as const;
const CLIENTS = { 4: ['10.0.1.2', '10.0.1.3'], 6: ['fd00:1::2', 'fd00:1::3'] } as const;

/** Of IPv4 or IPv6. */
export function randomStory(rng: Rng, name: string, family: 4 | 6): StoryCase {
  const pick = <T>(list: readonly T[]): T => list[rng.below(list.length)] as T;
  const length = family === 4 ? 32 : 128;
  const rules = (): string[] => {
    const at = (port: number): string => (family === 4 ? `${SERVER[4]}:${port}` : `[${SERVER[6]}]:${port}`);
    const made = [
      `nat PREROUTING -d ${VIP[family]}/${length} -p udp -m udp --dport 53 -j DNAT --to-destination ${at(pick([53, 54, 99]))}`,
      `nat PREROUTING -d ${VIP[family]}/${length} -p tcp -m tcp --dport 80 -j DNAT --to-destination ${at(pick([80, 81, 99]))}`,
    ];
    if (rng.below(2) === 0) made.push(pick(['nat POSTROUTING -o s0 -j MASQUERADE', 'nat POSTROUTING -o s0 -p tcp -j MASQUERADE']));
    if (rng.below(3) === 0) made.push('filter FORWARD -m conntrack --ctstate INVALID -j DROP');
    if (rng.below(6) === 0) made.push(`filter FORWARD -p ${pick(['tcp', 'udp'])} -m conntrack --ctstate ESTABLISHED -j DROP`);
    if (rng.below(6) === 0) made.push(`filter FORWARD -p tcp -m tcp --dport ${pick([80, 81])} -j REJECT --reject-with tcp-reset`);
    if (rng.below(6) === 0) made.push(`filter FORWARD -p udp -m udp --dport ${pick([53, 54])} -m conntrack --ctstate NEW -j REJECT`);
    return made;
  };
  const kept: string[] = [];
  const probes: Record<string, unknown>[] = [];
  for (let i = 0; i < 8; i++) {
    const id = String(i);
    const probe: Record<string, unknown> = kept.length > 0 && rng.below(3) > 0 ? { id, reuse: pick(kept) } : opening(id, rng, family);
    if (probe['reuse'] !== undefined && rng.below(5) === 0) probe['close'] = pick(['fin', 'reset']);
    const keep = probe['close'] === undefined && rng.below(4) > 0;
    if (keep) probe['keep'] = true;
    if (keep && probe['reuse'] === undefined) kept.push(id);
    if (!keep && probe['reuse'] !== undefined) kept.splice(kept.indexOf(probe['reuse'] as string), 1);
    if (i > 0 && rng.below(3) === 0) {
      const change: Record<string, unknown> = {};
      if (rng.below(2) === 0) change[family === 4 ? 'iptables' : 'ip6tables'] = rules();
      if (rng.below(2) === 0) change['conntrack'] = [pick(['-F', '-D -p udp', '-D -p tcp', `-D --orig-dst ${VIP[family]}`])];
      probe['change'] = { r: change };
    }
    // Late acknowledgements are on their way for some time.
    probe['after_ms'] = i === 0 ? 400 : 60;
    probes.push(probe);
  }
  probes.push({
    ...opening('last', rng, family),
    proto: 'icmp',
    dport: undefined,
    sport: undefined,
    dst: SERVER[family],
    after_ms: 60,
    conntrack: ['r'],
  });
  const sysctl: Record<string, string> = {};
  if (rng.below(3) === 0) sysctl['net.netfilter.nf_conntrack_tcp_loose'] = '0';
  if (rng.below(3) === 0) sysctl['net.netfilter.nf_conntrack_tcp_be_liberal'] = '1';
  const field = family === 4 ? 'rules' : 'rules6';
  return { name, [field]: { r: rules() }, sysctl: { r: sysctl }, addr: { c: ['10.0.1.3/24', 'fd00:1::3/64'] }, probes };
}

function opening(id: string, rng: Rng, family: 4 | 6): Record<string, unknown> {
  const udp = rng.below(2) === 0;
  const dport = udp ? [53, 54][rng.below(2)] : [80, 81][rng.below(2)];
  // Errors for want of a route are limited in ways that depend on the time.
  const dst = rng.below(2) === 0 || dport === 54 || dport === 81 ? SERVER[family] : VIP[family];
  return { id, netns: 'c', proto: udp ? 'udp' : 'tcp', dst, dport, src: CLIENTS[family][rng.below(2)], sport: 4000 + rng.below(3) };
}
