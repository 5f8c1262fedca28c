/**
 * What few rules of nftables ask for: bytes of the packet, options of TCP, extension headers, link addresses, the socket, the route (net/netfilter/nft_payload.c,
 * nft_exthdr.c, nft_socket.c, nft_rt.c, nft_meta.c). Bytes that are not modelled are unsupported when a rule hangs on them.
 */
import { unsupported } from '../../base/errors.js';
import { knownBytes } from '../../packet/known-bytes.js';
import type { Expression } from '../../plan/nft/nft-rule.js';
import { narrowed } from '../../plan/nft/read-part.js';
import { TCP_OPTIONS } from '../../plan/nft/read-rare-expression.js';
import { hasTcpOption } from '../netfilter/match/tcp-header.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import type { Getter } from './value.js';

type Rare = Extract<Expression, { kind: 'raw' | 'tcp-option' | 'exthdr' | 'socket' | 'rt' }>;

export function rareValue(expression: Rare): Getter {
  switch (expression.kind) {
    case 'raw':
      return raw(expression);
    case 'tcp-option':
      return tcpOption(expression.name, expression.field);
    case 'exthdr':
      // No modelled host sends any other.
      return ({ passage: { packet } }) =>
        typeof packet.src === 'number' ? undefined : expression.name === 'frag' && packet.fragment ? 1 : 0;
    case 'socket':
      return socket(expression.key);
    case 'rt':
      // Routes of a plan have no realm, and no policy of IPsec.
      return () => 0;
  }
}

function raw({ base, offset, bits }: Extract<Expression, { kind: 'raw' }>): Getter {
  return (e) => {
    // Of a fragment behind the first only the quick way reads anything (nft_payload_fast_ops).
    if (base === 'th' && e.passage.packet.l4.kind === 'part' && !isQuick(offset, bits)) return undefined;
    const bytes = bytesFrom(e, base);
    const first = Math.floor(offset / 8);
    const last = Math.ceil((offset + bits) / 8);
    if (bytes === undefined || last > bytes.length) return undefined;
    let value = 0n;
    for (let i = first; i < last; i++) {
      const byte = bytes[i] as number;
      if (byte < 0) throw unsupported('unknown-bytes', `${e.hit.text}: bytes of a packet that are not modelled`);
      value = (value << 8n) | BigInt(byte);
    }
    const cut = (value >> BigInt(last * 8 - offset - bits)) & ((1n << BigInt(bits)) - 1n);
    return narrowed(cut);
  };
}

function isQuick(offset: number, bits: number): boolean {
  return [8, 16, 32].includes(bits) && offset % bits === 0;
}

function bytesFrom(e: Evaluation, base: 'll' | 'nh' | 'th'): readonly number[] | undefined {
  if (base === 'll') return linkBytes(e);
  const { packet } = e.passage;
  const bytes = knownBytes(packet);
  return base === 'nh' ? bytes : bytes.slice(typeof packet.src === 'number' ? 20 : packet.fragment === undefined ? 40 : 48);
}

/** The Ethernet header, of what came in by one. */
function linkBytes({ host, passage }: Evaluation): readonly number[] | undefined {
  const [to, from] = [host.frameDestination?.(), host.frameSource?.()];
  if (to === undefined || from === undefined) return undefined;
  const type = typeof passage.packet.src === 'number' ? 0x0800 : 0x86dd;
  const six = (mac: number): number[] => [40, 32, 24, 16, 8, 0].map((shift) => Math.floor(mac / 2 ** shift) & 0xff);
  return [...six(to), ...six(from), type >> 8, type & 0xff];
}

function tcpOption(name: string, field: 'exists' | 'size'): Getter {
  const option = TCP_OPTIONS[name] ?? 0;
  return ({ passage: { packet } }) => {
    const { l4 } = packet;
    // What is no TCP has none of its options (nft_exthdr_tcp_eval).
    if (field === 'exists') return l4.kind === 'tcp' && hasTcpOption(l4, option) ? 1 : 0;
    return l4.kind === 'tcp' ? l4.mss : undefined;
  };
}

/** A socket that is only asked for has no mark. */
function socket(key: 'transparent' | 'wildcard' | 'mark'): Getter {
  return ({ host, passage }) => {
    const found = host.findSocket?.(passage);
    if (found === undefined) return undefined;
    if (key === 'mark') return found.mark;
    return found[key] ? 1 : 0;
  };
}

export function etherValue(field: string): Getter {
  if (field === 'type')
    return (e) => (e.host.frameSource?.() === undefined ? undefined : typeof e.passage.packet.src === 'number' ? 0x0800 : 0x86dd);
  return field === 'saddr' ? ({ host }) => host.frameSource?.() : ({ host }) => host.frameDestination?.();
}
