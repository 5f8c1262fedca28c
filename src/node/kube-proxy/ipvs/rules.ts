/**
 * kube-proxy's iptables rules in IPVS mode: what is marked for masquerading, what is let in, and what a Service's address does not answer. Their number
 * does not depend on the number of Services. Source: Kubernetes 1.34 pkg/proxy/ipvs/proxier.go (iptablesJumpChain, ipsetWithIptablesChain, writeIptablesRules).
 */
import { hostRange, type IpFamily } from '../../../base/ip-family.js';
import { type Chain, chain } from '../../../plan/ruleset.js';
import type { TableFragment } from '../../agent.js';
import { comment, LOOPBACK, REJECT } from '../iptables/rule-text.js';
import { masqueradeMark } from '../iptables/nat-rules.js';
import { type ProxyPort, sourceRangesContain } from '../service-port.js';
import { setNameOf, type SetName, SETS } from './set-names.js';
import type { ProxySets } from './sets.js';
import type { IpvsNode } from './virtual-servers.js';

type Jump = TableFragment['jumps'][number];

const first = (from: string, note: string, to: string): Jump => ({ chain: from, at: 'first', rule: `${comment(note)} -j ${to}` });

const NAT_JUMPS: readonly Jump[] = [
  first('OUTPUT', 'kubernetes service portals', 'KUBE-SERVICES'),
  first('PREROUTING', 'kubernetes service portals', 'KUBE-SERVICES'),
  first('POSTROUTING', 'kubernetes postrouting rules', 'KUBE-POSTROUTING'),
];
const FILTER_JUMPS: readonly Jump[] = [
  first('FORWARD', 'kubernetes forwarding rules', 'KUBE-FORWARD'),
  first('INPUT', 'kubernetes health check rules', 'KUBE-NODE-PORT'),
  first('INPUT', 'kube-proxy firewall rules', 'KUBE-PROXY-FIREWALL'),
  first('FORWARD', 'kube-proxy firewall rules', 'KUBE-PROXY-FIREWALL'),
  first('INPUT', 'kubernetes ipvs access filter', 'KUBE-IPVS-FILTER'),
  first('OUTPUT', 'kubernetes ipvs access filter', 'KUBE-IPVS-OUT-FILTER'),
];

const MARK_MASQ = '-j KUBE-MARK-MASQ';
const NOTES: ReadonlyMap<SetName, string> = new Map(SETS.map(([name, , note]) => [name, note]));

/** Rules about the sets of one family. */
interface SetWords {
  /** The rules where the set has entries. */
  when(set: SetName, ...rules: string[]): string[];
  match(set: SetName, by: string): string;
  /** With what the set is for. */
  noted(set: SetName, by: string): string;
}

function setWords(sets: ProxySets, family: IpFamily): SetWords {
  const match = (set: SetName, by: string): string => `-m set --match-set ${setNameOf(set, family)} ${by}`;
  return {
    when: (set, ...rules) => (sets.has(set) ? rules : []),
    match,
    noted: (set, by) => `${comment(NOTES.get(set) ?? '')} ${match(set, by)}`,
  };
}

export function ipvsTables(ports: readonly ProxyPort[], sets: ProxySets, node: IpvsNode): readonly TableFragment[] {
  const words = setWords(sets, node.family);
  return [
    { table: 'filter', chains: filterChains(ports, words, node), jumps: FILTER_JUMPS },
    { table: 'nat', chains: natChains(words, node), jumps: NAT_JUMPS },
  ];
}

function natChains(words: SetWords, node: IpvsNode): readonly Chain[] {
  const { when, noted } = words;
  const mark = masqueradeMark(node);
  return [
    chain('KUBE-SERVICES', natServices(words, node)),
    chain('KUBE-POSTROUTING', [
      ...when('KUBE-LOOP-BACK', `${noted('KUBE-LOOP-BACK', 'dst,dst,src')} -j MASQUERADE`),
      `-m mark ! --mark ${mark}/${mark} -j RETURN`,
      `-j MARK --set-xmark ${mark}/0x0`,
      `${comment('kubernetes service traffic requiring SNAT')} -j MASQUERADE --random-fully`,
    ]),
    chain('KUBE-NODE-PORT', natNodePorts(words)),
    chain('KUBE-LOAD-BALANCER', [
      ...when('KUBE-LOAD-BALANCER-LOCAL', `${noted('KUBE-LOAD-BALANCER-LOCAL', 'dst,dst')} -j RETURN`),
      MARK_MASQ,
    ]),
    chain('KUBE-MARK-MASQ', [`-j MARK --set-xmark ${mark}/${mark}`]),
  ];
}

function natServices({ when, match, noted }: SetWords, node: IpvsNode): readonly string[] {
  const external = (set: SetName): string[] => [
    `${noted(set, 'dst,dst')} -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT`,
    `${noted(set, 'dst,dst')} -m addrtype --dst-type LOCAL -j ACCEPT`,
  ];
  return [
    `-s ${LOOPBACK[node.family]} -j RETURN`,
    ...when('KUBE-LOAD-BALANCER', `${noted('KUBE-LOAD-BALANCER', 'dst,dst')} -j KUBE-LOAD-BALANCER`),
    ...when('KUBE-CLUSTER-IP', clusterIpMark(noted('KUBE-CLUSTER-IP', clusterIpBy(node)), node)),
    ...when('KUBE-EXTERNAL-IP', `${noted('KUBE-EXTERNAL-IP', 'dst,dst')} ${MARK_MASQ}`, ...external('KUBE-EXTERNAL-IP')),
    ...when('KUBE-EXTERNAL-IP-LOCAL', ...external('KUBE-EXTERNAL-IP-LOCAL')),
    '-m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
    ...when('KUBE-CLUSTER-IP', `${match('KUBE-CLUSTER-IP', 'dst,dst')} -j ACCEPT`),
    ...when('KUBE-LOAD-BALANCER', `${match('KUBE-LOAD-BALANCER', 'dst,dst')} -j ACCEPT`),
  ];
}

/** Without a detector only what the node itself sends: its source is an address of kube-ipvs0. */
function clusterIpBy({ masqueradeAll, detector }: IpvsNode): string {
  return masqueradeAll || detector !== undefined ? 'dst,dst' : 'src,dst';
}

function clusterIpMark(matched: string, { masqueradeAll, detector }: IpvsNode): string {
  const { source, device } = (masqueradeAll ? undefined : detector?.ifNotLocal) ?? { source: '', device: '' };
  return `${source}${device}${matched} ${MARK_MASQ}`;
}

function natNodePorts({ when, noted }: SetWords): readonly string[] {
  const pair = (proto: string, local: SetName, all: SetName, by: string): string[] => [
    ...when(local, `-p ${proto} ${noted(local, by)} -j RETURN`),
    ...when(all, `-p ${proto} ${noted(all, by)} ${MARK_MASQ}`),
  ];
  return [
    ...pair('tcp', 'KUBE-NODE-PORT-LOCAL-TCP', 'KUBE-NODE-PORT-TCP', 'dst'),
    ...pair('udp', 'KUBE-NODE-PORT-LOCAL-UDP', 'KUBE-NODE-PORT-UDP', 'dst'),
    ...pair('sctp', 'KUBE-NODE-PORT-LOCAL-SCTP-HASH', 'KUBE-NODE-PORT-SCTP-HASH', 'dst,dst'),
  ];
}

function filterChains(ports: readonly ProxyPort[], words: SetWords, node: IpvsNode): readonly Chain[] {
  const { when, match, noted } = words;
  const mark = masqueradeMark(node);
  const served: readonly SetName[] = ['KUBE-LOAD-BALANCER', 'KUBE-CLUSTER-IP', 'KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL'];
  const ranges = (set: SetName): string[] => when(set, `${noted(set, 'dst,dst,src')} -j RETURN`);
  return [
    chain('KUBE-FORWARD', [
      `${comment('kubernetes forwarding rules')} -m mark --mark ${mark}/${mark} -j ACCEPT`,
      `${comment('kubernetes forwarding conntrack rule')} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    ]),
    chain('KUBE-NODE-PORT', [`${noted('KUBE-HEALTH-CHECK-NODE-PORT', 'dst')} -j ACCEPT`]),
    chain(
      'KUBE-PROXY-FIREWALL',
      when('KUBE-LOAD-BALANCER-FW', `${noted('KUBE-LOAD-BALANCER-FW', 'dst,dst')} -j KUBE-SOURCE-RANGES-FIREWALL`),
    ),
    chain('KUBE-SOURCE-RANGES-FIREWALL', [
      ...ranges('KUBE-LOAD-BALANCER-SOURCE-CIDR'),
      ...ranges('KUBE-LOAD-BALANCER-SOURCE-IP'),
      '-j DROP',
    ]),
    // A host's own ports must not answer on a Service's address.
    chain('KUBE-IPVS-FILTER', [
      ...served.map((set) => `${match(set, 'dst,dst')} -j RETURN`),
      `${match('KUBE-HEALTH-CHECK-NODE-PORT', 'dst')} -j RETURN`,
      `-m conntrack --ctstate NEW ${match('KUBE-IPVS-IPS', 'dst')} -j ${REJECT[node.family]}`,
    ]),
    chain(
      'KUBE-IPVS-OUT-FILTER',
      ports.flatMap((port) => nodeRefusals(port, node)),
    ),
  ];
}

/** Load balancers that do not let the node in: it would reach them over its own loopback. */
function nodeRefusals(port: ProxyPort, node: IpvsNode): string[] {
  if (port.sourceRanges.length === 0 || sourceRangesContain(port.sourceRanges, node.ip)) return [];
  const number = { tcp: 6, udp: 17, sctp: 132 }[port.protocol];
  return port.loadBalancerVIPs.map((vip) => `-s ${hostRange(vip)} -m ipvs --vproto ${number} --vaddr ${vip} --vport ${port.port} -j DROP`);
}
