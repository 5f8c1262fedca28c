/**
 * DNS messages as bytes, by the library dns-packet, and how much of an answer fits: RFC 1035, 6891; github.com/miekg/dns msg_truncate.go, by which CoreDNS
 * cuts. The library compresses no names; CoreDNS does so only with what would not fit otherwise.
 */
import { encode } from 'dns-packet';
import { compressNames } from './compress.js';
import { asksOthers, type DnsAnswer, type DnsMessage, type DnsRecord, type Rcode } from './record.js';

const RCODES: readonly Rcode[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const [AUTHORITATIVE, TRUNCATED, RECURSION_DESIRED, RECURSION_AVAILABLE] = [1 << 10, 1 << 9, 1 << 8, 1 << 7] as const;
/** What a client takes by UDP that says nothing of it. */
export const UDP_SIZE = 512;

/** `compressed` where names may point at earlier ones. */
export function encodeDns({ id, question, reply, udpSize }: DnsMessage, compressed = false): Uint8Array {
  const opt =
    udpSize === undefined
      ? []
      : [{ type: 'OPT', name: '.', udpPayloadSize: udpSize, extendedRcode: 0, ednsVersion: 0, flags: 0, options: [] }];
  const bytes = encode({
    type: reply === undefined ? 'query' : 'response',
    id,
    flags: RECURSION_DESIRED | (reply === undefined ? 0 : replyFlags(reply)),
    questions: [question],
    answers: (reply?.answer ?? []).map(toLibrary),
    authorities: (reply?.authority ?? []).map(toLibrary),
    additionals: [...(reply?.extra ?? []).map(toLibrary), ...opt],
  });
  const plain = new Uint8Array(bytes);
  return compressed ? compressNames(plain) : plain;
}

function replyFlags(reply: DnsAnswer): number {
  const { rcode, authoritative, truncated } = reply;
  return (
    RCODES.indexOf(rcode) |
    (authoritative === true ? AUTHORITATIVE : 0) |
    (asksOthers(reply) ? RECURSION_AVAILABLE : 0) |
    (truncated === true ? TRUNCATED : 0)
  );
}

function toLibrary({ name, ttl, type, data }: DnsRecord): object {
  const head = { name, ttl, type, class: 'IN' };
  const words = data.split(' ');
  if (type === 'SRV') {
    const [priority, weight, port] = words.map(Number);
    return { ...head, data: { priority, weight, port, target: words[3] } };
  }
  if (type === 'SOA') {
    const [mname, rname] = words;
    const [serial, refresh, retry, expire, minimum] = words.slice(2).map(Number);
    return { ...head, data: { mname, rname, serial, refresh, retry, expire, minimum } };
  }
  if (type === 'TXT') return { ...head, data: [...data.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '') };
  return { ...head, data };
}

/** What a server sends: cut, and with TC set, where `size` bytes are too few. */
export function fitAnswer(message: DnsMessage & { readonly reply: DnsAnswer }, size: number): { reply: DnsAnswer; bytes: Uint8Array } {
  const plain = encodeDns(message);
  const { reply } = message;
  if (plain.length <= size) return { reply, bytes: plain };
  const sections = [reply.answer, reply.authority, reply.extra];
  const all = sections.reduce((sum, section) => sum + section.length, 0);
  for (let kept = all; kept >= 0; kept--) {
    const cut = cutTo(reply, kept);
    const bytes = encodeDns({ ...message, reply: { ...cut, truncated: kept < all } }, true);
    if (bytes.length <= size || kept === 0) return { reply: kept < all ? { ...cut, truncated: true } : cut, bytes };
  }
  return { reply, bytes: plain };
}

/** The first records, section after section. */
function cutTo(reply: DnsAnswer, kept: number): DnsAnswer {
  const answer = reply.answer.slice(0, kept);
  const authority = reply.authority.slice(0, Math.max(0, kept - answer.length));
  const extra = reply.extra.slice(0, Math.max(0, kept - answer.length - authority.length));
  return { ...reply, answer, authority, extra };
}
