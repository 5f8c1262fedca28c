/** Tables as kube-proxy and flannel write them: Services in maps, endpoints by turns, marks to be masqueraded. */
import { socketText } from '../dialect.js';
import { braces, type NftWords, type Side } from './nft-words.js';

/** `pods` are the prefix of all of them. */
export function kubeProxyTable(words: NftWords, side: Side, pods: string): string {
  const { chance, families } = words;
  const { addresses, services } = families[side];
  const type = side === 'ip' ? 'ipv4_addr' : 'ipv6_addr';
  const names = [...new Set(services)];
  const chains = names.map((service, i) => serviceChains(words, side, service, i, chance.some(addresses, 20).slice(0, 3), pods));
  const dead = names.filter(() => chance.maybe(20));
  const elements = names.flatMap((service, i) => (dead.includes(service) ? [] : [`${service} . tcp . 80 : goto service-${i}`]));
  const none = dead.map((service) => `${service} . tcp . 80 : ${chance.pick(['goto reject-chain', 'drop'])}`);
  const map = (name: string, list: readonly string[]): string =>
    `\tmap ${name} {\n\t\ttype ${type} . inet_proto . inet_service : verdict\n${list.length > 0 ? `\t\telements = ${braces(list)}\n` : ''}\t}\n`;
  const base = (name: string, head: string, rules: readonly string[]): string =>
    `\tchain ${name} {\n\t\ttype ${head}; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n`;
  const lookup = `${side} daddr . meta l4proto . th dport vmap`;
  return [
    `table ${side} kube-proxy {\n`,
    `\tchain mark-for-masquerade {\n\t\tmeta mark set meta mark | 0x4000\n\t}\n\tchain reject-chain {\n\t\treject\n\t}\n`,
    ...chains,
    map('no-endpoint-services', none),
    map('service-ips', elements),
    base('filter-forward', 'filter hook forward priority filter', [`ct state new ${lookup} @no-endpoint-services`]),
    base('filter-output', 'filter hook output priority filter', [`ct state new ${lookup} @no-endpoint-services`]),
    base('nat-prerouting', 'nat hook prerouting priority dstnat', [`${lookup} @service-ips`]),
    base('nat-output', 'nat hook output priority -100', [`${lookup} @service-ips`]),
    base('nat-postrouting', 'nat hook postrouting priority srcnat', [
      'meta mark & 0x4000 == 0x0 return',
      'meta mark set meta mark ^ 0x4000',
      'masquerade fully-random',
    ]),
    '}\n',
    ...(chance.maybe(50) ? [flannelTable(words, side, pods)] : []),
  ].join('');
}

// eslint-disable-next-line eslint/max-params
function serviceChains(words: NftWords, side: Side, service: string, i: number, drawn: readonly string[], pods: string): string {
  const endpoints = drawn.length > 0 ? drawn : [words.chance.pick(words.families[side].addresses)];
  const turns = endpoints.map((_, k) => `${k} : goto endpoint-${i}-${k}`);
  const dnat = (to: string): string => `meta l4proto tcp dnat to ${socketText(to, `:${words.chance.pick([80, 80, 8080])}`)}`;
  return [
    ...endpoints.map((to, k) => `\tchain endpoint-${i}-${k} {\n\t\t${side} saddr ${to} jump mark-for-masquerade\n\t\t${dnat(to)}\n\t}\n`),
    `\tchain service-${i} {\n\t\t${side} daddr ${service} ${side} saddr != ${pods} jump mark-for-masquerade\n`,
    `\t\tnumgen inc mod ${endpoints.length} vmap ${braces(turns)}\n\t}\n`,
  ].join('');
}

function flannelTable({ chance }: NftWords, side: Side, pods: string): string {
  const rules = [
    'meta mark & 0x4000 == 0x4000 return',
    `${side} saddr ${pods} ${side} daddr ${pods} return`,
    `${side} saddr ${pods} ${side} daddr != ${side === 'ip' ? '224.0.0.0/4' : 'ff00::/8'} masquerade fully-random`,
    ...(chance.maybe(50) ? [`${side} saddr != ${pods} ${side} daddr ${pods} masquerade fully-random`] : []),
  ];
  return `table ${side} flannel {\n\tchain postrtg {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`;
}
