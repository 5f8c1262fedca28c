/**
 * The client's side of a probe: source address and port, and the first packet (inet_stream_connect, ip4_datagram_connect). Any free
 * port is as good as another, so the next one of the ephemeral range is taken.
 */
import { unsupported } from '../../base/errors.js';
import { formatIp, type Ip, type Ipv4, type Ipv6, mappedIp } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Probe } from '../contract.js';
import { LOOPBACK6 } from '../ipv6/address.js';
import { ECHO_REQUEST6 } from '../ipv6/icmp-types.js';
import { chooseWay6 } from '../ipv6/open-client.js';
import { HOP_LIMIT_OF_ROUTE } from '../ipv6/stack.js';
import type { Device, Namespace } from '../namespace.js';
import { localMtu } from '../path/path-mtu.js';
import { isLocalAddress } from '../route/address-type.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { type ClientSocket, NO_OPTIONS, type SocketOptions } from './flow-state.js';
import { ownerOf, protocolNumber } from './listeners.js';
import { requestOf } from './exchange.js';
import { probeFlow, socketTos } from './probe-flow.js';
import { clientSends } from './receive-tcp.js';
import { clientAssociation, type SctpClient, sendInit } from './sctp.js';
import { boundWay, sendDatagram } from './send-datagram.js';
import { sysctlValue } from '../sysctl.js';
import { takePort } from './take-port.js';
import { say } from './talk.js';
import { newTalk, type Talker } from './talker.js';

const ECHO_BYTES = 56;
/** Beyond any window of the call before. */
const ISN_STEP = 1_000_000;
/** Who calls nobody calls himself, by the source if one is given: ip_route_output_key takes 0.0.0.0 for this host. */
const LOOPBACK = 0x7f000001;
/** 255.255.255.255 is a broadcast by whatever route (__mkroute_output). */
const BROADCAST = -1;

/** Opens the flow's socket and queues its first packet; an errno when not even that is possible. */
export function openClient(rt: Runtime, ns: Namespace, asked: Probe): Errno | undefined {
  const probe = typeof asked.dst === 'bigint' ? unmapped(rt, asked, asked.dst) : asked;
  if (typeof probe === 'string') return probe;
  const dst = probe.dst === 0 ? probe.src || LOOPBACK : probe.dst === 0n ? LOOPBACK6 : probe.dst;
  const decision = typeof dst === 'number' ? chooseWay(rt, ns, probe, dst) : chooseWay6(rt, ns, probe, dst);
  if (typeof decision === 'string') return decision;
  const called = dst === probe.dst ? probe : { ...probe, dst };
  const port = takePort(rt, ns, called, decision.source);
  if (typeof port === 'string') return port;
  const client = newClient(rt, called, decision, port);
  rt.flow.client = client;
  sendFirst(rt, client);
  return undefined;
}

/** A socket of IPv6 that calls a mapped address speaks IPv4 (tcp_v6_connect, ip6_datagram_connect). */
function unmapped(rt: Runtime, probe: Probe, dst: Ipv6): Probe | Errno {
  const four = mappedIp(dst);
  if (four === undefined) return probe;
  if (probe.proto === 'icmp') throw unsupported('ipv4-mapped', `echoes to IPv4-mapped addresses (${formatIp(dst)}) are not modelled`);
  rt.flow.mapped = true;
  if (probe.src === undefined) return { ...probe, dst: four };
  const src = typeof probe.src === 'bigint' ? mappedIp(probe.src) : undefined;
  return src === undefined ? 'ENETUNREACH' : { ...probe, dst: four, src };
}

function chooseWay(rt: Runtime, ns: Namespace, probe: Probe, dst: Ipv4): OutputDecision<Ip> | Errno {
  const src = probe.src ?? 0;
  if (typeof src !== 'number') throw unsupported('mixed-families', `a probe from ${formatIp(src)} to ${formatIp(dst)} is not modelled`);
  // Where it may be bound, it still has no route (ip_route_output_key_hash_rcu).
  if (src !== 0 && !isLocalAddress(ns, src))
    return sysctlValue(ns.sysctls, 'net.ipv4.ip_nonlocal_bind') === 0 ? 'EADDRNOTAVAIL' : 'ENETUNREACH';
  const mark = probe.mark ?? 0;
  const oif = boundTo(ns, probe);
  if (typeof oif === 'string') return oif;
  const flow = ns.fib.asksFlow ? probeFlow(probe, false) : undefined;
  const first = routeOutput(rt, ns, { dst, src, mark, oif, flow });
  // ip_route_connect asks again with the source that the first answer chose: policy rules may know it.
  const again = src === 0 && first.error === undefined && ns.fib.asksFlow;
  // A route to this host for another's address would make that address the source, which it cannot be.
  if (again && !isLocalAddress(ns, first.source)) return 'ENETUNREACH';
  const decision = again ? routeOutput(rt, ns, { dst, src: first.source, mark, oif, flow }) : first;
  if (decision.error !== undefined) return decision.error;
  if (decision.route?.type !== 'broadcast' && dst !== BROADCAST) return decision;
  if (probe.proto === 'tcp') return 'ENETUNREACH';
  return probe.broadcast === true ? decision : 'EACCES';
}

/** SO_BINDTODEVICE. */
function boundTo(ns: Namespace, { device }: Probe): Device | 'ENODEV' | undefined {
  return device === undefined ? undefined : (ns.deviceByName.get(device) ?? 'ENODEV');
}

function newClient(rt: Runtime, probe: Probe, decision: OutputDecision<Ip>, localPort: number): ClientSocket {
  const ns = rt.namespace(probe.netns);
  const six = typeof probe.dst === 'bigint';
  const proto = six && probe.proto === 'icmp' ? PROTO.icmpv6 : protocolNumber(probe.proto);
  const echo = probe.proto === 'icmp';
  return {
    ns,
    proto,
    localIp: decision.source,
    localPort,
    remoteIp: probe.dst,
    remotePort: echo ? localPort : (probe.dport ?? 0),
    mark: probe.mark ?? 0,
    payload: probe.payload ?? requestOf(rt)?.bytes.length ?? (echo ? ECHO_BYTES : 1),
    options: optionsOf(ns, probe),
    owner: ownerOf(probe),
    way: six && !echo && rt.story === undefined ? decision : undefined,
    mss: mtuOf(rt, decision, probe.dst) - (six ? 60 : 40),
    talk: proto === PROTO.tcp && rt.story !== undefined ? newTalk(rt.story.keep, firstNumber(rt, probe, localPort)) : undefined,
    association: proto === PROTO.sctp ? clientAssociation() : undefined,
    unsent: false,
    broken: false,
    state: proto === PROTO.tcp || proto === PROTO.sctp ? 'opening' : 'open',
    errno: undefined,
    icmp: undefined,
  };
}

/** Calls from one port of which the first is not over yet are told apart by it: secure_tcp_seq grows with time. */
function firstNumber(rt: Runtime, { netns, dst, dport }: Probe, localPort: number): number {
  let number = 0;
  for (const { client } of rt.kept.values()) {
    const same = client?.localPort === localPort && client.remoteIp === dst && client.remotePort === dport && client.ns.name === netns;
    if (same && client.talk !== undefined) number = Math.max(number, client.talk.next + ISN_STEP);
  }
  return number;
}

function mtuOf(rt: Runtime, { route, device }: OutputDecision<Ip>, dst: Ip): number {
  return route === undefined ? device.mtu : localMtu(rt, route, device, dst);
}

function optionsOf(ns: Namespace, { proto, src, ttl, tos, df, device, broadcast }: Probe): SocketOptions {
  if (ttl === undefined && tos === undefined && df === undefined && device === undefined && broadcast === undefined) return NO_OPTIONS;
  const bound = device === undefined ? undefined : ns.deviceByName.get(device);
  return {
    ttl: ttl ?? 0,
    tos: socketTos(proto, tos),
    df,
    device: bound,
    broadcast: broadcast === true,
    unbound: broadcast === true && src === undefined,
  };
}

function sendFirst(rt: Runtime, client: ClientSocket): void {
  if (client.talk !== undefined) return say(rt, client as Talker, 'S');
  if (client.proto === PROTO.tcp) return clientSends(rt, client, 'S', 0);
  if (client.proto === PROTO.sctp) return sendInit(rt, client as SctpClient);
  sendRequest(rt, client, 1);
}

/** A datagram or an echo; `sequence` is the echo's. */
export function sendRequest(rt: Runtime, client: ClientSocket, sequence: number): void {
  const { ns, proto, localIp, localPort, remoteIp, remotePort, mark, payload, options, owner, way } = client;
  if (proto === PROTO.udp) {
    return sendDatagram(rt, ns, {
      src: localIp,
      dst: remoteIp,
      sport: localPort,
      dport: remotePort,
      length: payload,
      data: requestOf(rt),
      mark,
      fromClient: true,
      options,
      owner,
      way,
    });
  }
  const leg = rt.nextLeg++;
  const six = typeof remoteIp === 'bigint';
  const l4 = { kind: 'icmp', type: six ? ECHO_REQUEST6 : 8, code: 0, id: localPort, seq: sequence, length: payload } as const;
  const ttl = options.ttl || (six ? HOP_LIMIT_OF_ROUTE : ns.defaultTtl);
  const packet = { src: localIp, dst: remoteIp, ttl, tos: options.tos, id: leg + 1, df: six || (options.df ?? ns.findsPathMtu), proto, l4 };
  rt.outbox.push({ ns, packet, leg, mark, about: undefined, fromClient: true, decision: boundWay(rt, client), owner });
}
