/** Reads an address inside a qualifier: `10.244.2.3:8080`, `[fd00::1]:80`, `node1`, `pod B`, `Service nginx`, `client laptop`. */
import { parseIp } from '../../base/ip.js';
import type { PlacePhrase } from '../traffic-claim.js';
import { readObject } from './object.js';
import type { Reader } from './reader.js';

const SOCKET = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/;

export function readPlace(reader: Reader): PlacePhrase {
  const start = reader.start();
  const token = reader.peek();
  const socket = token === undefined || token.quoted ? undefined : parseSocket(token.text);
  if (token !== undefined && socket !== undefined) {
    reader.word('an address', '10.244.2.3:8080');
    return { kind: 'socket', ...socket, span: reader.since(start) };
  }
  if (token !== undefined && /^[\d.]+(:\d*)?$/.test(token.text)) {
    reader.failAt(token, `"${token.text}" is not an address`, 'write 10.244.2.3 or 10.244.2.3:8080');
  }
  return readObject(reader).phrase;
}

/** `ip`, `ip:port` or `[ip]:port`; undefined when it is neither. */
export function parseSocket(text: string): { ip: string; port: number | undefined } | undefined {
  if (parseIp(text) !== undefined) return { ip: text, port: undefined };
  const match = SOCKET.exec(text);
  const ip = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3] ?? -1);
  return parseIp(ip) !== undefined && port >= 0 && port <= 65535 ? { ip, port } : undefined;
}
