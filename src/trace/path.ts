/**
 * A flow's path as `--trace` prints it, in one shape for every kernel: each packet of the flow with the taps and hooks that it met, in order,
 * and the connections it made. What only one kernel can see (routing, a bridge's choice) is left out, and so are hooks in which
 * nothing matched and nothing changed: a kernel may have them or not.
 */
import type { IpPacket } from '../packet/ip-packet.js';
import type { HookEvent, RuleHit, TraceEvent } from './event.js';
import type { FlowRecord } from './flow-record.js';
import { arpText, pathPacket } from './path-packet.js';

export interface Path {
  readonly packets: readonly PathOfPacket[];
  readonly conntrack: readonly PathConnection[];
}

export interface PathOfPacket {
  /** As its sender made it. */
  readonly packet: string;
  readonly steps: readonly PathStep[];
}

export type PathStep = TapStep | HookStep;

/** Exactly one of `rx` and `tx`. */
export interface TapStep {
  readonly ns: string;
  readonly rx?: string;
  readonly tx?: string;
  readonly pkt: string;
}

export interface HookStep {
  readonly ns: string;
  readonly hook: string;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly pkt: string;
  readonly rules: readonly RuleHit[];
  /** After the hook. */
  readonly mark: number;
  /** `new`, `established`, `related`, `invalid`, `untracked`; null where it was not told. */
  readonly ct: string | null;
  /** Null where the packet is as before. */
  readonly becomes: string | null;
  /** `lost`: it ended in this hook, but not by a rule. */
  readonly verdict: 'accept' | 'drop' | 'reject' | 'lost';
}

export interface PathConnection {
  readonly ns: string;
  readonly event: 'NEW' | 'UPDATE' | 'DESTROY';
  readonly orig: string;
  readonly reply: string;
  readonly status: readonly string[];
}

export function pathOf(record: FlowRecord, conntrack: readonly PathConnection[] = []): Path {
  const legs = new Map<number, TraceEvent[]>();
  const asked = new Map<string, TraceEvent[]>();
  for (const event of record.events) {
    if (event.kind === 'arp') append(asked, arpText(event.frame), event);
    else append(legs, event.leg, event);
  }
  const inOrder = [...legs.entries()].sort(([a], [b]) => a - b);
  const packets = [...asked.values(), ...inOrder.map(([, events]) => events)].map(packetPath).filter((one) => one.steps.length > 0);
  return { packets, conntrack };
}

function append<K>(groups: Map<K, TraceEvent[]>, key: K, event: TraceEvent): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [event]);
  else group.push(event);
}

function packetPath(events: readonly TraceEvent[]): PathOfPacket {
  const [first] = events as [TraceEvent];
  const packet = first.kind === 'arp' ? arpText(first.frame) : pathPacket(first.packet);
  return { packet, steps: events.flatMap((event, i) => stepOf(event, events[i + 1]) ?? []) };
}

function stepOf(event: TraceEvent, next: TraceEvent | undefined): PathStep | undefined {
  if (event.kind === 'rx' || event.kind === 'tx') return { ns: event.netns, [event.kind]: event.device, pkt: pathPacket(event.packet) };
  if (event.kind === 'arp') return { ns: event.netns, [event.sent ? 'tx' : 'rx']: event.device, pkt: arpText(event.frame) };
  if (event.kind !== 'hook') return undefined;
  // Linux routes a packet anew while OUTPUT still runs.
  const lost = event.hook === 'output' && event.verdict === 'accept' && next?.kind === 'drop' && next.netns === event.netns;
  return hookStep(event, lost);
}

function hookStep(event: HookEvent, lost: boolean): HookStep | undefined {
  const { netns: ns, hook, packet, rules, mark, state } = event;
  const pkt = headers(packet);
  const changed = event.becomes === packet ? pkt : headers(event.becomes);
  if (rules.length === 0 && changed === pkt && event.verdict === 'accept' && !lost) return undefined;
  return {
    ns,
    hook,
    // Linux knows where the packet came in there too, but no rule of iptables can ask.
    iif: hook === 'postrouting' ? null : (event.inDevice ?? null),
    oif: event.outDevice ?? null,
    pkt,
    rules,
    mark,
    ct: state?.toLowerCase() ?? null,
    becomes: changed === pkt ? null : changed,
    verdict: lost ? 'lost' : event.verdict,
  };
}

/** What an ICMP error quotes is told by taps: the evidence of a hook is the headers. */
function headers(packet: IpPacket): string {
  return pathPacket(packet).replace(/ about \S+ > \S+/, '');
}
