/** Random settings of single devices, beside those of all: what answers ARP and how, the reverse path, own addresses, forwarding, sizes. */
import type { Chance } from './chance.js';
import type { NetnsDraft } from './draft.js';

/** Key, how often it is set, the values. */
const CHOICES: readonly (readonly [string, number, readonly string[]])[] = [
  ['rp_filter', 12, ['0', '1', '2']],
  ['accept_local', 6, ['0', '1']],
  ['route_localnet', 6, ['0', '1']],
  ['arp_ignore', 6, ['0', '1', '2', '8']],
  ['arp_announce', 6, ['0', '1', '2']],
  ['src_valid_mark', 3, ['1']],
];
const MTUS: readonly number[] = [1400, 1280, 9000];

export function deviceSettings({ sysctl, links }: NetnsDraft, chance: Chance): void {
  for (const { name, kind } of links) {
    if (kind === 'loopback') continue;
    const device = name.replaceAll('.', '/');
    for (const [key, percent, values] of CHOICES) {
      if (chance.maybe(percent)) sysctl[`net.ipv4.conf.${device}.${key}`] ??= chance.pick(values);
    }
    if (sysctl['net.ipv4.ip_forward'] === '1' && chance.maybe(2)) sysctl[`net.ipv4.conf.${device}.forwarding`] = '0';
    if (chance.maybe(1)) {
      sysctl[`net.ipv4.conf.${device}.proxy_arp`] = '1';
      sysctl[`net.ipv4.neigh.${device}.proxy_delay`] = '0';
    }
  }
}

/** Both ends of a wire alike, mostly: a frame that is too large for the other end is lost. */
export function wireMtu(chance: Chance): number | undefined {
  return chance.maybe(6) ? chance.pick(MTUS) : undefined;
}
