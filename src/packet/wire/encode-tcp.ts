/**
 * A TCP segment (RFC 9293) with the options that Linux's sockets send: MSS, SACK, time stamps and window scale in a SYN, time stamps
 * after it, none in a reset (net/ipv4/tcp_output.c). The checksum is left to who knows the addresses.
 */
import type { TcpFlags, TcpSegment } from '../tcp.js';
import { tcpWindow, WINDOW_SCALE } from '../tcp-window.js';
import type { ByteWriter } from './byte-writer.js';

const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16 };
const [NOP, MSS, SCALE, SACK_PERMITTED, TIMESTAMPS] = [1, 2, 3, 4, 8] as const;

export function encodeTcp(out: ByteWriter, tcp: TcpSegment): void {
  const isSyn = tcp.flags.includes('S');
  const words = isSyn ? 10 : tcp.flags.includes('R') ? 5 : 8;
  out.u16(tcp.sport);
  out.u16(tcp.dport);
  out.u32(tcp.seq);
  out.u32(tcp.flags.includes('.') ? tcp.ack : 0);
  out.u8(words << 4, flagBits(tcp.flags));
  out.u16(tcpWindow(tcp));
  out.u16(0);
  out.u16(0);
  if (isSyn) {
    out.u8(MSS, 4);
    out.u16(tcp.mss ?? 536);
    out.u8(SACK_PERMITTED, 2);
    timestamps(out);
    out.u8(NOP, SCALE, 3, tcp.detail?.scale ?? WINDOW_SCALE);
  } else if (words > 5) {
    out.u8(NOP, NOP);
    timestamps(out);
  }
  if (tcp.data === undefined) out.zeros(tcp.length);
  else out.raw(tcp.data.bytes);
}

function timestamps(out: ByteWriter): void {
  out.u8(TIMESTAMPS, 10);
  out.zeros(8);
}

function flagBits(flags: TcpFlags): number {
  return flags === 'none' ? 0 : Array.from(flags).reduce((bits, letter) => bits | (FLAG_BITS[letter] ?? 0), 0);
}
