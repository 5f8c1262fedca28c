/**
 * SCTP on both ends (net/sctp/sm_statefuns.c, as Linux 6.1 was seen to speak it): INIT, INIT ACK, COOKIE ECHO, COOKIE ACK, the client's DATA, the
 * server's answer; an ABORT for what nobody listens for. In a story the server closes after its answer, as its process does. Left out:
 * retransmission, heartbeats, messages of several packets.
 */
import { formatSocket } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { SctpChunk, SctpChunkType, SctpPacket } from '../../packet/sctp.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordAnswer, recordDeliver, recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { type ClientSocket, endsWithPacket, isForClient, type ServerSocket } from './flow-state.js';
import { findListener, givenListener } from './listeners.js';
import { type Association, newAssociation, sendAs, sendChunks, sendData, WINDOW } from './send-chunks.js';

/** What client and server want to be called by. */
const CLIENT_TAG = 1;
const SERVER_TAG = 2;
const FIRST_TSN = 1;

export type SctpClient = ClientSocket & { readonly association: Association };
export type SctpServer = ServerSocket & { readonly association: Association };

export function clientAssociation(): Association {
  return newAssociation(CLIENT_TAG, 0);
}

export function sendInit(rt: Runtime, client: SctpClient): void {
  sendAs(rt, client, [{ type: 'INIT', initTag: CLIENT_TAG, tsn: FIRST_TSN, window: WINDOW }], true);
}

export function receiveSctp(rt: Runtime, device: Device, passage: Passage, l4: SctpPacket): void {
  const { src, dst } = passage.packet;
  const { client, servers } = rt.flow;
  if (client?.proto === PROTO.sctp && isForClient(client, device, src, l4.sport, dst, l4.dport))
    return clientHears(rt, device, passage, client as SctpClient, l4);
  const server = servers.find(({ ns, proto, localIp, localPort, remoteIp, remotePort, state }) => {
    const own = ns === device.ns && proto === PROTO.sctp && state !== 'closed';
    return own && localIp === dst && localPort === l4.dport && remoteIp === src && remotePort === l4.sport;
  });
  if (server !== undefined) return serverHears(rt, device, passage, server as SctpServer, l4);
  const listener = has(l4, 'INIT') ? (givenListener(passage) ?? findListener(device.ns, PROTO.sctp, dst, l4.dport)) : undefined;
  if (listener === undefined) return refuse(rt, device, passage, l4);
  recordDeliver(rt, device, passage.packet, listener.id);
  const ends = { localIp: dst, localPort: l4.dport, remoteIp: src, remotePort: l4.sport };
  const opened: SctpServer = {
    ...{ ns: device.ns, listener, proto: PROTO.sctp, ...ends, mark: 0, device, owner: listener.owner },
    ...{ state: 'syn-received', expects: 0, association: newAssociation(SERVER_TAG, l4.chunks[0]?.initTag ?? 0) },
  };
  rt.flow.servers.push(opened);
  if (!endsWithPacket(rt)) answerInit(rt, opened);
}

function answerInit(rt: Runtime, server: SctpServer): void {
  sendAs(rt, server, [{ type: 'INIT ACK', initTag: SERVER_TAG, tsn: FIRST_TSN, window: WINDOW }], false);
}

function has({ chunks }: SctpPacket, type: SctpChunkType): boolean {
  return chunks.some((chunk) => chunk.type === type);
}

function clientHears(rt: Runtime, device: Device, passage: Passage, client: SctpClient, l4: SctpPacket): void {
  const { association } = client;
  if (client.broken || l4.tag !== CLIENT_TAG) return unexpected(rt, device, passage.packet, l4);
  recordDeliver(rt, device, passage.packet, undefined);
  const say = (type: SctpChunkType): void => sendAs(rt, client, [{ type, ...cumulative(type, association) }], true);
  if (has(l4, 'ABORT')) return breakOff(client, client.state === 'opening' ? 'ECONNREFUSED' : 'ECONNRESET');
  if (has(l4, 'INIT ACK') && client.state === 'opening') {
    association.peerTag = SERVER_TAG;
    if (rt.extent !== 'conversation') client.state = 'answered';
    else say('COOKIE ECHO');
  } else if (has(l4, 'COOKIE ACK') && client.state === 'opening') {
    client.state = 'open';
    sendData(rt, client, client.payload, true);
  } else if (has(l4, 'DATA')) {
    if (client.state === 'open') client.state = 'answered';
    if (rt.story !== undefined) hearData(rt, client, l4, true);
  } else if (has(l4, 'SHUTDOWN')) {
    say('SHUTDOWN ACK');
    breakOff(client, 'ECONNRESET');
  } else if (has(l4, 'SHUTDOWN ACK')) {
    say('SHUTDOWN COMPLETE');
    client.broken = true;
  }
}

function breakOff(client: ClientSocket, errno: Errno): void {
  client.broken = true;
  if (client.state !== 'opening' && client.state !== 'open') return;
  client.errno = errno;
  client.state = 'failed';
}

function serverHears(rt: Runtime, device: Device, passage: Passage, server: SctpServer, l4: SctpPacket): void {
  const { association } = server;
  if (!has(l4, 'INIT') && l4.tag !== SERVER_TAG) return unexpected(rt, device, passage.packet, l4);
  recordDeliver(rt, device, passage.packet, server.listener?.id);
  const say = (type: SctpChunkType): void => sendAs(rt, server, [{ type, ...cumulative(type, association) }], false);
  if (has(l4, 'INIT')) return answerInit(rt, server);
  if (has(l4, 'ABORT') || has(l4, 'SHUTDOWN COMPLETE')) server.state = 'closed';
  else if (has(l4, 'SHUTDOWN ACK')) {
    say('SHUTDOWN COMPLETE');
    server.state = 'closed';
  } else if (has(l4, 'SHUTDOWN')) say('SHUTDOWN ACK');
  else if (has(l4, 'COOKIE ECHO')) {
    server.state = 'open';
    say('COOKIE ACK');
  } else if (has(l4, 'DATA')) {
    hearData(rt, server, l4, false);
    sendData(rt, server, 1, false);
    association.closing = rt.story?.keep === false;
  } else if (has(l4, 'SACK') && association.closing) say('SHUTDOWN');
}

/** Linux acknowledges the first at once, and what follows together with what it says next, within 200 ms. */
function hearData(rt: Runtime, socket: SctpClient | SctpServer, { chunks }: SctpPacket, client: boolean): void {
  const { association } = socket;
  for (const { type, tsn = 0, bytes = 0 } of chunks) {
    if (type !== 'DATA') continue;
    association.heardTsn = tsn;
    association.owes = bytes;
  }
  if (association.acknowledged) return;
  association.acknowledged = true;
  sendAs(rt, socket, [{ type: 'SACK', tsn: association.heardTsn, window: WINDOW - (association.owes ?? 0) }], client);
  association.owes = undefined;
}

function cumulative(type: SctpChunkType, { heardTsn }: Association): Partial<SctpChunk> {
  return type === 'SHUTDOWN' ? { tsn: heardTsn } : {};
}

/** Another request over an association that stayed open, or its end: shutdown(2) of the client's side waits for nothing that comes. */
export function speakAgain(rt: Runtime, client: SctpClient, close: 'fin' | 'reset' | undefined): Errno | undefined {
  if (client.broken && close === undefined) return 'EPIPE';
  if (client.broken && close === 'fin' && client.association.peerTag === 0) return 'ENOTCONN';
  if (client.broken || (client.state === 'opening' && close !== undefined)) {
    client.state = 'answered';
    client.broken = true;
  } else if (close === 'reset') {
    sendAs(rt, client, [{ type: 'ABORT' }], true);
    client.state = 'answered';
    client.broken = true;
  } else if (client.state !== 'opening') {
    client.state = 'open';
    if (close === 'fin') shutDown(rt, client, true);
    else sendData(rt, client, client.payload, true);
  }
  return undefined;
}

/** close(2), or shutdown(2) of the sending side. */
export function shutDown(rt: Runtime, socket: SctpClient | SctpServer, client: boolean): void {
  sendAs(rt, socket, [{ type: 'SHUTDOWN', ...cumulative('SHUTDOWN', socket.association) }], client);
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
  const init = first?.type === 'INIT';
  const chunk: SctpChunk = init ? { type: 'ABORT' } : { type: 'ABORT', reflected: true };
  const tag = init ? (first.initTag ?? 0) : l4.tag;
  sendChunks(rt, ends, { tag, chunks: [chunk], fromClient: false });
}
