/**
 * Single packets between a client (>) and a server (<) as text, for tests of connection tracking: as the simulated kernel's packet, and as the
 * bytes that are put to Linux. `>S seq 100 win 8192 scale 7 sackok`, `<. seq 1 ack 101 len 10`, `>udp`, `<icmp 0 id 7`, `>sctp INIT tag 0`, `>gre`,
 * `>proto 99`; ` wait 2500` in front of the direction lets so many milliseconds pass.
 */
import { type Ip, parseIp } from '../../../../base/ip.js';
import { type IpPacket, type Layer4, PROTO } from '../../../../packet/ip-packet.js';
import type { SctpChunkType } from '../../../../packet/sctp.js';
import type { TcpFlags, TcpSegment } from '../../../../packet/tcp.js';

export interface TextPacket {
  readonly from: '>' | '<';
  readonly waitMs: number;
  readonly packet: IpPacket;
  /** After the IP header. */
  readonly bytes: Uint8Array;
  /** What names the entry, seen from the client. */
  readonly key: Readonly<Record<string, number>>;
}

const ENDS = { 4: ['10.0.1.2', '10.0.2.2'], 6: ['fd00:1::2', 'fd00:2::2'] } as const;
const SERVER_PORT = 80;
const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16 };

export function readPacket(text: string, family: 4 | 6, clientPort: number): TextPacket {
  const [, wait = '0', from = '>', what = '', rest = ''] = /^(?:wait (\d+) )?([<>])(\S+)(.*)$/.exec(text) ?? [];
  const forth = from === '>';
  const [sport, dport] = forth ? [clientPort, SERVER_PORT] : [SERVER_PORT, clientPort];
  const number = (name: string): number | undefined => {
    const found = new RegExp(` ${name} (\\d+)`).exec(rest)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const ends = ENDS[family].map((end) => parseIp(end) as Ip);
  const [src, dst] = forth ? ends : [...ends].reverse();
  const made = layer4(what, rest, { family, sport, dport, number, forth });
  const packet = { src: src as Ip, dst: dst as Ip, ttl: 64, tos: 0, id: 1, df: true, proto: made.proto, l4: made.l4 };
  return { from: forth ? '>' : '<', waitMs: Number(wait), packet, bytes: made.bytes, key: made.key };
}

interface Around {
  readonly family: 4 | 6;
  readonly sport: number;
  readonly dport: number;
  readonly forth: boolean;
  number(name: string): number | undefined;
}

interface Made {
  readonly proto: number;
  readonly l4: Layer4;
  readonly bytes: Uint8Array;
  readonly key: Readonly<Record<string, number>>;
}

function layer4(what: string, rest: string, around: Around): Made {
  const { sport, dport, forth, number } = around;
  const key = forth ? { sport, dport } : { sport: dport, dport: sport };
  if (what === 'udp')
    return { proto: PROTO.udp, l4: { kind: 'udp', sport, dport, length: 4 }, bytes: words(sport, dport, 12, 0, 0, 0), key };
  if (what === 'icmp') return icmp(around, number('id') ?? 7, Number(rest.trim().split(' ')[0]));
  if (what === 'gre' || what === 'proto') {
    const proto = what === 'gre' ? PROTO.gre : Number(rest.trim());
    const inner: IpPacket = {
      src: 0,
      dst: 0,
      ttl: 1,
      tos: 0,
      id: 0,
      df: false,
      proto: 17,
      l4: { kind: 'udp', sport: 0, dport: 0, length: 0 },
    };
    const l4: Layer4 = { kind: 'tunnel', sport: 0, dport: 0, length: 4, key: undefined, checksum: false, packet: inner };
    return { proto, l4, bytes: words(0, 0x0800), key: what === 'gre' ? { sport: 0, dport: 0 } : {} };
  }
  if (what === 'sctp') return { proto: PROTO.sctp, ...sctp(rest, around), key };
  return { proto: PROTO.tcp, ...tcp(what as TcpFlags, rest, around), key };
}

function icmp({ family, forth }: Around, id: number, type: number): Made {
  const l4: Layer4 = { kind: 'icmp', type, code: 0, id, seq: 1, length: 0 };
  const asked = forth ? type : ({ 0: 8, 129: 128, 14: 13 }[type] ?? type);
  return { proto: family === 4 ? PROTO.icmp : PROTO.icmpv6, l4, bytes: words(type << 8, 0, id, 1), key: { id, type: asked } };
}

function tcp(flags: TcpFlags, rest: string, { sport, dport, number }: Around): { readonly l4: TcpSegment; readonly bytes: Uint8Array } {
  const [seq = 0, ack = 0, length = 0, window = 8192] = ['seq', 'ack', 'len', 'win'].map(number);
  const [scale, sack] = [number('scale'), number('sack')];
  const sackPermitted = rest.includes(' sackok');
  const options: number[] = [];
  if (scale !== undefined) options.push(1, 3, 3, scale);
  if (sackPermitted) options.push(1, 1, 4, 2);
  if (sack !== undefined) options.push(1, 1, 5, 10, ...long(sack - 1), ...long(sack));
  const bits = flags === 'none' ? 0 : flags.split('').reduce((sum, letter) => sum | (FLAG_BITS[letter] ?? 0), 0);
  const head = [
    ...short(sport),
    ...short(dport),
    ...long(seq),
    ...long(ack),
    (5 + options.length / 4) << 4,
    bits,
    ...short(window),
    0,
    0,
    0,
    0,
  ];
  const detail = { window, scale, sackPermitted, sack };
  const l4 = { kind: 'tcp', sport, dport, flags, seq, ack: bits & 16 ? ack : 0, mss: undefined, length, detail } as const;
  return { l4, bytes: Uint8Array.from([...head, ...options, ...new Array<number>(length).fill(0)]) };
}

const CHUNKS: Readonly<Record<SctpChunkType, readonly [number: number, bytes: number]>> = {
  DATA: [0, 20],
  INIT: [1, 20],
  'INIT ACK': [2, 20],
  SACK: [3, 16],
  'HB REQ': [4, 8],
  'HB ACK': [5, 8],
  ABORT: [6, 4],
  SHUTDOWN: [7, 8],
  'SHUTDOWN ACK': [8, 4],
  'OP ERR': [9, 8],
  'COOKIE ECHO': [10, 8],
  'COOKIE ACK': [11, 4],
  'SHUTDOWN COMPLETE': [14, 4],
};

/** ` INIT_ACK+DATA tag 5 init 9`; a `*` behind a chunk reflects the tag. */
function sctp(rest: string, { sport, dport, number }: Around): { readonly l4: Layer4; readonly bytes: Uint8Array } {
  const [tag = 0, initTag = 0] = ['tag', 'init'].map(number);
  const chunks = (rest.trim().split(' ')[0] ?? '').split('+').map((text) => {
    const type = text.replace('*', '').replace('_', ' ') as SctpChunkType;
    const reflected = text.endsWith('*');
    return { type, reflected, ...(type.startsWith('INIT') ? { initTag } : {}) };
  });
  const bytes = chunks.flatMap(({ type, reflected }) => {
    const [id, length] = CHUNKS[type];
    const body = type.startsWith('INIT') ? [...long(initTag), ...long(65535), ...short(1), ...short(1), ...long(1)] : [];
    return [id, reflected ? 1 : 0, ...short(length), ...body, ...new Array<number>(length - 4 - body.length).fill(0)];
  });
  const l4 = { kind: 'sctp', sport, dport, tag, chunks, length: bytes.length } as const;
  return { l4, bytes: Uint8Array.from([...short(sport), ...short(dport), ...long(tag), 0, 0, 0, 0, ...bytes]) };
}

function short(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

function long(value: number): number[] {
  return [...short(value >>> 16), ...short(value & 0xffff)];
}

function words(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap(short));
}
