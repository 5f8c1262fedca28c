/**
 * The socket of this host that a packet is for, as rules may ask (nf_sk_lookup_slow_v4 and _v6 of net/netfilter/nf_socket_ipv4.c, nf_socket_ipv6.c), and
 * the one that TPROXY gives it (net/netfilter/xt_TPROXY.c). An answer to a connection whose source was translated is looked for under the
 * address that the socket knows.
 */
import { type Ip, parseIp } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Listener, Namespace } from '../namespace.js';
import type { Passage, SocketSeen } from '../netfilter/contract.js';
import type { Connection } from '../netfilter/conntrack/connection.js';
import type { Owner, Runtime } from '../runtime.js';
import type { ServerSocket } from './flow-state.js';
import { findListener } from './listeners.js';

/** A packet's ends, from the socket's side. */
interface Called {
  readonly proto: number;
  readonly remoteIp: Ip;
  readonly remotePort: number;
  readonly localIp: Ip;
  readonly localPort: number;
}

export function findSocket(rt: Runtime, ns: Namespace, passage: Passage): SocketSeen | undefined {
  const given = passage.socket as Listener | ServerSocket | undefined;
  if (given !== undefined) return 'state' in given ? seenServer(given) : seenListener(given);
  const called = calledBy(passage);
  if (called === undefined) return undefined;
  const connected = findConnected(rt, ns, called);
  if (connected !== undefined) return connected;
  const listener = findListener(ns, called.proto, called.localIp, called.localPort);
  return listener === undefined ? undefined : seenListener(listener);
}

/** False when there is no such socket, or it is not transparent. */
// eslint-disable-next-line eslint/max-params
export function assignSocket(rt: Runtime, ns: Namespace, passage: Passage, port: number, ip: Ip): boolean {
  const called = endsOf(passage.packet);
  if (called === undefined) return false;
  const server = findServer(rt, ns, called);
  if (server === undefined && isForClient(rt, ns, called)) return false;
  const socket = server ?? findListener(ns, called.proto, ip, port === 0 ? called.localPort : port);
  const plan = socket === undefined ? undefined : 'state' in socket ? socket.listener?.plan : socket.plan;
  if (plan?.transparent !== true) return false;
  passage.socket = socket;
  return true;
}

/**
 * Whose connection a packet off the wire is of, as rules of INPUT see it: it was looked for before them (tcp_v4_early_demux, udp_v4_early_demux). Of one that is asked for
 * the listener's; one that nobody has accepted yet, as when its data arrive, is nobody's.
 */
export function receiverOf(rt: Runtime, ns: Namespace, { packet, socket: given }: Passage): Owner | undefined {
  const socket = given as Listener | ServerSocket | undefined;
  if (socket !== undefined) return 'state' in socket ? undefined : (socket.owner ?? ROOT);
  const called = endsOf(packet);
  if (called === undefined) return undefined;
  if (isForClient(rt, ns, called)) return rt.flow.client?.owner ?? ROOT;
  const server = findServer(rt, ns, called);
  return server?.state === 'syn-received' ? (server.owner ?? ROOT) : undefined;
}

const ROOT: Owner = { uid: 0, gid: 0 };

function endsOf({ src, dst, proto, l4 }: IpPacket): Called | undefined {
  if (l4.kind !== 'tcp' && l4.kind !== 'udp') return undefined;
  return { proto, remoteIp: src, remotePort: l4.sport, localIp: dst, localPort: l4.dport };
}

function calledBy(passage: Passage): Called | undefined {
  const { packet, ctReply, state } = passage;
  const { l4 } = packet;
  const error = l4.kind === 'icmp';
  const called = error ? quoted(l4.about) : endsOf(packet);
  const connection = passage.ct as Connection | undefined;
  const answers = ctReply && state === (error ? 'RELATED' : 'ESTABLISHED');
  if (called === undefined || connection === undefined || !answers || !connection.srcBound) return called;
  return { ...called, localIp: connection.original.src, localPort: connection.original.a };
}

/** What an error is about was sent from here. */
function quoted(about: IpPacket | undefined): Called | undefined {
  const sent = about === undefined ? undefined : endsOf(about);
  if (sent === undefined) return undefined;
  const { proto, remoteIp, remotePort, localIp, localPort } = sent;
  return { proto, remoteIp: localIp, remotePort: localPort, localIp: remoteIp, localPort: remotePort };
}

function findConnected(rt: Runtime, ns: Namespace, called: Called): SocketSeen | undefined {
  if (isForClient(rt, ns, called)) return { wildcard: false, transparent: false, mark: rt.flow.client?.mark };
  const server = findServer(rt, ns, called);
  return server === undefined ? undefined : seenServer(server);
}

function isForClient(rt: Runtime, ns: Namespace, { proto, remoteIp, remotePort, localIp, localPort }: Called): boolean {
  const { client } = rt.flow;
  if (client?.ns !== ns || client.proto !== proto || client.localPort !== localPort || client.remotePort !== remotePort) return false;
  return client.localIp === localIp && client.remoteIp === remoteIp;
}

/** Of UDP no server is connected. */
function findServer(rt: Runtime, ns: Namespace, { proto, remoteIp, remotePort, localIp, localPort }: Called): ServerSocket | undefined {
  if (proto !== PROTO.tcp) return undefined;
  return rt.flow.servers.find((server) => {
    if (server.ns !== ns || server.proto !== proto || server.state === 'closed') return false;
    const local = server.localIp === localIp && server.localPort === localPort;
    return local && server.remoteIp === remoteIp && server.remotePort === remotePort;
  });
}

/** Until it is open it is only asked for, and has no mark. */
function seenServer({ listener, mark, state }: ServerSocket): SocketSeen {
  return { wildcard: false, transparent: listener?.plan.transparent === true, mark: state === 'syn-received' ? undefined : mark };
}

function seenListener({ plan }: Listener): SocketSeen {
  const ip = parseIp(plan.ip);
  return { wildcard: ip === 0 || ip === 0n, transparent: plan.transparent === true, mark: 0 };
}
