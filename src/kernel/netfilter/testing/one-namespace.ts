/** Netfilter of one namespace for tests, without the packet path: rules, a host that knows its addresses, a clock, and packets. */
import type { ChoiceOracle } from '../../../base/choice.js';
import { formatIp, type Ip, parseIp } from '../../../base/ip.js';
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import type { TcpFlags } from '../../../packet/tcp.js';
import { readIptables } from '../../../plan/iptables-text.js';
import type { Netfilter, NetfilterHost, Passage } from '../contract.js';
import { nftProgram } from '../../nft/base-chains.js';
import { sysctlValue } from '../../sysctl.js';
import { createNetfilter } from '../netfilter.js';
import { SetTable } from '../set/set-table.js';
import { rulesText } from './router.js';

export const ip = (text: string): Ip => parseIp(text) as Ip;

export interface Setup {
  readonly local?: readonly string[];
  /** The address of every device. */
  readonly egress?: string;
  /** The answers of the choice oracle, in order; 0 after them. */
  readonly script?: number[];
  readonly sysctl?: Readonly<Record<string, string>>;
  /** The text of nftables beside the rules. */
  readonly nft?: string;
  /** The family of the packets; `ip` unless given. */
  readonly family?: 'ip' | 'ip6';
  /** Lines of `ipset restore`. */
  readonly ipset?: readonly string[];
  /** Where questions to the oracle are noted. */
  readonly asked?: { site: string; weights: readonly number[] }[];
}

export interface OneNamespace {
  readonly nf: Netfilter;
  readonly clock: { us: number };
}

/** Rules as in router.ts, `TABLE CHAIN RULE`, or one text of iptables-save. */
export function oneNamespace(rules: string | readonly string[], setup: Setup = {}): OneNamespace {
  const { local = ['192.168.1.10'], egress = '192.168.1.10', script = [], asked, nft, family = 'ip', ipset } = setup;
  const clock = { us: 1_000_000 };
  const own = new Set(local.map(ip));
  const choose = (site: string, weights: readonly number[]): number => {
    asked?.push({ site, weights });
    return script.shift() ?? 0;
  };
  const oracle: ChoiceOracle = { choose };
  const sets = ipset === undefined ? undefined : new SetTable(ipset.join('\n'), 'n1');
  const host: NetfilterHost = {
    netns: 'n1',
    isOfTypes6: (address, _device, types) => types.includes(own.has(address) ? 'LOCAL' : 'UNICAST'),
    addressType: (address) => (own.has(address) ? 'LOCAL' : 'UNICAST'),
    masqueradeSource: () => ip(egress),
    primaryAddress: () => ip(egress),
    sysctl: (key) => sysctlValue({ values: setup.sysctl ?? {} }, key),
    nowUs: () => clock.us,
    reversePathOk: () => true,
    reroute: () => true,
    oracle,
    sets,
    resetSets: () => sets?.reset(),
  };
  const text = typeof rules === 'string' ? rules : rulesText(rules);
  const ruleset = text === '' ? undefined : readIptables(text, 'test');
  return { nf: createNetfilter(ruleset, host, nftProgram(nft, family, 'nft')), clock };
}

function ends(text: string): [Ip, number] {
  const [address = '', port = '0'] = text.split(':');
  return [ip(address), Number(port)];
}

/** `tcp('10.0.0.1:1', '10.0.0.2:2')`. */
export function tcp(from: string, to: string, flags: TcpFlags = 'S', more: Partial<IpPacket> = {}): IpPacket {
  const [src, sport] = ends(from);
  const [dst, dport] = ends(to);
  const l4 = { kind: 'tcp', sport, dport, flags, seq: 0, ack: 0, mss: flags.startsWith('S') ? 1460 : undefined, length: 0 } as const;
  return { src, dst, ttl: 64, tos: 0, id: 0, df: true, proto: PROTO.tcp, l4, ...more };
}

export function udp(from: string, to: string): IpPacket {
  const [src, sport] = ends(from);
  const [dst, dport] = ends(to);
  return { src, dst, ttl: 64, tos: 0, id: 0, df: false, proto: PROTO.udp, l4: { kind: 'udp', sport, dport, length: 4 } };
}

export function icmp(from: string, to: string, more: Partial<IcmpMessage> = {}): IpPacket {
  const l4: IcmpMessage = { kind: 'icmp', type: 8, code: 0, id: 7, seq: 1, length: 56, ...more };
  return { src: ip(from), dst: ip(to), ttl: 64, tos: 0, id: 0, df: false, proto: PROTO.icmp, l4 };
}

export function passageOf(packet: IpPacket, more: Partial<Passage> = {}): Passage {
  const none = { physIn: undefined, physOut: undefined, uid: undefined };
  return { packet, mark: 0, ct: undefined, ctReply: false, state: 'NEW', ...none, ...more };
}

/** `10.0.0.1:1 > 10.0.0.2:2`, of ICMP without ports but with the identifier of an echo. */
export function endsOf({ src, dst, l4 }: IpPacket): string {
  if (l4.kind === 'icmp') return `${formatIp(src)} > ${formatIp(dst)}${l4.about === undefined ? ` id ${l4.id}` : ''}`;
  return `${formatIp(src)}:${l4.sport} > ${formatIp(dst)}:${l4.dport}`;
}

export interface Outcome {
  readonly passage: Passage;
  readonly verdict: 'accept' | 'drop' | 'reject';
  /** `filter FORWARD 1`, in order. */
  readonly rules: readonly string[];
  readonly reason: string | undefined;
}

const IN = new Set(['prerouting', 'input', 'forward']);
const OUT = new Set(['forward', 'output', 'postrouting']);
const WAYS = {
  forward: ['prerouting', 'forward', 'postrouting'],
  input: ['prerouting', 'input'],
  output: ['output', 'postrouting'],
} as const;

/** Sends a packet through the namespace: forwarded from eth0 to eth1, to the host itself, or made by it. */
export function send({ nf }: OneNamespace, packet: IpPacket, way: keyof typeof WAYS = 'forward', more: Partial<Passage> = {}): Outcome {
  const passage = passageOf(packet, more);
  const rules: string[] = [];
  for (const hook of WAYS[way]) {
    const result = nf.hook(hook, passage, IN.has(hook) ? 'eth0' : undefined, OUT.has(hook) ? 'eth1' : undefined, true);
    rules.push(...result.rules.map((hit) => `${hit.table} ${hit.chain} ${hit.index}`));
    if (result.verdict !== 'accept') return { passage, verdict: result.verdict, rules, reason: result.reason };
  }
  return { passage, verdict: 'accept', rules, reason: undefined };
}
