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
import { string, u32 } from './match/bytes.js';
import { cluster, connbytes, connlabel, connlimit, helper } from './match/connection-extras.js';
import { ah, dst, esp, eui64, frag, hbh, ipv6header, mh, rt } from './match/extension-header.js';
import { hashlimit } from './match/hashlimit.js';
import { devgroup, quota, realm, socket } from './match/host-extras.js';
import { policy } from './match/policy.js';
import { ecn, tcpmss as tcpmssMatch } from './match/tcp-header.js';
import { time } from './match/time.js';
import type { MatchModule, TargetModule } from './module.js';
import { connmark as connmarkTarget } from './target/connmark.js';
import { ct } from './target/ct.js';
import { dscp as dscpTarget, hl as hlTarget, tcpmss, tos as tosTarget, ttl as ttlTarget } from './target/header.js';
import { log, nflog } from './target/log.js';
import { mark as markTarget } from './target/mark.js';
import { dnat, masquerade, netmap, redirect, snat } from './target/nat.js';
import { reject } from './target/reject.js';
import { set as setTarget } from './target/set.js';
import { nfqueue, tee, tproxy } from './target/elsewhere.js';
import { dnpt, snpt } from './target/npt.js';
import { audit, checksum, classify, ecn as ecnTarget, idletimer } from './target/unseen.js';
import { accept, drop, notrack, returns, trace } from './target/verdict.js';

function byName<Module extends { readonly name: string }>(modules: readonly Module[]): ReadonlyMap<string, Module> {
  return new Map(modules.map((module) => [module.name, module]));
}

const OWN_NAMES = byName<MatchModule>([
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
  tcpmssMatch,
  ecn,
  policy,
  helper,
  connlabel,
  connbytes,
  connlimit,
  cluster,
  realm,
  devgroup,
  quota,
  socket,
  hashlimit,
  time,
  u32,
  string,
  ah,
  esp,
  frag,
  hbh,
  dst,
  rt,
  mh,
  ipv6header,
  eui64,
]);

/** By the word after -m; `icmpv6` is another name of icmp6. */
export const MATCHES: ReadonlyMap<string, MatchModule> = new Map([...OWN_NAMES, ['icmpv6', icmp6]]);

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
  tproxy,
  tee,
  nfqueue,
  snpt,
  dnpt,
  audit,
  checksum,
  classify,
  ecnTarget,
  idletimer,
]);

/** Matches that iptables has and hopspec does not model. */
export const UNMODELLED_MATCHES: ReadonlySet<string> = new Set(
  'bpf cgroup cpu dccp geoip ipcomp l2tp osf quota2 rateest srh unclean'.split(' '),
);

/** Targets that iptables has and hopspec does not model; a chain cannot bear such a name either. */
export const UNMODELLED_TARGETS: ReadonlySet<string> = new Set(
  'CLUSTERIP CONNSECMARK HMARK LED QUEUE RATEEST SECMARK SYNPROXY TCPOPTSTRIP ULOG'.split(' '),
);

/** The extension that iptables loads by itself when a rule says `-p` but uses its options without `-m`. */
export const MATCH_OF_PROTOCOL: ReadonlyMap<number, MatchModule> = new Map([
  [1, icmp],
  [6, tcp],
  [17, udp],
  [58, icmp6],
  [132, sctp],
]);
