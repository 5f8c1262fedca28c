/** Random statements of nftables. Most let the packet go on, or the probes would see one rule each. */
import { socketText } from '../dialect.js';
import { braces, countable, NFT_MARKS, NFT_PORTS, type NftPlace, type NftWords, SETS, type Side } from './nft-words.js';

const NOBODY = { ip: '198.51.100.77', ip6: 'fd00:0:198:51:100::77' } as const;

type Make = (words: NftWords, place: NftPlace) => string | undefined;

const plain =
  (text: string): Make =>
  () =>
    text;

const ANYWHERE: readonly (readonly [number, Make])[] = [
  [3, plain('accept')],
  [2, plain('return')],
  [2, plain('counter')],
  [1, plain('continue')],
  [1, plain('log prefix "seen "')],
];

const MARKING: readonly (readonly [number, Make])[] = [
  [4, ({ chance }) => `meta mark set ${chance.pick(NFT_MARKS)}`],
  [3, ({ chance }) => `meta mark set meta mark ${chance.pick(['|', '^'])} ${chance.pick(NFT_MARKS)}`],
  [2, ({ chance }) => `meta mark set meta mark & ${chance.pick(['0xffffbfff', '0x1'])}`],
  [2, ({ chance }) => `ct mark set ${chance.pick(['meta mark', '0x1', '0x2'])}`],
  [2, plain('meta mark set ct mark')],
];

const FILTER: readonly (readonly [number, Make])[] = [
  ...ANYWHERE,
  ...MARKING,
  [5, plain('accept')],
  [3, plain('drop')],
  [4, reject],
  [2, vmap],
  [2, (words) => `${words.side === 'ip' ? 'ip ttl' : 'ip6 hoplimit'} set ${words.chance.pick(['64', '2', '1'])}`],
  [1, (words) => `${words.side} dscp set ${words.chance.pick(['af11', 'ef', 'cs0'])}`],
  [1, ({ proto }) => (proto === 'tcp' ? 'tcp flags & (syn | rst) == syn tcp option maxseg size set 1200' : undefined)],
  [2, remember],
  [1, plain('meta priority set 1:10')],
  [1, plain('ct event set new')],
  [1, clampMss],
  [
    1,
    ({ chance }, { priority, hook }) =>
      priority < -200 && (hook === 'prerouting' || hook === 'output')
        ? `ct ${chance.pick(['', 'original ', 'reply '])}zone set ${chance.pick(['4', '5'])}`
        : undefined,
  ],
  [1, (_words, { priority, hook }) => (priority < -200 && (hook === 'prerouting' || hook === 'output') ? 'notrack' : undefined)],
];

/** Where the way out is known. */
function clampMss({ proto }: NftWords, { hook }: NftPlace): string | undefined {
  const known = hook === 'forward' || hook === 'output' || hook === 'postrouting';
  return proto === 'tcp' && known ? 'tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu' : undefined;
}

function reject(words: NftWords, { hook }: NftPlace): string | undefined {
  if (hook === 'postrouting' || hook === 'prerouting') return undefined;
  const { chance } = words;
  const { side } = words;
  const only = words.table === 'inet' ? `meta nfproto ipv${side === 'ip' ? 4 : 6} ` : '';
  return chance.weighed([
    [4, () => 'reject'],
    [2, () => (words.proto === 'tcp' ? 'meta l4proto tcp reject with tcp reset' : 'reject')],
    [
      2,
      () =>
        words.table === 'inet' ? `reject with icmpx type ${chance.pick(['admin-prohibited', 'no-route', 'host-unreachable'])}` : 'reject',
    ],
    [
      3,
      () =>
        side === 'ip'
          ? `${only}reject with icmp type ${chance.pick(['net-unreachable', 'host-prohibited', 'admin-prohibited', 'prot-unreachable'])}`
          : `${only}reject with icmpv6 type ${chance.pick(['no-route', 'admin-prohibited', 'addr-unreachable', 'policy-fail'])}`,
    ],
  ])();
}

function vmap(words: NftWords, place: NftPlace): string | undefined {
  const { chance, families } = words;
  const { side } = words;
  const verdict = (): string => chance.pick(['accept', 'return', 'drop', 'continue', 'accept']);
  const counts = countable(words, place);
  const known = (): string[] => chance.some([...new Set(families[side].addresses)], 25);
  return chance.weighed([
    [
      3,
      () =>
        words.proto !== 'tcp'
          ? undefined
          : `tcp dport vmap ${braces(
              chance
                .some(NFT_PORTS, 40)
                .concat(9)
                .map((port) => `${port} : ${verdict()}`),
            )}`,
    ],
    [2, () => `ct state vmap { established : accept, related : accept, invalid : ${verdict()} }`],
    [2, () => `${side} daddr vmap ${braces([...known().map((one) => `${one} : ${verdict()}`), `${NOBODY[side]} : accept`])}`],
    [2, () => (counts === undefined ? undefined : `${counts}numgen inc mod 2 vmap { 0 : ${verdict()}, 1 : ${verdict()} }`)],
    [1, () => `iifname vmap { "${chance.pick(words.devices)}" : ${verdict()} }`],
  ])();
}

function remember(words: NftWords): string | undefined {
  const { chance } = words;
  if (words.tunnels && words.proto !== 'tcp') return undefined;
  const { side } = words;
  const life = chance.maybe(50) ? ' timeout 1h' : '';
  return `${words.tunnels ? 'meta l4proto tcp ' : ''}${chance.pick(['add', 'update'])} @${SETS.seen(side)} { ${side} saddr${life} }`;
}

const DESTINATION: readonly (readonly [number, Make])[] = [
  ...ANYWHERE,
  [1, (words, place) => (place.hook === 'output' ? undefined : vmap(words, place)?.replaceAll('drop', 'accept'))],
  [10, destination],
  [3, (words) => (words.proto === 'icmp' ? undefined : `meta l4proto ${l4(words)} redirect to :${words.chance.pick(NFT_PORTS)}`)],
  [1, plain('redirect')],
  [1, ({ chance }) => `meta mark set ${chance.pick(NFT_MARKS)}`],
];

/** `dnat ip to` in a table of both families, `dnat to` elsewhere. */
function word(nat: string, side: Side, { table }: NftWords): string {
  return table === 'inet' ? `${nat} ${side}` : nat;
}

/** Of a translated port nft must know the protocol. */
function l4({ proto }: NftWords): string {
  return proto === 'th' ? '{ tcp, udp }' : proto;
}

function destination(words: NftWords, place: NftPlace): string | undefined {
  const { chance, families } = words;
  const { side } = words;
  const { addresses, services } = families[side];
  const to = (): string => chance.pick(addresses);
  const port = (): number => chance.pick([80, 80, 8080, 22, 53]);
  const counts = countable(words, place);
  if (words.proto === 'icmp') return `${side} daddr ${chance.pick(services)} ${word('dnat', side, words)} to ${to()}`;
  const dnat = word('dnat', side, words);
  const service = chance.pick(services);
  return chance.weighed([
    [3, () => `${side} daddr ${service} ${dnat} to ${to()}`],
    [4, () => `${side} daddr ${service} meta l4proto ${l4(words)} ${dnat} to ${socketText(to(), `:${port()}`)}`],
    [3, () => `${dnat} to ${side} daddr map ${braces([...new Set(services)].map((one) => `${one} : ${to()}`))}`],
    [
      3,
      () =>
        words.proto !== 'tcp'
          ? undefined
          : `meta l4proto tcp dnat ${side} addr . port to ${side} daddr . tcp dport map @${SETS.backends(side)}`,
    ],
    [
      2,
      () =>
        counts === undefined ? undefined : `${counts}${side} daddr ${service} ${dnat} to numgen inc mod 2 map { 0 : ${to()}, 1 : ${to()} }`,
    ],
    [
      2,
      () =>
        `${side} daddr ${service} ${dnat} to jhash ${side} saddr mod 2 seed 0x${chance.between(1, 99).toString(16)} map { 0 : ${to()}, 1 : ${to()} }`,
    ],
  ])();
}

const SOURCE: readonly (readonly [number, Make])[] = [
  ...ANYWHERE,
  [
    5,
    (words) => {
      const { side } = words;
      const { addresses } = words.families[side];
      const only = words.table === 'inet' ? `meta nfproto ipv${side === 'ip' ? 4 : 6} ` : '';
      return `${only}${word('snat', side, words)} to ${words.chance.pick(addresses)}${words.chance.maybe(20) ? ' fully-random' : ''}`;
    },
  ],
  [
    2,
    (words) => {
      const { side } = words;
      const { addresses } = words.families[side];
      const known = [...new Set(addresses)].slice(0, 4).map((one) => `${one} : ${words.chance.pick(addresses)}`);
      return `${word('snat', side, words)} to ${side} saddr map ${braces(known)}`;
    },
  ],
];

const MASQUERADE: readonly (readonly [number, Make])[] = [
  ...SOURCE,
  [8, ({ chance }) => `masquerade${chance.pick(['', '', ' fully-random', ' random'])}`],
  [1, (words) => (words.proto === 'icmp' ? undefined : `meta l4proto ${l4(words)} masquerade to :50000-50100`)],
];

export function nftStatement(words: NftWords, place: NftPlace): string {
  const { type, hook } = place;
  const nat = hook === 'prerouting' || hook === 'output' ? DESTINATION : hook === 'postrouting' ? MASQUERADE : SOURCE;
  for (;;) {
    const text = words.chance.weighed(type === 'nat' ? nat : FILTER)(words, place);
    if (text !== undefined) return text;
  }
}
