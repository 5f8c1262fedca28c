/**
 * A network with IPv6 beside IPv4: every address, route, policy rule and neighbour has its twin. Pods on routed veths have their node's
 * link-local address for gateway, as Calico's have; a VXLAN may run over IPv6; some neighbours are static, some wrong, some proxied.
 */
import type { Chance } from '../chance.js';
import type { LinkDraft, NetnsDraft } from '../draft.js';
import type { Network } from '../network.js';
import { randomSysctls6 } from './sysctls6.js';
import { linkLocalText, twinAddress, twinPrefix, twinText } from './twin-address.js';

const VXLAN_OVER_IPV6 = 1430;

export function twinNetwork(network: Network, chance: Chance): Network {
  const { netns } = network.draft;
  const tunnelOver6 = chance.maybe(35);
  for (const space of Object.values(netns)) twinSpace(space, chance, tunnelOver6);
  for (const [name, space] of Object.entries(netns)) if (/^(n\d|gw)/.test(name)) neighbours(network, space, chance);
  const twins = (texts: readonly string[], twin: (text: string) => string | undefined): string[] =>
    texts.flatMap((text) => twin(text) ?? []);
  const hosts = network.hosts.map((host) => ({ ...host, addresses: twins(host.addresses, twinAddress) }));
  return { draft: network.draft, hosts, prefixes: [...twins(network.prefixes, twinPrefix), 'fe80::/64'] };
}

function twinSpace(space: NetnsDraft, chance: Chance, tunnelOver6: boolean): void {
  const forwards = space.sysctl['net.ipv4.ip_forward'] === '1';
  const { 'net.ipv6.conf.all.disable_ipv6': _all, 'net.ipv6.conf.default.disable_ipv6': _default, ...rest } = space.sysctl;
  space.sysctl = { ...rest, ...randomSysctls6(chance, forwards), ...untimed(space) };
  for (const link of space.links) twinLink(link, tunnelOver6);
  space.routes.push(...space.routes.flatMap((route) => twinRoute(route, space) ?? []));
  space.rules.push(...space.rules.flatMap((rule) => twinRule(rule) ?? []));
  space.neigh.push(...space.neigh.flatMap((entry) => twinText(entry) ?? []));
  if (tunnelOver6) space.fdb = space.fdb.map((entry) => twinText(entry) ?? entry);
}

/** No neighbour fails within a run, and proxies answer at once; what waits for neighbours is little, for a machine's ICMP waits with it. */
function untimed({ links }: NetnsDraft): Record<string, string> {
  const names = links.filter(({ kind }) => kind !== 'loopback').map(({ name }) => name.replaceAll('.', '/'));
  return Object.fromEntries(
    names.flatMap((name) => [
      [`net.ipv6.neigh.${name}.mcast_solicit`, '1000'],
      [`net.ipv6.neigh.${name}.proxy_delay`, '0'],
      [`net.ipv6.neigh.${name}.unres_qlen_bytes`, '16384'],
    ]),
  );
}

function twinLink(link: LinkDraft, tunnelOver6: boolean): void {
  if (link.addr !== undefined) link.addr = [...link.addr, ...link.addr.flatMap((address) => twinOwn(address) ?? [])];
  if (link.kind !== 'vxlan' || !tunnelOver6) return;
  link.args = twinText(link.args ?? '') ?? link.args ?? '';
  link.mtu = VXLAN_OVER_IPV6;
}

/** A host's own: the address whole, and its prefix's length. */
function twinOwn(address: string): string | undefined {
  const [host = ''] = address.split('/');
  const twin = twinAddress(host);
  const length = twinPrefix(address)?.split('/')[1];
  return twin === undefined || length === undefined ? undefined : `${twin}/${length}`;
}

function twinRoute(route: string, { links }: NetnsDraft): string | undefined {
  const peer = links.find(({ peer: other }) => other !== undefined)?.peer;
  if (route === 'default via 169.254.1.1 dev eth0' && peer !== undefined) return `default via ${linkLocalText(peer.mac)} dev eth0`;
  if (/^default (via|dev)/.test(route) && !/\d+\.\d+\./.test(route)) return route.replace('default', '::/0');
  return twinText(route.replace(' scope link', ''));
}

/** What names no address is of both families, in the words of either. */
function twinRule(rule: string): string | undefined {
  return twinText(rule) ?? (/\d\.\d/.test(rule) ? undefined : `from ::/0 ${rule}`);
}

/** Beside those that a tunnel needs. A wrong one leads to nobody. */
function neighbours({ draft: { netns }, hosts }: Network, space: NetnsDraft, chance: Chance): void {
  const device = chance.pick(space.links.filter(({ kind, master }) => (kind === 'veth' || kind === 'bridge') && master === undefined)).name;
  for (const host of chance.some(hosts, 8)) {
    const address = twinAddress(chance.pick(host.addresses));
    const link = netns[host.name]?.links.find(({ name }) => name === 'eth0');
    if (address === undefined || link?.mac === undefined || netns[host.name] === space) continue;
    space.neigh.push(`${address} lladdr ${chance.maybe(70) ? link.mac : '0a:00:00:00:ff:01'} dev ${device} nud permanent`);
  }
  for (const host of chance.some(hosts, 6)) {
    const address = twinAddress(host.addresses[0] ?? '');
    if (address !== undefined) space.neigh.push(`proxy ${address} dev ${device}`);
  }
}
