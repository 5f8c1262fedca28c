/**
 * Whether two runs took the same way: the same events at the same places, by the same rules. Ports that were picked freely, and times, make no difference.
 * Thousands of outcomes are compared: a number first, which differs for most that differ, and what it stands for only where it does not.
 */
import type { Ip } from '../base/ip.js';
import type { HookEvent, TraceEvent } from './event.js';
import type { FlowRecord } from './flow-record.js';

/** The same for the same way. */
export function wayNumber({ events }: FlowRecord): number {
  let h = events.length;
  for (const event of events) {
    h = mixed(h, event.leg);
    if (event.kind !== 'hook') continue;
    h = mixed(mixed(h, low(event.becomes.src)), low(event.becomes.dst));
    for (const { index } of event.rules) h = mixed(h, index);
  }
  return h;
}

export function sameWay({ events: a }: FlowRecord, { events: b }: FlowRecord): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameEvent(a[i] as TraceEvent, b[i] as TraceEvent)) return false;
  return true;
}

function sameEvent(a: TraceEvent, b: TraceEvent): boolean {
  if (a.kind !== b.kind || a.leg !== b.leg || a.netns !== b.netns) return false;
  switch (a.kind) {
    case 'hook':
      return sameHook(a, b as HookEvent);
    case 'drop':
      return a.reason === (b as typeof a).reason && a.device === (b as typeof a).device;
    case 'answer':
      return a.type === (b as typeof a).type && a.code === (b as typeof a).code;
    case 'bridge':
      return a.device === (b as typeof a).device && sameList(a.to, (b as typeof a).to);
    case 'rx':
    case 'tx':
    case 'route':
    case 'encapsulate':
    case 'decapsulate':
    case 'deliver':
    case 'arp':
      return a.device === (b as typeof a).device;
  }
}

function sameHook(a: HookEvent, b: HookEvent): boolean {
  if (a.hook !== b.hook || a.verdict !== b.verdict || a.becomes.src !== b.becomes.src || a.becomes.dst !== b.becomes.dst) return false;
  if (a.rules.length !== b.rules.length) return false;
  for (const [i, { chain, index }] of a.rules.entries()) if (chain !== b.rules[i]?.chain || index !== b.rules[i].index) return false;
  return true;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

function low(ip: Ip): number {
  return typeof ip === 'number' ? ip : Number(BigInt.asUintN(32, ip));
}

function mixed(h: number, value: number): number {
  const x = Math.imul(h ^ value, 0x9e3779b1);
  return (x ^ (x >>> 15)) | 0;
}
