/** A passage through a hook as the event that the simulated kernel would write of it. */
import type { IpPacket } from '../../packet/ip-packet.js';
import type { HookEvent, NatChange, NatKind, RuleHit } from '../../trace/event.js';
import type { HookRun } from './hook-runs.js';

const NAT_TARGET = /-j (DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP)\b/;

export interface HookContext {
  readonly t: number;
  readonly leg: number;
  /** The whole packet as taps saw it before and after; headers are the hook's own. */
  readonly before: IpPacket | undefined;
  readonly after: IpPacket | undefined;
}

export function hookEvent(run: HookRun, context: HookContext): HookEvent {
  const { t, leg } = context;
  const packet = withHeaders(context.before, run.before.packet);
  const changed = run.after === undefined ? packet : withHeaders(context.after ?? context.before, run.after.packet);
  const nat = natChanges(run, packet, changed, leg);
  return {
    kind: 'hook',
    t,
    netns: run.ns,
    leg,
    packet,
    hook: run.hook,
    inDevice: run.iif,
    outDevice: run.oif,
    rules: run.rules,
    nat,
    mark: run.mark,
    state: run.state,
    becomes: nat.length === 0 && changed.ttl === packet.ttl && changed.tos === packet.tos ? packet : changed,
    verdict: run.verdict === 'lost' ? 'accept' : run.verdict,
  };
}

/** The trace of a hook has the first bytes of the headers; options, quoted packets and tunnelled frames are the taps'. */
function withHeaders(seen: IpPacket | undefined, headers: IpPacket): IpPacket {
  if (seen === undefined || seen.l4.kind !== headers.l4.kind) return headers;
  const { src, dst, ttl, tos } = headers;
  if (headers.l4.kind === 'icmp' || seen.l4.kind === 'icmp') return { ...seen, src, dst, ttl, tos };
  const { sport, dport } = headers.l4;
  return { ...seen, src, dst, ttl, tos, l4: { ...seen.l4, sport, dport } };
}

function natChanges(run: HookRun, before: IpPacket, after: IpPacket, leg: number): readonly NatChange[] {
  const rule = run.rules.findLast((hit) => hit.table === 'nat' && NAT_TARGET.test(hit.text));
  const kind = NAT_TARGET.exec(rule?.text ?? '')?.[1] as NatKind | undefined;
  const isReply = run.isReply ?? leg % 2 === 1;
  const [from, to] = [portsOf(before), portsOf(after)];
  const changes: NatChange[] = [];
  for (const side of ['src', 'dst'] as const) {
    if (before[side] === after[side] && from[side] === to[side]) continue;
    const ends = { fromIp: before[side], fromPort: from[side], toIp: after[side], toPort: to[side] };
    changes.push({ kind: kindOf(kind, side, isReply), side, ...ends, rule: ownRule(rule, kind, side) });
  }
  return changes;
}

/** Without a rule it is the connection's binding that translates: of a reply, the other side back. */
function kindOf(kind: NatKind | undefined, side: 'src' | 'dst', isReply: boolean): NatKind {
  if (kind !== undefined && isKindOf(kind, side)) return kind;
  return (side === 'src') === isReply ? 'DNAT' : 'SNAT';
}

function isKindOf(kind: NatKind, side: 'src' | 'dst'): boolean {
  return kind === 'NETMAP' || (kind === 'SNAT' || kind === 'MASQUERADE') === (side === 'src');
}

function ownRule(rule: RuleHit | undefined, kind: NatKind | undefined, side: 'src' | 'dst'): RuleHit | undefined {
  return kind !== undefined && isKindOf(kind, side) ? rule : undefined;
}

function portsOf({ l4 }: IpPacket): { readonly src: number | undefined; readonly dst: number | undefined } {
  return l4.kind === 'icmp' ? { src: undefined, dst: undefined } : { src: l4.sport, dst: l4.dport };
}
