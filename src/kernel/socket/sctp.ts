/**
 * SCTP on both ends, as far as a flow of one request and one answer asks (net/sctp/sm_statefuns.c): INIT, INIT ACK, COOKIE ECHO, COOKIE ACK, the
 * client's DATA, the server's answer; an ABORT for what nobody listens for. In a story the server closes after its answer, as its process does.
 * Told from the sources and RFC 9260, for no kernel at hand has SCTP sockets. Left out: further addresses, retransmission, heartbeats, a
 * socket that is used again.
 */
import { formatSocket, type Ip } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { SctpChunk, SctpChunkType, SctpPacket } from '../../packet/sctp.js';
import { HOP_LIMIT_OF_ROUTE } from '../ipv6/stack.js';
import type { Device, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordAnswer, recordDeliver, recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { type ClientSocket, endsWithPacket, isForClient, NO_OPTIONS, type ServerSocket } from './flow-state.js';
import { findListener, givenListener } from './listeners.js';
import { boundWay } from './send-datagram.js';
import type { Ends } from './send-segment.js';

/** What client and server want to be called by. */
const CLIENT_TAG = 1;
const SERVER_TAG = 2;
/** Bytes of chunks as Linux sends them, with the options of an INIT. */
const BYTES: Readonly<Partial<Record<SctpChunkType, number>>> = {
  INIT: 36,
  'INIT ACK': 300,
  'COOKIE ECHO': 264,
  DATA: 16,
  SACK: 16,
  SHUTDOWN: 8,
};

export function sendInit(rt: Runtime, client: ClientSocket): void {
  send(rt, client, 0, [{ type: 'INIT', initTag: CLIENT_TAG }], true);
}

export function receiveSctp(rt: Runtime, device: Device, passage: Passage, l4: SctpPacket): void {
  const { src, dst } = passage.packet;
  const { client, servers } = rt.flow;
  if (client?.proto === PROTO.sctp && isForClient(client, device, src, l4.sport, dst, l4.dport))
    return clientHears(rt, device, passage, client, l4);
  const server = servers.find(({ ns, proto, localIp, localPort, remoteIp, remotePort, state }) => {
    const own = ns === device.ns && proto === PROTO.sctp && state !== 'closed';
    return own && localIp === dst && localPort === l4.dport && remoteIp === src && remotePort === l4.sport;
  });
  if (server !== undefined) return serverHears(rt, device, passage, server, l4);
  const listener = has(l4, 'INIT') ? (givenListener(passage) ?? findListener(device.ns, PROTO.sctp, dst, l4.dport)) : undefined;
  if (listener === undefined) return refuse(rt, device, passage, l4);
  recordDeliver(rt, device, passage.packet, listener.id);
  const ends = { localIp: dst, localPort: l4.dport, remoteIp: src, remotePort: l4.sport };
  const opened: ServerSocket = {
    ...{ ns: device.ns, listener, proto: PROTO.sctp, ...ends, mark: 0, device, owner: listener.owner },
    ...{ state: 'syn-received', expects: l4.chunks[0]?.initTag ?? 0 },
  };
  rt.flow.servers.push(opened);
  if (endsWithPacket(rt)) return;
  send(rt, opened, opened.expects, [{ type: 'INIT ACK', initTag: SERVER_TAG }], false);
}

function has({ chunks }: SctpPacket, type: SctpChunkType): boolean {
  return chunks.some((chunk) => chunk.type === type);
}

function clientHears(rt: Runtime, device: Device, passage: Passage, client: ClientSocket, l4: SctpPacket): void {
  if (l4.tag !== CLIENT_TAG) return unexpected(rt, device, passage.packet, l4);
  recordDeliver(rt, device, passage.packet, undefined);
  const waits = client.state === 'opening' || client.state === 'open';
  if (has(l4, 'ABORT')) {
    if (waits) {
      client.errno = client.state === 'opening' ? 'ECONNREFUSED' : 'ECONNRESET';
      client.state = 'failed';
    }
  } else if (has(l4, 'INIT ACK') && client.state === 'opening') {
    if (rt.extent !== 'conversation') client.state = 'answered';
    else send(rt, client, SERVER_TAG, [{ type: 'COOKIE ECHO' }], true);
  } else if (has(l4, 'COOKIE ACK') && client.state === 'opening') {
    client.state = 'open';
    send(rt, client, SERVER_TAG, [{ type: 'DATA' }], true, client.payload);
  } else if (has(l4, 'DATA') && client.state === 'open') {
    client.state = 'answered';
    if (rt.story !== undefined) send(rt, client, SERVER_TAG, [{ type: 'SACK' }], true);
  } else if (has(l4, 'SHUTDOWN')) send(rt, client, SERVER_TAG, [{ type: 'SHUTDOWN ACK' }], true);
}

function serverHears(rt: Runtime, device: Device, passage: Passage, server: ServerSocket, l4: SctpPacket): void {
  if (!has(l4, 'INIT') && l4.tag !== SERVER_TAG) return unexpected(rt, device, passage.packet, l4);
  recordDeliver(rt, device, passage.packet, server.listener?.id);
  const say = (...types: SctpChunkType[]): void =>
    send(
      rt,
      server,
      server.expects,
      types.map((type) => ({ type })),
      false,
    );
  if (has(l4, 'ABORT') || has(l4, 'SHUTDOWN ACK')) {
    if (has(l4, 'SHUTDOWN ACK')) say('SHUTDOWN COMPLETE');
    server.state = 'closed';
  } else if (has(l4, 'COOKIE ECHO')) {
    server.state = 'open';
    say('COOKIE ACK');
  } else if (has(l4, 'DATA')) {
    say('SACK', 'DATA');
    if (rt.story?.keep === false) say('SHUTDOWN');
  }
}

function unexpected(rt: Runtime, device: Device, packet: IpPacket, { tag }: SctpPacket): void {
  recordDrop(rt, device.ns, packet, 'SCTP_UNEXPECTED', () => `verification tag ${tag}`, { device });
}

/** sctp_sf_tabort_8_4_8: an ABORT, which is never answered by another. */
function refuse(rt: Runtime, device: Device, passage: Passage, l4: SctpPacket): void {
  const { packet } = passage;
  const { ns } = device;
  recordDrop(rt, ns, packet, 'NO_SOCKET', () => `SCTP ${formatSocket(packet.dst, l4.dport)}`, { device });
  if (has(l4, 'ABORT') || has(l4, 'SHUTDOWN COMPLETE')) return;
  recordAnswer(rt, ns, packet, { with: 'sctp-abort', type: 0, code: 0, from: packet.dst });
  const [first] = l4.chunks;
  const ends = { ns, localIp: packet.dst, localPort: l4.dport, remoteIp: packet.src, remotePort: l4.sport, mark: 0, device };
  if (first?.type === 'INIT') send(rt, ends, first.initTag ?? 0, [{ type: 'ABORT' }], false);
  else send(rt, ends, l4.tag, [{ type: 'ABORT', reflected: true }], false);
}

function send(rt: Runtime, ends: Ends, tag: number, chunks: readonly SctpChunk[], fromClient: boolean, payload = 1): void {
  const { ns, localIp, localPort, remoteIp, remotePort, mark, owner, options = NO_OPTIONS } = ends;
  const leg = rt.nextLeg++;
  const length = chunks.reduce((sum, { type }) => sum + (BYTES[type] ?? 4) + (type === 'DATA' ? (payload + 3) & ~3 : 0), 0);
  const packet: IpPacket = {
    src: localIp,
    dst: remoteIp,
    ttl: options.ttl || ttlOf(ns, remoteIp),
    tos: options.tos,
    id: leg + 1,
    df: options.df ?? true,
    proto: PROTO.sctp,
    l4: { kind: 'sctp', sport: localPort, dport: remotePort, tag, chunks, length },
  };
  rt.outbox.push({ ns, packet, leg, mark, about: undefined, fromClient, decision: boundWay(rt, ends), owner });
}

function ttlOf(ns: Namespace, dst: Ip): number {
  return typeof dst === 'number' ? ns.defaultTtl : HOP_LIMIT_OF_ROUTE;
}
