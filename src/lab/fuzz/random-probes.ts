/**
 * Random listeners and probes. Source ports are fixed and mostly used once; an address that nobody has is asked for once, for how long a
 * neighbour takes to fail is not compared; route errors are asked for a few times by each sender, for the kernel limits them.
 */
import type { Chance } from './chance.js';
import type { ListenerDraft, ProbeDraft } from './draft.js';
import type { Host } from './build.js';
import type { Network } from './network.js';
import { PORTS } from './vocabulary.js';

const TIMEOUT_MS = 70;
const LOST_MAX = 2;
const VIPS = ['10.96.0.1', '10.96.0.2', '10.96.0.3'];
const LOST = ['10.50.0.1', '10.56.0.7', '198.51.100.1', '192.168.3.3', '10.244.9.9'];
const ODD = ['127.0.0.1', '127.0.0.2', '0.0.0.0', '192.168.1.255', '255.255.255.255', '10.244.1.255', '192.168.1.0', '169.254.1.1'];

export function addListeners({ draft, hosts }: Network, chance: Chance): void {
  const add = (netns: string, proto: ListenerDraft['proto'], ip: string, port: number): void => {
    draft.listeners.push({ id: `${netns} ${proto} ${ip === '0.0.0.0' ? '' : `${ip}:`}${port}`, netns, proto, ip, port });
  };
  for (const { name, kind, addresses } of hosts) {
    for (const port of kind === 'pod' ? [80, 8080] : [22, 80]) add(name, 'tcp', '0.0.0.0', port);
    add(name, 'udp', '0.0.0.0', 53);
    if (chance.maybe(20)) add(name, chance.pick(['tcp', 'udp']), chance.pick(addresses), 443);
    if (chance.maybe(10)) add(name, 'tcp', '127.0.0.1', 8000);
    if (chance.maybe(10)) add(name, 'udp', chance.pick(addresses), 53);
    if (chance.maybe(6)) add(name, 'udp', '127.0.0.1', 53);
    if (chance.maybe(15)) add(name, 'udp', chance.pick(['0.0.0.0', ...addresses]), chance.pick([80, 8080]));
  }
}

export function addProbes({ draft, hosts }: Network, chance: Chance, count: number): void {
  const lost = new Map<string, number>();
  const absent = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? `192.168.1.${200 + i}` : `10.244.${1 + ((i % 4) >> 1)}.${200 + i}`));
  const senders = hosts.filter(({ kind }) => kind !== 'router');
  for (let i = 0; i < count; i++) {
    const from = chance.maybe(95) ? chance.pick(senders) : chance.pick(hosts);
    draft.probes.push(probe(i, from, destination(from)));
  }

  function destination(from: Host): string {
    const kind = chance.weighed([
      [50, 'host'],
      [25, 'vip'],
      [6, 'odd'],
      [2, 'absent'],
      [4, 'lost'],
    ]);
    if (kind === 'vip') return chance.pick(VIPS);
    if (kind === 'odd') return chance.pick(ODD);
    if (kind === 'absent') return absent.pop() ?? chance.pick(VIPS);
    const asked = lost.get(from.name) ?? 0;
    if (kind === 'lost' && asked < LOST_MAX) {
      lost.set(from.name, asked + 1);
      return chance.pick(LOST);
    }
    const neighbours = hosts.filter(
      (host) => host.kind === 'pod' && from.kind === 'pod' && host.name.slice(0, 4) === from.name.slice(0, 4),
    );
    const host = chance.pick(neighbours.length > 0 && chance.maybe(25) ? neighbours : hosts);
    return chance.maybe(85) ? (host.addresses[0] as string) : chance.pick(host.addresses);
  }

  function probe(i: number, from: Host, dst: string): ProbeDraft {
    const proto = chance.weighed([
      [5, 'tcp' as const],
      [3, 'udp' as const],
      [2, 'icmp' as const],
    ]);
    const dport = proto === 'udp' && chance.maybe(70) ? 53 : proto === 'tcp' && chance.maybe(65) ? 80 : chance.pick([...PORTS, 8000, 9]);
    return {
      id: `${i + 1}`,
      netns: from.name,
      proto,
      dst,
      ...(proto === 'icmp' ? {} : { dport, ...sportOf(chance, proto, i) }),
      ...(chance.maybe(6) ? { src: chance.pick(from.addresses) } : {}),
      ...(chance.maybe(5) ? { mark: chance.pick([1, 2, 4, 0x4000]) } : {}),
      ...(chance.maybe(8) ? { tos: chance.pick([0x10, 0x28, 0xb8]) } : {}),
      ...(chance.maybe(12) ? sizeOf(chance, proto) : {}),
      ...(chance.maybe(6) ? { ttl: chance.pick([1, 2, 3, 255]) } : {}),
      ...(dst.endsWith('255') && proto === 'udp' && chance.maybe(60) ? { broadcast: true } : {}),
      timeout_ms: TIMEOUT_MS,
    };
  }
}

function sizeOf(chance: Chance, proto: ProbeDraft['proto']): { readonly size?: number; readonly df?: boolean } {
  const size = { size: chance.pick([2, 1200, 1372, 1373, 1472, 1473, 4000]) };
  return proto !== 'tcp' && chance.maybe(50) ? { ...size, df: chance.maybe(50) } : size;
}

/** Of some the kernel chooses, of a few datagrams it is one that others have had. */
function sportOf(chance: Chance, proto: 'tcp' | 'udp', i: number): { readonly sport?: number } {
  if (proto === 'udp' && chance.maybe(25)) return { sport: 30_001 };
  return chance.maybe(8) ? {} : { sport: 20_001 + i };
}

export const PROBED: readonly string[] = VIPS;
