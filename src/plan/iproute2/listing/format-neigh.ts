/** Neighbours and fdb entries as arguments, in the order in which `ip neigh show` and `bridge fdb show` print them (ip/ipneigh.c, bridge/fdb.c). */
import { formatIp } from '../../../base/ip.js';
import { formatMac } from '../../../base/mac.js';
import type { FdbEntry } from '../fdb.js';
import type { NeighEntry } from '../neigh.js';

export function formatNeigh({ ip, dev, mac, state, proxy }: NeighEntry): string {
  if (proxy) return `proxy ${formatIp(ip)} dev ${dev}`;
  return `${formatIp(ip)} dev ${dev}${mac === undefined ? '' : ` lladdr ${formatMac(mac)}`} nud ${state}`;
}

export function formatFdb({ mac, dev, dst, port, self, master, state }: FdbEntry): string {
  const words = [formatMac(mac), 'dev', dev];
  if (dst !== undefined) words.push('dst', formatIp(dst));
  if (port !== undefined) words.push('port', `${port}`);
  if (master) words.push('master');
  if (self) words.push('self');
  // One that ages is printed without a word.
  if (state !== 'dynamic') words.push(state);
  return words.join(' ');
}
