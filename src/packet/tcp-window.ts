/**
 * What Linux's sockets offer with their default buffers (tcp_select_initial_window): as many whole segments as 16 bits can say, in a SYN; a
 * window scaled by the option that each SYN carries in everything else; nothing in a reset.
 */
import type { TcpSegment } from './tcp.js';

/** The window scale option that Linux sends, and what is left of the window after the handshake. */
export const WINDOW_SCALE = 10;
const WINDOW_SCALED = 63;
const WINDOW_MAX = 65535;
/** Of a time stamp option with its padding, which an answer to a SYN leaves room for. */
const TIMESTAMP_BYTES = 12;
const MSS_DEFAULT = 536;

/** The window field of a segment's header. */
export function tcpWindow(tcp: TcpSegment): number {
  if (tcp.detail !== undefined) return tcp.detail.window;
  const { flags } = tcp;
  if (flags === 'R' || flags === 'R.') return 0;
  if (flags !== 'S' && flags !== 'S.') return WINDOW_SCALED;
  const segment = (tcp.mss ?? MSS_DEFAULT) - (flags === 'S' ? 0 : TIMESTAMP_BYTES);
  return Math.floor(WINDOW_MAX / segment) * segment;
}
