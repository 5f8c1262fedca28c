/**
 * One netfilter hook on the way of a packet: runs netfilter, writes down what it did, and sends what a REJECT answers. False
 * means that the packet ends here. A namespace without rules has no hooks, and its trace shows none. At POSTROUTING rules may ask by which device
 * a packet came (ip_output): that of a forwarded packet, the tunnel of an outer one.
 */
import { unsupported } from '../../base/errors.js';
import { laterPart } from '../../packet/known-bytes.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Hook } from '../../trace/event.js';
import { touch } from '../apply.js';
import { UNREACHABLE6 } from '../ipv6/icmp-types.js';
import { sendIcmpv6Error } from '../ipv6/path/icmp-error.js';
import type { Device, Namespace } from '../namespace.js';
import type { HookResult, Netfilter, Passage } from '../netfilter/contract.js';
import { gathersFragments } from '../netfilter/needs-connections.js';
import { recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { sendIcmpError, UNREACHABLE } from './icmp-error.js';
import { type Gatherer, reassemble } from './reassemble.js';
import { sendReset } from './reset.js';

export function runHook(
  rt: Runtime,
  ns: Namespace,
  hook: Hook,
  passage: Passage,
  inDevice: Device | undefined,
  outDevice: Device | undefined,
): boolean {
  if (!ns.filtering) return true;
  const netfilter = typeof passage.packet.src === 'number' ? ns.netfilter : rt.ipv6(ns).netfilter;
  if (!netfilter.active) return true;
  touch(rt, ns);
  if (passage.packet.fragment !== undefined && !gather(rt, passage, { ns, place: hook, device: inDevice }, netfilter)) return false;
  const before = passage.packet;
  const record = rt.record && rt.leg <= rt.recordLegMax;
  const later = before.fragment !== undefined && before.fragment.offset > 0;
  if (later) passage.packet = { ...before, l4: laterPart(before) };
  const result = netfilter.hook(hook, passage, inDevice?.name, outDevice?.name, record);
  if (later) passage.packet = { ...passage.packet, l4: before.l4 };
  if (record) {
    rt.events.push({
      kind: 'hook',
      t: rt.nowUs,
      netns: ns.name,
      leg: rt.leg,
      packet: before,
      hook,
      inDevice: hook === 'postrouting' ? undefined : inDevice?.name,
      outDevice: outDevice?.name,
      rules: result.rules,
      nat: result.nat,
      mark: passage.mark,
      state: passage.state,
      becomes: passage.packet,
      verdict: result.verdict,
    });
  }
  if (result.verdict === 'accept') return true;
  stop(rt, ns, hook, passage, hook === 'postrouting' ? undefined : inDevice, result);
  return false;
}

/** Connection tracking, and what looks for sockets, want whole packets, and wait for them (nf_defrag_ipv4, nf_defrag_ipv6); else rules see fragments. */
function gather(rt: Runtime, passage: Passage, gatherer: Gatherer, { tracks }: Netfilter): boolean {
  const { ns, place } = gatherer;
  const { iptables, ip6tables, nft, ipvs } = ns.plan;
  if (tracks || gathersFragments(typeof passage.packet.src === 'number' ? iptables : ip6tables, nft))
    return reassemble(rt, passage, { ...gatherer, place: `${place} ${passage.physIn === undefined ? '' : 'bridge'}` });
  if (ipvs !== undefined) throw unsupported('fragments-in-ipvs', `${ns.name}: fragments that IPVS alone gathers are not modelled`);
  return true;
}

function stop(rt: Runtime, ns: Namespace, hook: Hook, passage: Passage, inDevice: Device | undefined, result: HookResult): void {
  const rejected = result.verdict === 'reject';
  const reason = result.reason ?? (rejected ? 'NETFILTER_REJECT' : 'NETFILTER_DROP');
  const rule = result.decidedBy;
  const failure = passage.ipvs?.failure;
  const detail = (): string => {
    if (rule !== undefined) return `${rule.table} ${rule.chain}: ${rule.text}`;
    return failure?.detail ?? `in ${hook.toUpperCase()}`;
  };
  recordDrop(rt, ns, passage.packet, reason, detail, { device: inDevice, hook, rule });
  if (failure?.error !== undefined)
    (typeof passage.packet.src === 'number' ? sendIcmpError : sendIcmpv6Error)(rt, ns, passage, failure.error);
  if (!rejected || isUnchecked(passage.packet)) return;
  if (result.rejectWith === 'tcp-reset' || result.rejectWith === 'tcp-rst') sendReset(rt, ns, passage, true, inDevice);
  else if (typeof passage.packet.src !== 'number')
    sendIcmpv6Error(rt, ns, passage, { type: UNREACHABLE6, code: rejectCode6(result.rejectWith), inDevice });
  else sendIcmpError(rt, ns, passage, { type: UNREACHABLE, code: rejectCode(result.rejectWith), inDevice });
}

/** Protocols without a checksum of all that they carry: ESP, AH, SCTP, UDP-Lite, DCCP, GRE. */
const NOT_SUMMED: readonly number[] = [50, 51, 132, 136, 33, 47];

/** Nobody is told of a fragment behind the first, nor of one whose checksum is that of more than it (nf_send_unreach, nf_reject_verify_csum). */
function isUnchecked({ fragment, proto }: IpPacket): boolean {
  return fragment !== undefined && (fragment.offset > 0 || !NOT_SUMMED.includes(proto));
}

/** The codes of a destination unreachable, by the names of `--reject-with`. */
const REJECT_CODES: Readonly<Record<string, number>> = {
  'icmp-net-unreachable': 0,
  'net-unreach': 0,
  'icmp-host-unreachable': 1,
  'host-unreach': 1,
  'icmp-proto-unreachable': 2,
  'proto-unreach': 2,
  'icmp-port-unreachable': 3,
  'port-unreach': 3,
  'icmp-net-prohibited': 9,
  'net-prohib': 9,
  'icmp-host-prohibited': 10,
  'host-prohib': 10,
  'icmp-admin-prohibited': 13,
  'admin-prohib': 13,
};

/** The same for IPv6 (extensions/libip6t_REJECT.c); a rule that names nothing means a closed port. */
const REJECT_CODES_6: Readonly<Record<string, number>> = {
  'icmp6-no-route': 0,
  'no-route': 0,
  'icmp6-adm-prohibited': 1,
  'adm-prohibited': 1,
  'icmp6-beyond-scope': 2,
  'icmp6-addr-unreachable': 3,
  'addr-unreach': 3,
  'icmp6-port-unreachable': 4,
  'icmp-port-unreachable': 4,
  'port-unreach': 4,
  'icmp6-policy-fail': 5,
  'policy-fail': 5,
  'icmp6-reject-route': 6,
  'reject-route': 6,
};

function rejectCode6(rejectWith: string | undefined): number {
  const code = REJECT_CODES_6[rejectWith ?? 'icmp6-port-unreachable'];
  if (code !== undefined) return code;
  throw unsupported('reject-with', `REJECT --reject-with ${rejectWith} of an IPv6 packet is not modelled`);
}

function rejectCode(rejectWith: string | undefined): number {
  const code = REJECT_CODES[rejectWith ?? 'icmp-port-unreachable'];
  if (code !== undefined) return code;
  throw unsupported('reject-with', `REJECT --reject-with ${rejectWith} is not modelled`);
}
