/**
 * What one flow runs in: virtual time, the packet in hand, frames on the wire, packets that sockets and error replies wait to send,
 * timers, and the recorder. One object, made once per network; the stages take it as their context.
 */
import type { ChoiceOracle } from '../base/choice.js';
import type { Ip } from '../base/ip.js';
import type { Extent, Story } from './contract.js';
import type { Fifo } from './fifo.js';
import type { Frame } from '../packet/frame.js';
import type { IpPacket } from '../packet/ip-packet.js';
import type { TraceEvent } from '../trace/event.js';
import type { Errno } from '../trace/flow-record.js';
import type { Neighbour, Waiting } from './neigh/neighbour.js';
import type { Ipv6Stack } from './ipv6/stack.js';
import type { Device, Namespace } from './namespace.js';
import type { Passage } from './netfilter/contract.js';
import type { PartialPacket } from './path/reassemble.js';
import type { OutputDecision } from './route/output.js';
import type { Watch } from './recall/watch.js';
import type { FlowState } from './socket/flow-state.js';

/** The process that holds a socket. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Runtime {
  /** Virtual time, µs. */
  nowUs: number;
  /** What a clock on the wall shows at virtual time 0, in seconds since 1970 UTC. */
  epoch: number;
  /** Machines of their own: which of two is quicker is left to chance. */
  apart: boolean;
  /** Which packet of the flow is in hand. */
  leg: number;
  nextLeg: number;
  record: boolean;
  /** Packets after this one leave only what stopped them. */
  recordLegMax: number;
  events: TraceEvent[];
  oracle: ChoiceOracle;
  extent: Extent;
  flow: FlowState;
  /** The part of the flow in hand in a longer story. */
  story: Story | undefined;
  /** Flows whose sockets stayed open, by their names. */
  readonly kept: Map<string, FlowState>;
  /** Listeners whose process ended. */
  readonly stopped: Set<string>;
  /** What OUTPUT decided anew for the packet in hand (ip_route_me_harder). */
  rerouted: OutputDecision<Ip> | undefined;
  /** Whose socket made the packet that is on its way out: the outside of a tunnel is that socket's too. */
  sender: Passage | undefined;
  /** The frame in hand, for what answers it on the same link. */
  frame: Frame | undefined;
  /** Frames on the wire. */
  readonly inFlight: Fifo<InFlight>;
  /** Outer packets of tunnels: sent before anything else goes on. */
  readonly tunnelled: Fifo<Outgoing>;
  /** Packets whose next hop has answered. */
  readonly resolved: Waiting[];
  /** Packets made while another was in hand. */
  readonly outbox: Fifo<Outgoing>;
  /** Neighbours that are being asked for, by the time of their next probe. */
  readonly resolving: Neighbour[];
  /** Neighbours that have grown old and are asked again, whatever flow it is; and those of the plan that said nothing. */
  readonly doubted: Neighbour[];
  readonly forgotten: Neighbour[];
  /** Packets of which not all fragments have come. */
  readonly partials: PartialPacket[];
  /** What the link said of a packet at once: a veth refuses what is too large for its other end. */
  linkError: Errno | undefined;
  /** Frames handled in this flow: the limit that stops a loop. */
  frames: number;
  /** Everything done in this flow: a limit too. */
  steps: number;
  /** Choices of multipath legs made since the last reset, by route. */
  readonly legs: Map<object, Map<string, number>>;
  readonly touched: Namespace[];
  /** Remembers what became of flows. */
  readonly watch: Watch;
  /** The next ephemeral port a client takes. */
  nextPort: number;
  readonly counters: RuntimeCounters;
  namespace(name: string): Namespace;
  /** Undefined where no packet has reached it yet. */
  built(name: string): Namespace | undefined;
  /** IPv6 of a namespace, made when first asked for. */
  ipv6(ns: Namespace): Ipv6Stack;
  /** The far end of a veth. */
  peerOf(device: Device): Device;
  /** Whether an ARP request for `ip` must be brought to the other end of the veth. */
  mayAnswer(device: Device, ip: number): boolean;
}

export interface RuntimeCounters {
  namespacesBuilt: number;
  packets: number;
  routeLookups: number;
  arpExchanges: number;
  flowsRecalled: number;
}

export interface InFlight {
  /** The device that receives it. */
  readonly device: Device;
  readonly frame: Frame;
  readonly leg: number;
  /** Of an ARP frame: the packet that waits for the answer. */
  readonly waiting: IpPacket | undefined;
  /** What stays with a packet that does not leave the namespace: out of a tunnel its mark, over `lo` its whole passage. */
  readonly mark: number;
  readonly passage: Passage | undefined;
}

export interface Outgoing {
  readonly ns: Namespace;
  readonly packet: IpPacket;
  readonly leg: number;
  readonly mark: number;
  /** The packet that this one answers, where conntrack must know (nf_ct_attach). */
  readonly about: Passage | undefined;
  /** Sent by the client of the flow: errors are its errno. */
  readonly fromClient: boolean;
  /** The routing decision, where it has been made already. */
  readonly decision: OutputDecision<Ip> | undefined;
  /** Who sends it, where that is not root. */
  readonly owner?: Owner | undefined;
  /** A copy that TEE made, which connection tracking leaves alone. */
  readonly copied?: boolean;
  /** The device that made it, where it is the outside of a tunnel. */
  readonly tunnel?: Device;
}
