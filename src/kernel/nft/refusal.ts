/** `reject`: the packet is dropped and answered, by ICMP or a reset of TCP (net/netfilter/nft_reject_ipv4.c, _ipv6.c, _inet.c). */
import type { RejectWith } from '../../plan/nft/nft-rule.js';
import { inputError } from '../../base/errors.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { Operation } from './outcome.js';

/** To the words of iptables' --reject-with, which the packet path answers by. */
const ICMP: Readonly<Record<string, string>> = {
  'net-unreachable': 'icmp-net-unreachable',
  'host-unreachable': 'icmp-host-unreachable',
  'prot-unreachable': 'icmp-proto-unreachable',
  'port-unreachable': 'icmp-port-unreachable',
  'net-prohibited': 'icmp-net-prohibited',
  'host-prohibited': 'icmp-host-prohibited',
  'admin-prohibited': 'icmp-admin-prohibited',
};
const ICMPV6: Readonly<Record<string, string>> = {
  'no-route': 'icmp6-no-route',
  'admin-prohibited': 'icmp6-adm-prohibited',
  'addr-unreachable': 'icmp6-addr-unreachable',
  'port-unreachable': 'icmp6-port-unreachable',
  'policy-fail': 'icmp6-policy-fail',
  'reject-route': 'icmp6-reject-route',
};
/** `icmpx` in each family (nft_reject_icmp_code, nft_reject_icmpv6_code). */
const ICMPX: Readonly<Record<string, readonly [v4: string, v6: string]>> = {
  'no-route': ['icmp-net-unreachable', 'icmp6-no-route'],
  'port-unreachable': ['icmp-port-unreachable', 'icmp6-port-unreachable'],
  'host-unreachable': ['icmp-host-unreachable', 'icmp6-addr-unreachable'],
  'admin-prohibited': ['icmp-admin-prohibited', 'icmp6-adm-prohibited'],
};

export function refusal(said: RejectWith | undefined): Operation {
  const kind = said?.kind ?? 'icmpx';
  const code = said === undefined || said.kind === 'tcp reset' ? 'port-unreachable' : said.code;
  return (e) => {
    const { packet } = e.passage;
    const four = typeof packet.src === 'number';
    if (kind === 'tcp reset' && packet.proto !== PROTO.tcp) return 'break';
    if ((kind === 'icmp' && !four) || (kind === 'icmpv6' && four)) return 'break';
    if (e.hook === 'postrouting')
      throw inputError('rule-misplaced', `${e.hit.table} ${e.hit.chain}: reject cannot be reached from postrouting`);
    e.decidedBy = e.hit;
    e.rejectWith = kind === 'tcp reset' ? 'tcp-reset' : kind === 'icmpx' ? ICMPX[code]?.[four ? 0 : 1] : (four ? ICMP : ICMPV6)[code];
    return 'reject';
  };
}
