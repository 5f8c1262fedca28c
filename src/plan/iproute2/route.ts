/**
 * Arguments of `ip route add`: iproute2's ip/iproute.c iproute_modify, with its defaults for table and scope. Not modelled, by
 * name: TOS routes, realms, encap, nexthop objects, VRFs, and the TCP metrics of a route.
 */
import type { Cidr } from '../../base/cidr.js';
import type { Ip } from '../../base/ip.js';
import { SCOPE, TABLE, takeScope, takeTable } from './scope.js';
import {
  peekWord,
  refuseWord,
  rejectWord,
  splitWords,
  takeDevice,
  takeIp,
  takeNumber,
  takePrefix,
  takeValue,
  takeWord,
  type Words,
} from './words.js';

export const ROUTE_TYPES = ['unicast', 'local', 'broadcast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;
export type RouteType = (typeof ROUTE_TYPES)[number];

export interface Nexthop {
  readonly via: Ip | undefined;
  readonly dev: string | undefined;
  /** 1 to 256. */
  readonly weight: number;
  readonly onlink: boolean;
}

export interface RouteEntry {
  readonly type: RouteType;
  readonly dst: Cidr;
  readonly via: Ip | undefined;
  readonly dev: string | undefined;
  /** The preferred source address. */
  readonly src: Ip | undefined;
  /** 0 unless given: the lowest, and best. */
  readonly metric: number;
  /** 254 is main, 255 local, 253 default. */
  readonly table: number;
  /** As in SCOPE of scope.ts. */
  readonly scope: number;
  readonly onlink: boolean;
  readonly mtu: number | undefined;
  /** `mtu lock`: what routers say of the path is not heeded. */
  readonly mtuLocked: boolean;
  readonly advmss: number | undefined;
  /** `boot` unless given. */
  readonly proto: string;
  /** The legs of a multipath route; empty for a route with one way out. */
  readonly nexthops: readonly Nexthop[];
}

const KNOWN = [
  'to',
  'via',
  'dev',
  'src',
  'metric',
  'table',
  'scope',
  'onlink',
  'mtu',
  'advmss',
  'proto',
  'nexthop',
  ...ROUTE_TYPES,
  'default',
];
const UNMODELLED = [
  'tos dsfield vrf nhid encap realms realm ttl-propagate expires hoplimit pref as pervasive equalize rtt rttvar rto_min',
  'window cwnd initcwnd initrwnd ssthresh reordering features quickack congctl fastopen_no_cookie multicast anycast nat',
  'lock',
].flatMap((line) => line.split(' '));
const METRIC_MAX = 0xffffffff;

/** What is being read; becomes a RouteEntry at the end. */
interface Draft {
  type: RouteType;
  dst: Cidr | undefined;
  via: Ip | undefined;
  dev: string | undefined;
  src: Ip | undefined;
  metric: number;
  table: number | undefined;
  scope: number | undefined;
  onlink: boolean;
  mtu: number | undefined;
  mtuLocked: boolean;
  advmss: number | undefined;
  proto: string;
  readonly nexthops: Nexthop[];
}

/** `10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink` → data. Throws InputError or UnsupportedError. */
export function parseRoute(text: string, origin = 'ip route'): RouteEntry {
  const words = splitWords(text, origin);
  const draft: Draft = {
    type: 'unicast',
    dst: undefined,
    via: undefined,
    dev: undefined,
    src: undefined,
    metric: 0,
    table: undefined,
    scope: undefined,
    onlink: false,
    mtu: undefined,
    mtuLocked: false,
    advmss: undefined,
    proto: 'boot',
    nexthops: [],
  };
  if (isRouteType(peekWord(words))) draft.type = takeWord(words) as RouteType;
  while (peekWord(words) !== undefined) readWord(words, draft);
  return finish(words, draft);
}

function isRouteType(word: string | undefined): word is RouteType {
  return (ROUTE_TYPES as readonly (string | undefined)[]).includes(word);
}

function readWord(words: Words, draft: Draft): void {
  const word = takeWord(words) as string;
  switch (word) {
    case 'via':
      if (draft.via !== undefined) refuseWord(words, 'second-gateway', 'a route has one gateway', 'write `nexthop via …` for each');
      draft.via = takeGateway(words);
      return;
    case 'dev':
    case 'oif':
      draft.dev = takeDevice(words);
      return;
    case 'src':
      draft.src = takeIp(words, 'the source address');
      return;
    case 'metric':
    case 'priority':
    case 'preference':
      draft.metric = takeNumber(words, 'the metric', 0, METRIC_MAX);
      return;
    case 'table':
      draft.table = takeTable(words);
      return;
    case 'scope':
      draft.scope = takeScope(words);
      return;
    case 'onlink':
      draft.onlink = true;
      return;
    case 'mtu':
      draft.mtuLocked = peekWord(words) === 'lock';
      if (draft.mtuLocked) takeWord(words);
      draft.mtu = takeNumber(words, 'the MTU', 68, 65535);
      return;
    case 'advmss':
      draft.advmss = takeNumber(words, 'the MSS', 1, 65535);
      return;
    case 'proto':
    case 'protocol':
      draft.proto = takeProtocol(words);
      return;
    case 'nexthop':
      draft.nexthops.push(takeNexthop(words));
      return;
    case 'to':
      if (isRouteType(peekWord(words))) draft.type = takeWord(words) as RouteType;
      takeDestination(words, draft);
      return;
    default:
      if (draft.dst !== undefined || !/^(default|any|all|[0-9a-fA-F:]*[.:/].*|\d+)$/.test(word)) rejectWord(words, word, KNOWN, UNMODELLED);
      words.at--;
      takeDestination(words, draft);
  }
}

function takeDestination(words: Words, draft: Draft): void {
  if (draft.dst !== undefined) {
    takeWord(words);
    refuseWord(words, 'duplicate-word', 'the destination is given twice');
  }
  draft.dst = takePrefix(words, 'the destination');
}

function takeGateway(words: Words): Ip {
  const family = peekWord(words);
  if (family === 'inet' || family === 'inet6') takeWord(words);
  const via = takeIp(words, 'the gateway');
  if (family === 'inet6' && typeof via === 'number') refuseWord(words, 'bad-address', 'the gateway must be an IPv6 address after `inet6`');
  return via;
}

function takeProtocol(words: Words): string {
  const word = takeValue(words, 'the routing protocol');
  if (/^[a-z][a-z0-9_-]*$|^\d{1,3}$/.test(word)) return word;
  refuseWord(words, 'bad-protocol', `the routing protocol must be kernel, boot, static, a name or a number, but is \`${word}\``);
}

function takeNexthop(words: Words): Nexthop {
  let via: Ip | undefined;
  let dev: string | undefined;
  let weight = 1;
  let onlink = false;
  for (;;) {
    const word = peekWord(words);
    if (word === 'via') via = (takeWord(words), takeGateway(words));
    else if (word === 'dev') dev = (takeWord(words), takeDevice(words));
    else if (word === 'weight') weight = (takeWord(words), takeNumber(words, 'the weight', 1, 256));
    else if (word === 'onlink') onlink = (takeWord(words), true);
    else break;
  }
  if (via === undefined && dev === undefined) {
    takeValue(words, 'the `via` or `dev` of a nexthop');
    refuseWord(words, 'bad-nexthop', 'a nexthop must have `via` or `dev`');
  }
  return { via, dev, weight, onlink };
}

const WITHOUT_WAY_OUT: readonly RouteType[] = ['blackhole', 'unreachable', 'prohibit', 'throw'];

function finish(words: Words, draft: Draft): RouteEntry {
  if (draft.dst === undefined) takeValue(words, 'the destination');
  let dst = draft.dst as Cidr;
  const gateway = draft.via ?? draft.nexthops[0]?.via;
  const foreign = /\bvia inet6 /.test(words.text);
  // `default` has no family of its own: a gateway or source gives it one, but not a gateway that says its family.
  const clue = foreign ? draft.src : (gateway ?? draft.src);
  if (dst.length === 0 && dst.ip === 0 && typeof clue === 'bigint') dst = { ip: 0n, length: 0 };
  words.at = words.words.length;
  if (draft.src !== undefined && typeof draft.src !== typeof dst.ip)
    refuseWord(words, 'mixed-families', 'the source and the destination must be of one family');
  if (gateway !== undefined && typeof gateway !== typeof dst.ip && (!foreign || typeof dst.ip === 'bigint'))
    refuseWord(
      words,
      'mixed-families',
      'the gateway and the destination must be of one family',
      'a route of IPv4 may say `via inet6 ADDRESS`',
    );
  const wayOut = gateway !== undefined || draft.dev !== undefined || draft.nexthops.length > 0;
  if (WITHOUT_WAY_OUT.includes(draft.type)) {
    if (wayOut) refuseWord(words, 'way-out', `a route of type ${draft.type} has no gateway, device or nexthop`);
  } else if (!wayOut) refuseWord(words, 'no-nexthop', 'the route has no `via`, `dev` or `nexthop`', 'say which device or gateway it uses');
  return { ...draft, dst, table: draft.table ?? defaultTable(draft.type), scope: draft.scope ?? defaultScope(draft, gateway) };
}

function defaultTable(type: RouteType): number {
  return type === 'local' || type === 'broadcast' ? TABLE.local : TABLE.main;
}

function defaultScope(draft: Draft, gateway: Ip | undefined): number {
  if (draft.type === 'local') return SCOPE.host;
  if (draft.type === 'broadcast') return SCOPE.link;
  return draft.type === 'unicast' && gateway === undefined && draft.nexthops.length === 0 ? SCOPE.link : SCOPE.global;
}
