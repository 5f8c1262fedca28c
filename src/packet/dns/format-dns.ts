/**
 * DNS as `tcpdump -n` prints it (print-domain.c, seen with 4.99): `4711+ A? web.default.svc.cluster.local. (47)`, `4711*- 1/0/0 A 10.96.7.7 (92)`. `*` is an answer of the
 * zone's own server, `-` one that asks nobody else, `|` a truncated one.
 */
import { asksOthers, type DnsMessage, type DnsRecord, type Rcode } from './record.js';

const RCODES: Readonly<Record<Rcode, string>> = {
  NOERROR: '',
  FORMERR: ' FormErr',
  SERVFAIL: ' ServFail',
  NXDOMAIN: ' NXDomain',
  NOTIMP: ' NotImp',
  REFUSED: ' Refused',
};

/** `length` in bytes. */
export function formatDns({ id, question, reply, udpSize }: DnsMessage, length: number): string {
  const edns = udpSize === undefined ? 0 : 1;
  if (reply === undefined) return `${id}+${edns === 0 ? '' : ' [1au]'} ${question.type}? ${question.name} (${length})`;
  const { rcode, authoritative, truncated, answer, authority, extra } = reply;
  const flags = `${authoritative === true ? '*' : ''}${asksOthers(reply) ? '' : '-'}${truncated === true ? '|' : ''}`;
  const counts = `${answer.length}/${authority.length}/${extra.length + edns}`;
  const records = answer.map((record) => ` ${formatData(record)}`).join(',');
  return `${id}${RCODES[rcode]}${flags} ${counts}${records} (${length})`;
}

function formatData({ type, data }: DnsRecord): string {
  if (type === 'SOA') return type;
  if (type !== 'SRV') return `${type} ${data}`;
  const [priority, weight, port, target] = data.split(' ');
  return `SRV ${target}:${port} ${priority} ${weight}`;
}
