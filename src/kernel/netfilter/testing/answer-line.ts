/** The answer to one probe as a line, from Linux or from this kernel: who answered and whom he saw, or the errno and the ICMP error. */
import { formatIp, formatSocket } from '../../../base/ip.js';
import type { FlowRecord, SocketAddress } from '../../../trace/flow-record.js';

/** A flow of the plan's result, as the lab prints it. */
export interface Answer {
  readonly verdict: string;
  readonly server: string | null;
  readonly seen_src: string | null;
  readonly seen_dst: string | null;
  readonly local: string | null;
  readonly errno: string | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: string } | null;
}

/** A source port that is not the client's own is written `*`: which one it is differs from run to run. */
export function answerLine(answer: Answer): string {
  const { verdict, server, seen_src: src, seen_dst: dst, errno, icmp } = answer;
  const said = icmp === null ? '' : ` by ICMP ${icmp.type}/${icmp.code} from ${icmp.from}`;
  if (verdict !== 'delivered') return `${verdict} ${errno}${said}`;
  if (server === null || src === null) return 'delivered';
  const [ip, port] = ends(src);
  const [own, kept] = ends(answer.local ?? '');
  return `${server} sees ${ip}:${port === kept ? '=' : '*'} call ${dst}; the client is ${own}`;
}

/** Address and port. */
function ends(text: string): [string, string] {
  const colon = text.lastIndexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

export function answerOf(flow: FlowRecord): Answer {
  const text = (address: SocketAddress | undefined): string | null =>
    address === undefined ? null : formatSocket(address.ip, address.port);
  const icmp = flow.icmp === undefined ? null : { ...flow.icmp, from: formatIp(flow.icmp.from) };
  const seen = { seen_src: text(flow.seenSrc), seen_dst: text(flow.seenDst), local: text(flow.local) };
  return { verdict: flow.verdict, server: flow.server ?? null, ...seen, errno: flow.errno ?? null, icmp };
}
