/** What came of a flow on the real kernel, as the record that a simulated kernel would leave. */
import { type Ip, parseIp } from '../../base/ip.js';
import { InvariantError } from '../../base/errors.js';
import type { ProbePlan } from '../../plan/plan.js';
import type { Errno, FlowRecord, SocketAddress } from '../../trace/flow-record.js';
import { formatSocket } from '../../base/ip.js';
import type { RawFlow } from '../lab-result.js';
import { flowEvents, type Ground } from './flow-events.js';
import { pathMtu } from './path-mtu.js';

export function toRecord(flow: RawFlow, probe: ProbePlan, ground: Ground | undefined): FlowRecord {
  const remote: SocketAddress = { ip: ipOf(probe.dst), port: probe.proto === 'icmp' ? undefined : probe.dport };
  const server = flow.server ?? undefined;
  const ends = { netns: probe.netns, local: flow.local, remote: formatSocket(remote.ip, remote.port), server };
  const events = flow.evidence === undefined || ground === undefined ? [] : flowEvents(flow.evidence, ends, ground);
  return {
    verdict: flow.verdict,
    server,
    seenSrc: socketOf(flow.seen_src),
    seenDst: socketOf(flow.seen_dst),
    local: socketOf(flow.local),
    remote,
    errno: (flow.errno ?? undefined) as Errno | undefined,
    icmp: flow.icmp === null ? undefined : { ...flow.icmp, from: ipOf(flow.icmp.from) },
    elapsed: Math.round(flow.ms * 1000),
    pathMtu: ground === undefined ? undefined : pathMtu(events, ground.topology),
    events,
  };
}

function socketOf(text: string | null): SocketAddress | undefined {
  if (text === null) return undefined;
  const [, host = text, port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  const bare = parseIp(text);
  return bare === undefined ? { ip: ipOf(host), port: Number(port) } : { ip: bare, port: undefined };
}

function ipOf(text: string): Ip {
  const ip = parseIp(text);
  if (ip === undefined) throw new InvariantError(`the lab says ${text} where an address belongs`);
  return ip;
}
