/** Probes of test tables in short: `c udp 10.0.2.2:53 size=3000 df src=10.0.0.1 mark=1 timeout=500`, and a flow's answer in one line. */
import { inputError } from '../../base/errors.js';
import type { ProbePlan, ProbeProtocol } from '../../plan/plan.js';
import type { FlowJson } from '../../trace/flow-json.js';

const TIMEOUT_MS = 600;
/** Long enough for a second solicitation, should Linux lose the first. */
const TIMEOUT_MS_6 = 2500;
/** Short names of options, and how each is read. */
const OPTIONS: Readonly<Record<string, (value: string) => Partial<ProbePlan>>> = {
  size: (value) => ({ size: Number(value) }),
  df: (value) => ({ df: value !== 'off' }),
  broadcast: () => ({ broadcast: true }),
  tos: (value) => ({ tos: Number(value) }),
  ttl: (value) => ({ ttl: Number(value) }),
  device: (value) => ({ device: value }),
  uid: (value) => ({ uid: Number(value) }),
  src: (value) => ({ src: value }),
  sport: (value) => ({ sport: Number(value) }),
  mark: (value) => ({ mark: Number(value) }),
  count: (value) => ({ count: Number(value) }),
  timeout: (value) => ({ timeoutMs: Number(value) }),
};

export function readProbe(id: string, text: string): ProbePlan {
  const [netns = '', proto = '', to = '', ...options] = text.split(' ');
  const [, bracketed, port6, plain, port4] = /^(?:\[(.*)\]:(\d+)|([\d.]+):(\d+))$/.exec(to) ?? [];
  const dst = bracketed ?? plain ?? to;
  const port = port6 ?? port4;
  let probe: ProbePlan = {
    id,
    netns,
    proto: proto as ProbeProtocol,
    dst,
    dport: port === undefined ? undefined : Number(port),
    timeoutMs: dst.includes(':') ? TIMEOUT_MS_6 : TIMEOUT_MS,
  };
  for (const option of options) {
    const [name = '', value = ''] = option.split('=');
    const read = OPTIONS[name];
    if (read === undefined) throw inputError('bad-probe', `${option} is no option of a probe: ${text}`);
    probe = { ...probe, ...read(value) };
  }
  return probe;
}

/** `s udp 0.0.0.0 sees 10.0.0.1:= call 10.0.2.2:53; the client is 10.0.0.1`, or what went wrong, and who said so. */
export function answerText(answer: Omit<FlowJson, 'ms' | 'path'>): string {
  const { verdict, server, seen_src: src, seen_dst: dst, local, errno, icmp } = answer;
  const said = icmp === null ? '' : ` by ICMP ${icmp.type}/${icmp.code} from ${icmp.from}`;
  if (verdict !== 'delivered') return `${verdict} ${errno}${said}`;
  if (server === null || src === null) return `delivered${said}; the client is ${local}`;
  const [ip, port] = ends(src);
  const [own, kept] = ends(local ?? '');
  return `${server} sees ${ip} port ${port === kept ? 'kept' : 'changed'} call ${dst}; the client is ${own}`;
}

function ends(text: string): readonly [string, string] {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at), text.slice(at + 1)];
}
