/**
 * A recorded flow taken apart: its way, which flows of many calls have in common (devices, hooks and routes, packets but for the ends), and
 * what its own call adds, mostly rules that matched. Ways stand once, so that many calls cost little memory.
 */
import type { NatChange, RuleHit, TraceEvent } from '../../../trace/event.js';
import type { FlowRecord } from '../../../trace/flow-record.js';
import type { Move } from '../outcome.js';
import { CALLED, OTHER } from './ends.js';
import type { PacketPart } from './packet-part.js';

/** A translation, and whose ends it changes from and to. */
export interface NatPart {
  readonly change: NatChange;
  readonly from: number;
  readonly to: number;
}

/** What matched at a hook, and what was translated. */
export interface HookPart {
  /** The place of its event. */
  readonly at: number;
  readonly rules: readonly RuleHit[];
  readonly nat: readonly NatPart[];
  /** Of the one translation that a rule has asked for; undefined where there is none, or where rules have asked for several. */
  readonly natRule: RuleHit | undefined;
}

export interface Way {
  /** Of these packets, rules and translations are not the way's. */
  readonly events: readonly TraceEvent[];
  /** Of each event the place of its packet, and of the other one that it tells of: what a hook makes of it, the outside of a tunnel. */
  readonly packetAt: Uint8Array;
  readonly otherAt: Uint8Array;
  readonly parts: readonly PacketPart[];
  readonly hooks: readonly HookPart[];
  /** What the flow has come to, without its events and what it has called. */
  readonly record: FlowRecord;
  readonly moves: readonly Move[];
}

/** Of one call. */
export interface Template {
  readonly way: Way;
  /** The way's own where they are like those. */
  readonly parts: readonly PacketPart[];
  /** Those that are not like the way's. */
  readonly hooks: readonly HookPart[];
}

/** Whether both went the same way. */
export function sameWay(a: Way, b: Way): boolean {
  if (a.events.length !== b.events.length || a.parts.length !== b.parts.length) return false;
  for (let i = 0; i < a.events.length; i++) {
    if (a.packetAt[i] !== b.packetAt[i] || a.otherAt[i] !== b.otherAt[i]) return false;
    if (!sameStage(a.events[i] as TraceEvent, b.events[i] as TraceEvent)) return false;
  }
  return (
    sameOutcome(a.record, b.record) && a.moves.length === b.moves.length && a.moves.every((move, i) => sameMove(move, b.moves[i] as Move))
  );
}

function sameOutcome(a: FlowRecord, b: FlowRecord): boolean {
  if (!sameFields(a, b, ['seenSrc', 'seenDst', 'local', 'remote', 'events'])) return false;
  if (a.seenDst?.ip !== b.seenDst?.ip || a.seenDst?.port !== b.seenDst?.port) return false;
  return a.seenSrc?.ip === b.seenSrc?.ip && a.local?.ip === b.local?.ip;
}

/** Whatever port it is of. */
function sameMove(a: Move, b: Move): boolean {
  return a.host === b.host && sameFields(a.range, b.range, []) && sameFields(a.from, b.from, ['a', 'hash']);
}

/** Of `own`, which went the same way. */
export function templateOf(way: Way, own: Way): Template {
  const parts = own.parts.every((part, i) => samePart(part, way.parts[i] as PacketPart)) ? way.parts : own.parts;
  const hooks = own.hooks.flatMap((hook, i) => ownHook(hook, way.hooks[i] as HookPart));
  return { way, parts, hooks };
}

/** None where it is like the way's. */
function ownHook(hook: HookPart, wayHook: HookPart): readonly HookPart[] {
  const excepted = hook.natRule === undefined || wayHook.natRule === undefined ? [] : ['rule'];
  const isLike = hook.nat.length === wayHook.nat.length && hook.nat.every((part, i) => sameNat(part, wayHook.nat[i] as NatPart, excepted));
  if (!isLike) return [hook];
  if (hook.natRule === wayHook.natRule && sameList(hook.rules, wayHook.rules)) return [];
  return [{ ...hook, nat: wayHook.nat }];
}

/** Fields that are not the way's, or are compared by themselves. */
const NOT_OF_WAY: readonly string[] = ['packet', 'becomes', 'outer', 'rules', 'nat', 'to'];

function sameStage(a: TraceEvent, b: TraceEvent): boolean {
  return sameFields(a, b, NOT_OF_WAY) && (a.kind !== 'bridge' || b.kind !== 'bridge' || sameList(a.to, b.to));
}

/** Each has the fields of the other, and they are the same but for those that are excepted. */
function sameFields(a: object, b: object, excepted: readonly string[]): boolean {
  const keys = Object.keys(a) as (keyof object)[];
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!(key in b) || (a[key] !== b[key] && !excepted.includes(key))) return false;
  return true;
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function sameNat(a: NatPart, b: NatPart, excepted: readonly string[]): boolean {
  if (a.from !== b.from || a.to !== b.to || (a.change.rule === undefined) !== (b.change.rule === undefined)) return false;
  return sameFields(a.change, b.change, [
    ...writtenBy(a.from, ['fromIp', 'fromPort']),
    ...writtenBy(a.to, ['toIp', 'toPort']),
    ...excepted,
  ]);
}

/** Fields of an end that are written anew: those of what was called, of the client the port alone. */
function writtenBy(end: number, [ip, port]: readonly [string, string]): readonly string[] {
  if (end === OTHER) return [];
  return end === CALLED ? [ip, port] : [port];
}

/** But for what is written anew: the client's port, what it has called, and what a tunnel carries. */
function samePart(a: PacketPart, b: PacketPart): boolean {
  if (!sameFields(a, b, ['packet', 'range'])) return false;
  if (!sameFields(a.packet, b.packet, a.isCalled ? ['l4', a.isSource ? 'dst' : 'src'] : ['l4'])) return false;
  if (a.range?.portMin !== b.range?.portMin || a.range?.portMax !== b.range?.portMax) return false;
  const [one, other] = [a.packet.l4, b.packet.l4];
  const client = a.isSource ? 'sport' : 'dport';
  if (a.inner < 0) return sameFields(one, other, a.isCalled ? ['sport', 'dport'] : [client]);
  if (one.kind !== 'udp' || other.kind !== 'udp' || one.vxlan === undefined || other.vxlan === undefined) return false;
  if (!sameFields(one, other, ['sport', 'vxlan']) || one.vxlan.vni !== other.vxlan.vni) return false;
  return sameFields(one.vxlan.frame, other.vxlan.frame, ['packet']);
}
