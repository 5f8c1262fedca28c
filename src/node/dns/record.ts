/** DNS records and answers as data; names in lower case, with the dot at their end. */
export type Rcode = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';

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
