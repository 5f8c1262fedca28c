/**
 * TCP on both ends, as far as a flow of one request and one answer asks: SYN, SYN-ACK, ACK, the client's bytes, the server's
 * answer; resets for what no connection expects (net/ipv4/tcp_input.c). Left out: retransmission, windows, closing.
 */
import { formatSocket, type Ip } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { TcpFlags, TcpSegment } from '../../packet/tcp.js';
import { isOwnAnycast, isUnicastHere } from '../ipv6/route/address-type.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { sendReset } from '../path/reset.js';
import { recordDeliver, recordDrop } from '../record.js';
import { sysctlValue } from '../sysctl.js';
import type { Runtime } from '../runtime.js';
import { answerOf, requestOf, segmentOf } from './exchange.js';
import { type ClientSocket, endsWithPacket, type FlowState, isForClient, type ServerSocket } from './flow-state.js';
import { findListener, givenListener } from './listeners.js';
import { segmentMax, sendSegment } from './send-segment.js';
import { DATA_US, hear, say } from './talk.js';
import { hears, newTalk, type Talker } from './talker.js';

/** The option that every segment after the handshake carries. */
const TIMESTAMPS = 12;
/** Where nobody knows better (RFC 9293). */
const MSS_LEAST = 536;

export function receiveTcp(rt: Runtime, device: Device, passage: Passage, l4: TcpSegment): void {
  const { packet } = passage;
  const { src, dst } = packet;
  const { client } = rt.flow;
  if (client?.proto === PROTO.tcp && hears(rt, client) && isForClient(client, device, src, l4.sport, dst, l4.dport)) {
    if (client.talk !== undefined) return hear(rt, device, passage, client as Talker, l4);
    return clientReceives(rt, device, passage, client, l4);
  }
  const server = findServer(rt.flow, device, src, dst, l4);
  if (server?.talk !== undefined) return hear(rt, device, passage, server as Talker, l4);
  if (server !== undefined) return serverReceives(rt, device, passage, server, l4);
  const kept = rt.kept.size === 0 ? undefined : findKept(rt, device, src, dst, l4);
  if (kept !== undefined) return hear(rt, device, passage, kept, l4);
  const listener = l4.flags === 'S' ? (givenListener(passage) ?? findListener(device.ns, PROTO.tcp, dst, l4.dport, rt)) : undefined;
  if (listener === undefined) return refuse(rt, device, passage, l4);
  if (isAnycast(rt, device, dst)) return refuse(rt, device, passage, l4);
  recordDeliver(rt, device, packet, listener.id);
  const opened: ServerSocket = {
    ns: device.ns,
    listener,
    proto: PROTO.tcp,
    localIp: dst,
    localPort: l4.dport,
    remoteIp: src,
    remotePort: l4.sport,
    mark: sysctlValue(device.ns.sysctls, 'net.ipv4.tcp_fwmark_accept') === 0 ? 0 : passage.mark,
    device,
    owner: listener.owner,
    talk: rt.story === undefined ? undefined : newTalk(rt.story.keep),
    state: 'syn-received',
    expects: l4.seq + 1,
  };
  rt.flow.servers.push(opened);
  if (endsWithPacket(rt)) return;
  if (opened.talk !== undefined) {
    opened.talk.expects = l4.seq + 1;
    return say(rt, opened as Talker, 'S.');
  }
  serverSends(rt, opened, 'S.', 0);
}

/** Of connections of earlier flows that stayed open. */
function findKept(rt: Runtime, device: Device, src: Ip, dst: Ip, l4: TcpSegment): Talker | undefined {
  for (const flow of rt.kept.values()) {
    const { client } = flow;
    const own = client?.talk !== undefined && isForClient(client, device, src, l4.sport, dst, l4.dport);
    const found = own && hears(rt, client) ? client : findServer(flow, device, src, dst, l4);
    if (found?.talk !== undefined) return found as Talker;
  }
  return undefined;
}

function findServer(flow: FlowState, device: Device, src: Ip, dst: Ip, l4: TcpSegment): ServerSocket | undefined {
  for (const server of flow.servers) {
    const ports = server.localPort === l4.dport && server.remotePort === l4.sport && server.proto === PROTO.tcp;
    if (ports && server.localIp === dst && server.remoteIp === src && server.ns === device.ns && server.state !== 'closed') return server;
  }
  return undefined;
}

function refuse(rt: Runtime, device: Device, passage: Passage, l4: TcpSegment): void {
  const { packet } = passage;
  const at = (): string => `TCP ${formatSocket(packet.dst, l4.dport)}`;
  const known = findListener(device.ns, PROTO.tcp, packet.dst, l4.dport) !== undefined;
  recordDrop(rt, device.ns, packet, l4.flags === 'S' || !known ? 'NO_SOCKET' : 'TCP_UNEXPECTED', at, { device });
  if (!isAnycast(rt, device, packet.dst)) sendReset(rt, device.ns, passage, false, device);
}

/** Nobody speaks TCP with an anycast address of IPv6 (tcp_v6_conn_request, tcp_v6_send_reset). */
function isAnycast(rt: Runtime, device: Device, dst: Ip): boolean {
  return typeof dst === 'bigint' && isOwnAnycast(rt.ipv6(device.ns), dst) && !isUnicastHere(rt, device, dst);
}

function clientReceives(rt: Runtime, device: Device, passage: Passage, client: ClientSocket, l4: TcpSegment): void {
  const { packet } = passage;
  if (l4.flags === 'R' || l4.flags === 'R.') {
    recordDeliver(rt, device, packet, undefined);
    if (client.state === 'opening' || client.state === 'open') {
      client.errno = client.state === 'opening' ? 'ECONNREFUSED' : 'ECONNRESET';
      client.state = 'failed';
    }
    return;
  }
  if (client.state === 'opening' && l4.flags === 'S.') {
    recordDeliver(rt, device, packet, undefined);
    client.state = rt.extent === 'conversation' ? 'open' : 'answered';
    if (client.state === 'answered') return;
    client.mss = Math.min(client.mss, l4.mss ?? 536);
    clientSends(rt, client, '.', 0);
    sendRequest(rt, client);
    return;
  }
  if (client.state === 'open' && l4.flags === 'P.') {
    recordDeliver(rt, device, packet, undefined);
    client.state = 'answered';
    return;
  }
  recordDrop(rt, device.ns, packet, 'TCP_UNEXPECTED', () => `flags [${l4.flags}] while ${client.state}`, { device });
}

/** The segment was too big for the way: tcp_v4_mtu_reduced. */
export function sendSmaller(rt: Runtime, client: ClientSocket): void {
  const { options, ns, remoteIp } = client;
  if (client.state !== 'open' || !(options.df ?? (ns.findsPathMtu || typeof remoteIp === 'bigint'))) return;
  const mss = segmentMax(rt, client);
  if (mss >= client.mss) return;
  client.mss = mss;
  if (client.unsent) rt.flow.probeUs = rt.nowUs + DATA_US;
  else sendRequest(rt, client);
}

/** What the host itself refused is no loss that could be made good at once: it waits for the timer of window probes (tcp_check_probe_timer). */
export function sendUnsent(rt: Runtime): void {
  const { flow } = rt;
  rt.nowUs = flow.probeUs;
  flow.probeUs = Number.POSITIVE_INFINITY;
  if (flow.client !== undefined) sendRequest(rt, flow.client);
}

function serverReceives(rt: Runtime, device: Device, passage: Passage, server: ServerSocket, l4: TcpSegment): void {
  recordDeliver(rt, device, passage.packet, server.listener?.id);
  if (l4.flags === 'R' || l4.flags === 'R.') server.state = 'closed';
  else if (l4.flags === 'S') serverSends(rt, server, 'S.', 0);
  else server.state = 'open';
  if (l4.flags !== 'P.') return;
  server.expects = l4.seq + l4.length;
  const max = (rt.flow.client?.mss ?? MSS_LEAST) - TIMESTAMPS;
  const said = segmentOf(answerOf(rt, server.listener?.id), 1, max);
  sendSegment(rt, server, { flags: 'P.', seq: 1, ack: server.expects, ...said, fromClient: false });
}

function sendRequest(rt: Runtime, client: ClientSocket): void {
  const said = segmentOf(requestOf(rt), client.payload, client.mss - TIMESTAMPS);
  sendSegment(rt, client, { flags: 'P.', seq: 1, ack: 1, ...said, fromClient: true });
}

/** The client's first sequence number is 0, and so is the server's. */
export function clientSends(rt: Runtime, client: ClientSocket, flags: TcpFlags, length: number): void {
  const next = flags === 'S' ? 0 : 1;
  sendSegment(rt, client, { flags, seq: next, ack: next, length, fromClient: true });
}

function serverSends(rt: Runtime, server: ServerSocket, flags: TcpFlags, length: number): void {
  sendSegment(rt, server, { flags, seq: flags === 'S.' ? 0 : 1, ack: server.expects, length, fromClient: false });
}
