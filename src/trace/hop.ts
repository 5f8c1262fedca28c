/**
 * One event of a record as a hop of a trace: its place, tcpdump's text, and what happened there. A hop keeps its event and
 * makes texts when asked, for most readers want a few of them. ARP is no hop unless asked for: the packet waits meanwhile.
 */
import { formatIp, formatSocket } from '../base/ip.js';
import { formatFrame, formatPacket } from '../packet/format-packet.js';
import type { AnswerEvent, BridgeEvent, NatChange, RouteEvent, TraceEvent } from './event.js';
import { icmpName } from './icmp-name.js';
import type { Naming } from './naming.js';
import type { Hop, RuleText, Stage } from './trace.js';

const NO_RULES: readonly RuleText[] = [];

export interface HopsOptions {
  /** Virtual time of the flow's beginning, µs. */
  readonly start: number;
  readonly arp: boolean;
}

export interface Hops {
  readonly request: readonly Hop[];
  readonly reply: readonly Hop[];
}

/**
 * The hops of the client's first packet and of the answer to it. Even legs are the client's packets, odd ones the server's; a
 * later leg is shown if it is the one that decided.
 */
export function hopsOf(events: readonly TraceEvent[], deciding: number | undefined, naming: Naming, options: HopsOptions): Hops {
  const request: Hop[] = [];
  const reply: Hop[] = [];
  for (const event of events) {
    const { leg } = event;
    if ((leg > 1 && leg !== deciding) || isAsking(event, options)) continue;
    (leg % 2 === 0 ? request : reply).push(new EventHop(event, naming, options.start));
  }
  return { request, reply };
}

/** ARP; and neighbour discovery, whose packets belong to no leg, unless it was lost, which may be why nothing else arrived. */
function isAsking({ kind, leg }: TraceEvent, { arp }: HopsOptions): boolean {
  return !arp && (kind === 'arp' || (leg < 0 && kind !== 'drop'));
}

/** Getters of the class: a literal with getters of its own costs more than the rest of a trace. */
class EventHop implements Hop {
  readonly event: TraceEvent;
  private readonly naming: Naming;
  readonly t: number;

  constructor(event: TraceEvent, naming: Naming, start: number) {
    this.event = event;
    this.naming = naming;
    this.t = event.t - start;
  }

  get node(): string {
    return this.naming.node(this.event.netns);
  }
  get netns(): string {
    return this.event.netns;
  }
  get device(): string | null {
    return deviceOf(this.event);
  }
  get stage(): Stage {
    return stageOf(this.event);
  }
  get packet(): string {
    return this.event.kind === 'arp' ? formatFrame(this.event.frame) : formatPacket(this.event.packet);
  }
  get change(): string | null {
    return changeOf(this.event);
  }
  get rules(): readonly RuleText[] {
    return rulesOf(this.event);
  }
  get verdict(): string {
    return verdictOf(this.event);
  }

  toJSON(): Hop {
    const { t, node, netns, device, stage, packet, change, rules, verdict } = this;
    return { t, node, netns, device, stage, packet, change, rules, verdict };
  }
}

/** What a hook made of the packet, as the kernel recorded it; undefined for other hops, and for those read from JSON. */
export function hookOf(hop: Hop): { readonly becomes: string; readonly mark: number; readonly state: string | undefined } | undefined {
  if (!(hop instanceof EventHop) || hop.event.kind !== 'hook') return undefined;
  const { becomes, mark, state } = hop.event;
  return { becomes: formatPacket(becomes), mark, state };
}

function stageOf(event: TraceEvent): Stage {
  return event.kind === 'hook' ? event.hook : event.kind;
}

function deviceOf(event: TraceEvent): string | null {
  if (event.kind === 'answer') return null;
  if (event.kind !== 'hook') return event.device ?? null;
  return (event.hook === 'prerouting' || event.hook === 'input' ? event.inDevice : event.outDevice) ?? null;
}

function rulesOf(event: TraceEvent): readonly RuleText[] {
  if (event.kind === 'hook') return event.rules;
  return event.kind === 'drop' && event.rule !== undefined ? [event.rule] : NO_RULES;
}

function changeOf(event: TraceEvent): string | null {
  switch (event.kind) {
    case 'hook':
      return event.nat.length === 0 ? null : event.nat.map(natText).join(', ');
    case 'encapsulate':
      return `encapsulates in ${event.encapsulation}`;
    case 'decapsulate':
      return `decapsulates ${event.encapsulation}`;
    case 'answer':
      return answerText(event);
    case 'drop':
      return event.detail === '' ? null : event.detail;
    case 'rx':
    case 'tx':
    case 'route':
    case 'bridge':
    case 'deliver':
    case 'arp':
      return null;
  }
}

/** `DNAT to 10.244.2.3:80`; `un-DNAT to 10.96.0.10:80` where a reply is given back the address that was called. */
export function natText(change: NatChange): string {
  return `${isUndone(change) ? 'un-' : ''}${natName(change)} to ${formatSocket(change.toIp, change.toPort)}`;
}

function natName(change: NatChange): string {
  return isUndone(change) && change.kind === 'MASQUERADE' ? 'SNAT' : change.kind;
}

/** A translation of the other side than the kind's own is the reply's, from the connection's binding. */
export function isUndone(change: NatChange): boolean {
  const own = change.kind === 'SNAT' || change.kind === 'MASQUERADE' ? 'src' : 'dst';
  return change.kind !== 'NETMAP' && change.side !== own;
}

/** Reads on after "answers": `with ICMP port unreachable from 10.244.1.1`. */
function answerText(event: AnswerEvent): string {
  if (event.with !== 'icmp') return event.with === 'tcp-reset' ? 'with a TCP reset' : 'with an SCTP ABORT';
  return `with ICMP ${icmpName(event.type, event.code, event.from)} from ${formatIp(event.from)}`;
}

function verdictOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'hook':
      return event.verdict;
    case 'route':
      return routeText(event);
    case 'bridge':
      return bridgeText(event);
    case 'deliver':
      return 'delivered';
    case 'drop':
      return event.reason;
    case 'answer':
      return 'reject';
    case 'rx':
    case 'tx':
    case 'encapsulate':
    case 'decapsulate':
    case 'arp':
      return 'accept';
  }
}

/** `forward by 10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink` */
function routeText(event: RouteEvent): string {
  return `${event.decision} by ${event.route}`;
}

function bridgeText(event: BridgeEvent): string {
  return event.to.length === 0 ? 'to no port' : `to ${event.to.join(', ')}`;
}

/** `-A FORWARD -j DROP`, or `-P FORWARD DROP` of a policy; of nftables `add rule ip filter forward drop`, as its tool reads it. */
export function ruleLine(hit: RuleText): string {
  if (hit.table === 'ipvs') return `ipvsadm -a ${hit.chain} ${hit.text}`;
  if (hit.table.includes(' '))
    return hit.index === 0 ? `chain ${hit.table} ${hit.chain} { ${hit.text}; }` : `add rule ${hit.table} ${hit.chain} ${hit.text}`;
  return hit.index === 0 ? `-P ${hit.chain} DROP` : `-A ${hit.chain} ${hit.text}`;
}
