/**
 * Arguments after `ip link add NAME type vxlan`: iproute2's ip/iplink_vxlan.c with the kernel's defaults (drivers/net/vxlan): port
 * 8472 when none is given, learning on. Not modelled, by name: multicast groups, external (collect metadata) mode, ARP proxy, miss
 * notifications, header extensions.
 */
import type { Ip } from '../../base/ip.js';
import {
  peekWord,
  rejectWord,
  splitWords,
  takeDevice,
  takeIp,
  takeNumber,
  takeValue,
  takeWord,
  unsupportedWord,
  type Words,
} from './words.js';

export interface VxlanArgs {
  readonly vni: number;
  readonly dstport: number;
  /** The outer source; undefined leaves it to routing. */
  readonly local: Ip | undefined;
  /** Where frames to unknown addresses go, besides the fdb. */
  readonly remote: Ip | undefined;
  /** The device the tunnel is bound to. */
  readonly dev: string | undefined;
  readonly learning: boolean;
  /** Outer TTL; 0 leaves it to the host's default. */
  readonly ttl: number;
  /** Range of outer source ports; 0 and 0 is the host's ephemeral range. */
  readonly srcPortMin: number;
  readonly srcPortMax: number;
  /** How long a learned entry lives, seconds. */
  readonly ageing: number;
}

const WITHOUT_EFFECT = ['udpcsum', 'noudpcsum', 'udp6zerocsumtx', 'noudp6zerocsumtx', 'udp6zerocsumrx', 'noudp6zerocsumrx'];
const KNOWN = ['id', 'vni', 'dstport', 'local', 'remote', 'dev', 'learning', 'nolearning', 'ttl', 'srcport', 'ageing', ...WITHOUT_EFFECT];
const OFF = ['noproxy', 'norsc', 'nol2miss', 'nol3miss', 'noexternal', 'noremcsumtx', 'noremcsumrx'];
const UNMODELLED = [
  'group',
  'proxy',
  'rsc',
  'l2miss',
  'l3miss',
  'external',
  'gbp',
  'gpe',
  'maxaddress',
  'tos',
  'df',
  'flowlabel',
  'remcsumtx',
  'remcsumrx',
  'vnifilter',
];
const VNI_MAX = 0xffffff;

/** `id 1 dstport 8472 nolearning local 192.168.1.10 dev eth0` → data. */
export function parseVxlanArgs(text: string, origin = 'ip link type vxlan'): VxlanArgs {
  const words = splitWords(text, origin);
  const args = { dstport: 8472, learning: true, ttl: 0, srcPortMin: 0, srcPortMax: 0, ageing: 300 };
  let vni: number | undefined;
  let local: Ip | undefined;
  let remote: Ip | undefined;
  let dev: string | undefined;
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'id' || word === 'vni') vni = takeNumber(words, 'the VNI', 0, VNI_MAX);
    else if (word === 'dstport') args.dstport = takeNumber(words, 'the UDP port', 0, 65535) || 8472;
    else if (word === 'local') local = takeIp(words, 'the local address');
    else if (word === 'remote') remote = takeRemote(words);
    else if (word === 'dev') dev = takeDevice(words);
    else if (word === 'learning' || word === 'nolearning') args.learning = word === 'learning';
    else if (word === 'ttl' || word === 'hoplimit') args.ttl = takeTtl(words);
    else if (word === 'srcport') {
      args.srcPortMin = takeNumber(words, 'the lowest source port', 0, 65535);
      args.srcPortMax = takeNumber(words, 'the highest source port', args.srcPortMin, 65535);
    } else if (word === 'ageing') args.ageing = takeNumber(words, 'the ageing time', 0, 0xffffffff);
    else if (!WITHOUT_EFFECT.includes(word) && !OFF.includes(word)) rejectWord(words, word, KNOWN, UNMODELLED);
  }
  if (vni === undefined) takeValue(words, 'the `id`');
  return { ...args, vni: vni as number, local, remote, dev };
}

function takeRemote(words: Words): Ip {
  const remote = takeIp(words, 'the remote address');
  if (typeof remote === 'number' ? remote >>> 28 === 14 : remote >> 120n === 0xffn) unsupportedWord(words, 'a multicast group');
  return remote;
}

function takeTtl(words: Words): number {
  const word = takeValue(words, 'the TTL');
  if (word === 'auto') return 0;
  if (word === 'inherit') unsupportedWord(words, '`ttl inherit`');
  words.at--;
  return takeNumber(words, 'the TTL', 0, 255);
}
