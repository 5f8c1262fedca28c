/** What came of a flow, as its client tells it: the verdict, both ends' addresses, errno and ICMP error. */
import { type Ip, type Ipv4, toMapped } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { Errno, FlowRecord, ProbeVerdict, SocketAddress } from '../../trace/flow-record.js';
import type { Probe } from '../contract.js';
import type { Runtime } from '../runtime.js';
import { verdictOf } from './errno.js';
import type { ClientSocket, ServerSocket } from './flow-state.js';

/** Refused by the client's own host before any packet. */
export function refusedRecord(rt: Runtime, probe: Probe, errno: Errno): FlowRecord {
  return {
    verdict: verdictOf(errno),
    server: undefined,
    seenSrc: undefined,
    seenDst: undefined,
    local: undefined,
    remote: { ip: probe.dst, port: probe.dport },
    errno,
    icmp: undefined,
    elapsed: 0,
    pathMtu: undefined,
    events: rt.events,
  };
}

/** What a flow that had its packets sent has come to by now. */
export function recordOf(rt: Runtime, probe: Probe, startUs: number): FlowRecord {
  const client = rt.flow.client as ClientSocket;
  const server = rt.story?.close === undefined ? (rt.flow.answeredBy ?? rt.flow.servers[0]) : undefined;
  return {
    verdict: verdict(client),
    server: server?.listener?.id,
    seenSrc: seen(server, server?.remoteIp, server?.remotePort),
    seenDst: seen(server, server?.localIp, server?.localPort),
    local: {
      ip: rt.flow.mapped === true ? toMapped(client.localIp as Ipv4) : client.localIp,
      port: client.proto === PROTO.icmp || client.proto === PROTO.icmpv6 ? undefined : client.localPort,
    },
    remote: { ip: probe.dst, port: probe.dport },
    errno: client.state === 'answered' ? undefined : (client.errno ?? 'ETIMEDOUT'),
    icmp: client.icmp,
    elapsed: rt.nowUs - startUs,
    pathMtu: Number.isFinite(rt.flow.pathMtu) ? rt.flow.pathMtu : undefined,
    ...(client.state !== 'answered' && client.talk?.finSeen === true ? { closed: true } : {}),
    ...(rt.record && rt.nextLeg - 1 > rt.recordLegMax ? { cut: true } : {}),
    events: rt.events,
  };
}

function verdict(client: ClientSocket): ProbeVerdict {
  if (client.state === 'answered') return 'delivered';
  return client.errno === undefined ? 'timeout' : verdictOf(client.errno);
}

function seen(server: ServerSocket | undefined, ip: Ip | undefined, port: number | undefined): SocketAddress | undefined {
  if (server === undefined || ip === undefined) return undefined;
  const told = server.listener?.dual === true && typeof ip === 'number' ? toMapped(ip) : ip;
  return { ip: told, port: server.listener === undefined ? undefined : port };
}
