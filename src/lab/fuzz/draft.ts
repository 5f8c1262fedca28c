/** A plan while it is made and made smaller: the JSON of `hopspec.dev/plan/v1`, changeable. */
import type { Plan } from '../../plan/plan.js';
import { readPlan } from '../../plan/plan-json.js';

export interface LinkDraft {
  name: string;
  kind: string;
  args?: string;
  mac?: string;
  mtu?: number;
  peer?: { netns: string; name: string; mac: string };
  master?: string;
  slave?: string;
  /** Of a macvlan: the device it stands on. */
  link?: string | { netns: string; name: string };
  addr?: string[];
}

export interface NetnsDraft {
  sysctl: Record<string, string>;
  links: LinkDraft[];
  routes: string[];
  rules: string[];
  neigh: string[];
  fdb: string[];
  ipset?: string;
  iptables?: string;
  ip6tables?: string;
  nft?: string;
  ipvs?: string;
  /** By device, as `wg setconf` reads. */
  wg?: Record<string, string>;
}

export interface ProbeDraft {
  id: string;
  netns: string;
  proto: 'tcp' | 'udp' | 'sctp' | 'icmp';
  dst: string;
  dport?: number;
  src?: string;
  sport?: number;
  mark?: number;
  tos?: number;
  ttl?: number;
  /** Bytes, and whether they may be sent in fragments. */
  size?: number;
  df?: boolean;
  uid?: number;
  gid?: number;
  broadcast?: boolean;
  timeout_ms: number;
  /** Of a story: what happens before, and to which socket. */
  after_ms?: number;
  change?: Record<string, ChangeDraft>;
  keep?: boolean;
  reuse?: string;
  close?: 'fin' | 'reset';
  stop?: string[];
  conntrack?: string[];
}

export interface ChangeDraft {
  iptables?: string;
  ip6tables?: string;
  nft?: string;
  in_place?: boolean;
  conntrack?: string[];
}

export interface ListenerDraft {
  id: string;
  netns: string;
  proto: 'tcp' | 'udp' | 'sctp';
  ip: string;
  port: number;
  transparent?: boolean;
}

export interface PlanDraft {
  netns: Record<string, NetnsDraft>;
  listeners: ListenerDraft[];
  probes: ProbeDraft[];
  /** What the clock shows, in seconds since 1970. */
  epoch?: number;
}

export function planOf(draft: PlanDraft, name: string): Plan {
  return readPlan(draft, name);
}
