/** DNS records, questions and messages as data (RFC 1035); names with the dot at their end, in the case they were asked in. */
export type Rcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
}

export interface DnsRecord {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  /** As a zone file has it: `10.96.0.10`, `0 100 80 web.default.svc.cluster.local.` */
  readonly data: string;
}

export interface DnsAnswer {
  readonly rcode: Rcode;
  readonly answer: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly extra: readonly DnsRecord[];
  /** By a server that has the zone. */
  readonly authoritative?: boolean | undefined;
  /** Records were left out, for they did not fit. */
  readonly truncated?: boolean | undefined;
}

export interface DnsMessage {
  readonly id: number;
  readonly question: DnsQuestion;
  /** Undefined: it is a question. */
  readonly reply: DnsAnswer | undefined;
  /** Bytes that the asker takes by UDP (EDNS); undefined where it does not say: 512. */
  readonly udpSize?: number | undefined;
}

/** Whether it is the answer of somebody who asked on: not of the zone's own server, nor of one that failed. */
export function asksOthers({ authoritative, rcode }: DnsAnswer): boolean {
  return authoritative !== true && rcode !== 'SERVFAIL' && rcode !== 'REFUSED';
}

/** `web.default.svc.cluster.local. 30 IN A 10.96.0.10`, as dig prints it with single blanks. */
export function formatRecord({ name, ttl, type, data }: DnsRecord): string {
  return `${name} ${ttl} IN ${type} ${data}`;
}

/** Lower case, with the dot at the end. */
export function absolute(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}
