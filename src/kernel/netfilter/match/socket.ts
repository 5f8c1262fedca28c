/**
 * -m socket: whether a socket of this host is called, or was given the packet by TPROXY (socket_match of net/netfilter/xt_socket.c). One that listens on
 * every address does not count unless --nowildcard says so; --restore-skmark gives the packet the socket's mark.
 */
import type { ExtensionMatch } from '../../../plan/rule/extension-match.js';
import type { Test } from '../evaluation.js';

export function socketTest({ transparent, nowildcard, restoreMark }: Extract<ExtensionMatch, { kind: 'socket' }>): Test {
  return ({ passage, host }) => {
    const socket = host.findSocket?.(passage);
    if (socket === undefined || (socket.wildcard && !nowildcard) || (transparent && !socket.transparent)) return false;
    if (restoreMark && socket.mark !== undefined) passage.mark = socket.mark;
    return true;
  };
}
