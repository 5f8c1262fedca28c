/** `hopspec probe`: a plan's probes on the simulated kernel, one JSON line with what came of each flow. */
import { formatIp, type PlanFlow, readPlan, runPlan, unsupported } from '../index.js';
import type { SocketAddress } from '../trace/flow-record.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { readInput } from './read-input.js';

interface ProbeFlags {
  readonly trace?: boolean;
}

export function probe(path: string, flags: ProbeFlags): ExitCode {
  if (flags.trace) throw unsupported('probe-trace', 'the path of a probe is not printed yet', { fix: 'leave --trace away' });
  const { text, file } = readInput(path);
  const results = runPlan(readPlan(text, file));
  const probes = results.map(({ id, flows }) => ({ id, flows: flows.map(flowJson) }));
  process.stdout.write(`${JSON.stringify({ kernel: 'simulated', probes })}\n`);
  return EXIT.ok;
}

function flowJson(flow: PlanFlow): Record<string, unknown> {
  const { icmp } = flow;
  return {
    verdict: flow.verdict,
    server: flow.server ?? null,
    seen_src: addressText(flow.seenSrc),
    seen_dst: addressText(flow.seenDst),
    local: addressText(flow.local),
    errno: flow.errno ?? null,
    icmp: icmp === undefined ? null : { type: icmp.type, code: icmp.code, from: formatIp(icmp.from) },
    ms: Math.round(flow.elapsed / 1000),
  };
}

function addressText(address: SocketAddress | undefined): string | null {
  if (address === undefined) return null;
  const ip = formatIp(address.ip);
  if (address.port === undefined) return ip;
  return ip.includes(':') ? `[${ip}]:${address.port}` : `${ip}:${address.port}`;
}
