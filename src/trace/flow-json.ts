/** A flow's answer as `hopspec probe` and `hopspec lab` print it. */
import { formatIp, formatSocket } from '../base/ip.js';
import type { FlowRecord, SocketAddress } from './flow-record.js';
import type { Path } from './path.js';

export interface FlowJson {
  readonly verdict: string;
  readonly server: string | null;
  readonly seen_src: string | null;
  readonly seen_dst: string | null;
  readonly local: string | null;
  readonly errno: string | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: string } | null;
  readonly ms: number;
  readonly path?: Path;
}

export function flowJson(record: FlowRecord): FlowJson {
  const { icmp } = record;
  return {
    verdict: record.verdict,
    server: record.server ?? null,
    seen_src: addressText(record.seenSrc),
    seen_dst: addressText(record.seenDst),
    local: addressText(record.local),
    errno: record.errno ?? null,
    icmp: icmp === undefined ? null : { type: icmp.type, code: icmp.code, from: formatIp(icmp.from) },
    ms: Math.round(record.elapsed / 1000),
  };
}

function addressText(address: SocketAddress | undefined): string | null {
  return address === undefined ? null : formatSocket(address.ip, address.port);
}
