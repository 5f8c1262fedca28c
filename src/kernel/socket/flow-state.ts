/** The sockets of one flow: the client's, and the connections that listeners opened for it. Made afresh for every flow. */
import type { Ip } from '../../base/ip.js';
import type { Errno } from '../../trace/flow-record.js';
import type { Exchange, Extent } from '../contract.js';
import type { Device, Listener, Namespace } from '../namespace.js';
import type { OutputDecision } from '../route/output.js';
import type { Owner } from '../runtime.js';
import type { Association } from './send-chunks.js';
import type { Talk } from './talker.js';

export interface FlowState {
  client: ClientSocket | undefined;
  readonly servers: ServerSocket[];
  /** Virtual time, µs. */
  beganUs: number;
  /** When its client gives up; virtual time, µs. */
  deadlineUs: number;
  /** When TCP data that its own host has refused is sent; virtual time, µs. */
  probeUs: number;
  /** The smallest MTU that the first packet met, in bytes of the client's own packet. */
  pathMtu: number;
  /** Requests of it so far, where it is part of a story. */
  requests: number;
  /** Of the listeners that share a port, the one that took it. */
  picked?: Listener | undefined;
  exchange?: Exchange | undefined;
  /** Of several that a broadcast has reached, the server whose answer came first. */
  answeredBy?: ServerSocket | undefined;
  /** Its client is gone, and something of its connections is not. */
  isLeft?: boolean | undefined;
  /** The client's socket is of IPv6, and speaks IPv4 by mapped addresses. */
  mapped?: boolean | undefined;
}

export interface ClientSocket {
  readonly ns: Namespace;
  /** IANA protocol number. */
  readonly proto: number;
  readonly localIp: Ip;
  /** Of ICMP the echo identifier. */
  readonly localPort: number;
  readonly remoteIp: Ip;
  readonly remotePort: number;
  readonly mark: number;
  /** Bytes of the request. */
  readonly payload: number;
  readonly options: SocketOptions;
  readonly owner: Owner | undefined;
  /** Over IPv6 TCP and UDP stay on the way that connect(2) found before it knew the source, whatever rules say of that source. */
  readonly way: OutputDecision<Ip> | undefined;
  mss: number;
  /** Of TCP in a story. */
  readonly talk: Talk | undefined;
  /** Of SCTP. */
  readonly association?: Association | undefined;
  /** Of TCP: its data did not fit the way out, and is not under way. */
  unsent: boolean;
  /** The connection was reset or given up. */
  broken: boolean;
  state: 'opening' | 'open' | 'answered' | 'failed';
  errno: Errno | undefined;
  icmp: { readonly type: number; readonly code: number; readonly from: Ip } | undefined;
}

/** What a socket was told of the packets it sends. */
export interface SocketOptions {
  /** 0 leaves it to the host, or the route. */
  readonly ttl: number;
  readonly tos: number;
  /** IP_MTU_DISCOVER: true refuses what does not fit, false never sets DF; undefined sets it on what fits. */
  readonly df: boolean | undefined;
  /** What it is bound to. */
  readonly device: Device | undefined;
  readonly broadcast: boolean;
  /** A caller of everybody that was not told its address hears what is sent to any of this host. */
  readonly unbound: boolean;
}

export const NO_OPTIONS: SocketOptions = { ttl: 0, tos: 0, df: undefined, device: undefined, broadcast: false, unbound: false };

/** What a listener saw, and the state of its connection. */
export interface ServerSocket {
  readonly ns: Namespace;
  /** Undefined for the kernel's own echo. */
  readonly listener: Listener | undefined;
  readonly proto: number;
  readonly localIp: Ip;
  readonly localPort: number;
  readonly remoteIp: Ip;
  readonly remotePort: number;
  /** That of the answers: the caller's of TCP with tcp_fwmark_accept, else none. */
  readonly mark: number;
  /** Where its client is heard. */
  readonly device?: Device | undefined;
  /** The listener's. */
  readonly owner?: Owner | undefined;
  /** Of TCP in a story. */
  readonly talk?: Talk | undefined;
  /** Of SCTP. */
  readonly association?: Association | undefined;
  state: 'syn-received' | 'open' | 'closed';
  /** Of UDP the leg of its answer. */
  readonly leg?: number | undefined;
  /** The next byte that the server expects. */
  expects: number;
}

export function newFlowState(): FlowState {
  return {
    client: undefined,
    servers: [],
    beganUs: 0,
    deadlineUs: Number.POSITIVE_INFINITY,
    probeUs: Number.POSITIVE_INFINITY,
    pathMtu: Number.POSITIVE_INFINITY,
    requests: 1,
  };
}

/** With `packet`, a server's having taken it ends the flow: true where nothing is to be answered. */
export function endsWithPacket(rt: { readonly extent: Extent; readonly flow: FlowState }): boolean {
  if (rt.extent !== 'packet') return false;
  if (rt.flow.client !== undefined) rt.flow.client.state = 'answered';
  return true;
}

/** Whether a packet from `src:sport` to `dst:dport` that `device`'s host received is for the client's socket. */
export function isForClient(client: ClientSocket | undefined, device: Device, src: Ip, sport: number, dst: Ip, dport: number): boolean {
  return (
    client !== undefined &&
    client.ns === device.ns &&
    client.localPort === dport &&
    (client.localIp === dst || client.options.unbound) &&
    ((client.remoteIp === src && client.remotePort === sport) || client.options.broadcast) &&
    mayHear(client, device)
  );
}

/** A socket that is bound to a device hears nothing that comes in by another, an error of its own host's neither. */
export function mayHear({ options }: ClientSocket, device: Device): boolean {
  return options.device === undefined || options.device === device;
}
