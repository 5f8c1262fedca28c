/** The extensions of iptables 1.8.9 by name: those that hopspec models, and those that it only knows of. */
import { addrtype } from './match/addrtype.js';
import { comment, nfacct } from './match/comment.js';
import { conntrack, state } from './match/conntrack.js';
import { icmp } from './match/icmp.js';
import { icmp6 } from './match/icmp6.js';
import { dscp, hl, length, tos, ttl } from './match/ip-header.js';
import { iprange } from './match/iprange.js';
import { ipvs } from './match/ipvs.js';
import { limit } from './match/limit.js';
import { mac, pkttype } from './match/link-layer.js';
import { connmark, mark } from './match/mark.js';
import { multiport } from './match/multiport.js';
import { owner } from './match/owner.js';
import { physdev } from './match/physdev.js';
import { sctp, tcp, udp } from './match/ports.js';
import { recent } from './match/recent.js';
import { rpfilter } from './match/rpfilter.js';
import { set } from './match/set.js';
import { statistic } from './match/statistic.js';
import type { MatchModule, TargetModule } from './module.js';
import { connmark as connmarkTarget } from './target/connmark.js';
import { ct } from './target/ct.js';
import { dscp as dscpTarget, hl as hlTarget, tcpmss, tos as tosTarget, ttl as ttlTarget } from './target/header.js';
import { log, nflog } from './target/log.js';
import { mark as markTarget } from './target/mark.js';
import { dnat, masquerade, netmap, redirect, snat } from './target/nat.js';
import { reject } from './target/reject.js';
import { set as setTarget } from './target/set.js';
import { accept, drop, notrack, returns, trace } from './target/verdict.js';

function byName<Module extends { readonly name: string }>(modules: readonly Module[]): ReadonlyMap<string, Module> {
  return new Map(modules.map((module) => [module.name, module]));
}

export const MATCHES: ReadonlyMap<string, MatchModule> = byName([
  comment,
  tcp,
  udp,
  sctp,
  icmp,
  icmp6,
  mark,
  connmark,
  conntrack,
  state,
  addrtype,
  statistic,
  multiport,
  recent,
  physdev,
  iprange,
  limit,
  length,
  owner,
  mac,
  ttl,
  hl,
  dscp,
  tos,
  pkttype,
  rpfilter,
  nfacct,
  ipvs,
  set,
]);

export const TARGETS: ReadonlyMap<string, TargetModule> = byName([
  accept,
  drop,
  returns,
  reject,
  markTarget,
  connmarkTarget,
  dnat,
  snat,
  masquerade,
  redirect,
  netmap,
  ct,
  notrack,
  log,
  nflog,
  tcpmss,
  dscpTarget,
  tosTarget,
  ttlTarget,
  hlTarget,
  trace,
  setTarget,
]);

/** Matches that iptables has and hopspec does not model. */
export const UNMODELLED_MATCHES: ReadonlySet<string> = new Set(
  (
    'ah bpf cgroup cluster connbytes connlabel connlimit cpu dccp devgroup dst ecn esp eui64 frag hashlimit hbh helper icmpv6 ipcomp ' +
    'ipv6header mh osf policy quota quota2 rateest realm rt socket srh string tcpmss time u32 unclean geoip'
  ).split(' '),
);

/** Targets that iptables has and hopspec does not model; a chain cannot bear such a name either. */
export const UNMODELLED_TARGETS: ReadonlySet<string> = new Set(
  (
    'AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNSECMARK DNPT ECN HMARK IDLETIMER LED NFQUEUE QUEUE RATEEST SECMARK SNPT SYNPROXY ' +
    'TCPOPTSTRIP TEE TPROXY ULOG'
  ).split(' '),
);

/** The extension that iptables loads by itself when a rule says `-p` but uses its options without `-m`. */
export const MATCH_OF_PROTOCOL: ReadonlyMap<number, MatchModule> = new Map([
  [1, icmp],
  [6, tcp],
  [17, udp],
  [58, icmp6],
  [132, sctp],
]);
