/**
 * ICMP: the kernel answers an echo request from the address it was sent to; the client's own echo ends the flow; an error about the
 * client's packet reaches its socket as an errno (icmp_unreach, tcp_v4_err, __udp4_lib_err with IP_RECVERR, which also reports
 * what an open TCP connection would take for a passing error). That a packet could not be put together again no socket of IPv4 hears.
 */
import type { Ipv4 } from '../../base/ip.js';
import type { IcmpMessage } from '../../packet/icmp.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDeliver, recordDrop } from '../record.js';
import { isLocalAddress } from '../route/address-type.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import { icmpErrno } from './errno.js';
import { heedRedirect } from './heed-redirect.js';
import { heedTooBig, isOurs, passesOn } from './heed-too-big.js';
import { sendSmaller } from './receive-tcp.js';
import { hearError } from './sctp-error.js';
import type { SctpClient } from './sctp.js';
import { DATA_US } from './talk.js';
import { type ClientSocket, endsWithPacket, mayHear } from './flow-state.js';

const ECHO_REPLY = 0;
const REDIRECT = 5;
const TIME_EXCEEDED = 11;
const REASSEMBLY = 1;
const ECHO_REQUEST = 8;
const ECHO_REQUEST6 = 128;

export function receiveIcmp(rt: Runtime, device: Device, passage: Passage, l4: IcmpMessage): void {
  if (l4.type === ECHO_REQUEST) return answerEcho(rt, device, passage, l4);
  if (l4.type === ECHO_REPLY) return receiveEchoReply(rt, device, passage.packet, l4);
  if (l4.type === REDIRECT) return receiveRedirect(rt, device, passage.packet, l4);
  // icmp_unreach counts it, and tells no socket.
  if (l4.type === TIME_EXCEEDED && l4.code === REASSEMBLY) return recordDeliver(rt, device, passage.packet, undefined);
  receiveError(rt, device, passage.packet, l4, icmpErrno(l4.type, l4.code));
}

/** The host whose socket, or echo, it is about takes it; no socket hears of it. */
function receiveRedirect(rt: Runtime, device: Device, packet: IpPacket, l4: IcmpMessage): void {
  recordDeliver(rt, device, packet, undefined);
  if (isOurs(rt, device.ns, l4.about, rt.flow.client)) heedRedirect(rt, device, packet, l4);
}

function answerEcho(rt: Runtime, device: Device, passage: Passage, l4: IcmpMessage): void {
  const { ns } = device;
  const { packet } = passage;
  const called = packet.dst as Ipv4;
  if (!isLocalAddress(ns, called) || sysctlValue(ns.sysctls, 'net.ipv4.icmp_echo_ignore_all') !== 0) {
    return recordDrop(rt, ns, packet, 'NO_SOCKET', () => 'this host does not answer echo requests sent to this address', { device });
  }
  recordDeliver(rt, device, packet, undefined);
  const ends = { localIp: called, localPort: l4.id, remoteIp: packet.src as Ipv4, remotePort: l4.id };
  rt.flow.servers.push({ ns, listener: undefined, proto: PROTO.icmp, ...ends, mark: 0, state: 'open', expects: 0 });
  if (endsWithPacket(rt)) return;
  const leg = rt.nextLeg++;
  const reply: IpPacket = {
    ...{ src: called, dst: packet.src, ttl: ns.defaultTtl, tos: packet.tos, id: leg + 1, df: false, proto: PROTO.icmp },
    l4: { kind: 'icmp', type: ECHO_REPLY, code: 0, id: l4.id, seq: l4.seq, length: l4.length },
  };
  const mark = sysctlValue(ns.sysctls, 'net.ipv4.fwmark_reflect') === 0 ? 0 : passage.mark;
  rt.outbox.push({ ns, packet: reply, leg, mark, about: undefined, fromClient: false, decision: undefined });
}

/** Of either family. */
export function receiveEchoReply(rt: Runtime, device: Device, packet: IpPacket, l4: IcmpMessage): void {
  const { client } = rt.flow;
  const own =
    client?.proto === packet.proto &&
    client.ns === device.ns &&
    client.localPort === l4.id &&
    client.remoteIp === packet.src &&
    mayHear(client, device);
  if (client === undefined || !own)
    return recordDrop(rt, device.ns, packet, 'NO_SOCKET', () => 'nobody waits for this echo reply', { device });
  recordDeliver(rt, device, packet, undefined);
  if (client.state === 'open') client.state = 'answered';
}

/** Of either family; `errno` is what the error is to a socket. */
export function receiveError(rt: Runtime, device: Device, packet: IpPacket, l4: IcmpMessage, errno: Errno | undefined): void {
  const { client } = rt.flow;
  const own = client !== undefined && isAbout(client, device, l4.about) && passesOn(device.ns, l4);
  const smaller = l4.mtu !== undefined && passesOn(device.ns, l4) && heedTooBig(rt, device, l4, own ? client : undefined);
  if (client === undefined || errno === undefined || !own) {
    return recordDrop(rt, device.ns, packet, 'NO_SOCKET', () => 'the error is about no packet of a socket here', { device });
  }
  recordDeliver(rt, device, packet, undefined);
  if (client.association !== undefined) return hearError(rt, client as SctpClient, errno);
  // An open TCP connection hears of the error, but not from whom (ip_icmp_error is for SYN_SENT alone).
  if (client.proto !== PROTO.tcp || client.state === 'opening') client.icmp ??= { type: l4.type, code: l4.code, from: packet.src };
  // To TCP "too big" only means smaller segments; all else it reports, even when open, as IP_RECVERR asks.
  const passing = client.proto === PROTO.tcp && errno === 'EMSGSIZE';
  if (passing && smaller) sendSmaller(rt, client);
  if (passing || client.state === 'answered' || client.state === 'failed' || isTooLate(rt, client, l4.about)) return;
  client.errno = errno;
  client.state = 'failed';
}

/** What comes while the data is being sent, as it does here, TCP does not tell (sk_err_soft): only the error about the data sent again. */
function isTooLate({ flow, story, nowUs }: Runtime, { state }: ClientSocket, about: IpPacket | undefined): boolean {
  const isData = about?.l4.kind === 'tcp' && about.l4.length > 0;
  return isData && state === 'open' && story === undefined && nowUs + DATA_US > flow.deadlineUs;
}

function isAbout(client: ClientSocket, device: Device, about: IpPacket | undefined): boolean {
  if (about === undefined || client.ns !== device.ns || about.proto !== client.proto) return false;
  if (!mayHear(client, device) || about.src !== client.localIp || about.dst !== client.remoteIp) return false;
  const { l4 } = about;
  // Of what was quoted only a request is this socket's; a raw socket does not ask for the identifier (raw_v4_match, raw_v6_match).
  if (l4.kind === 'icmp') return l4.type === ECHO_REQUEST || l4.type === ECHO_REQUEST6;
  return l4.sport === client.localPort && l4.dport === client.remotePort;
}
