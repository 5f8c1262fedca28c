/**
 * Outcomes of connections that programs on the way pass on: who answered is who took the last connection, and what the client learns is what came of that. A program
 * that finds nobody closes the connection it has taken; a datagram it lets fall.
 */
import { inputError, unsupported } from '../../base/errors.js';
import { formatIp } from '../../base/ip.js';
import type { TraceEvent } from '../../trace/event.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Run } from '../../trace/to-trace.js';
import type { Connection } from '../simulation.js';
import type { Onward } from './onward.js';

export interface Relays {
  onwardOf(listener: string): Onward | undefined;
  /** What comes of a connection, to its end. */
  runsOf(connection: Connection): readonly Run[];
}

/** Programs that pass a connection on, one to the other. */
const RELAYS_MAX = 8;

export function deeper(depth: number): number {
  if (depth < RELAYS_MAX) return depth + 1;
  throw inputError('relay-loop', `a connection is passed on more than ${RELAYS_MAX} times: it goes round in a circle`);
}

export function followRelays(runs: readonly Run[], relays: Relays): readonly Run[] {
  return runs.flatMap((run) => {
    const onward = onwardOfRun(run.record, (listener) => relays.onwardOf(listener));
    return onward === undefined ? [run] : passedOn(run, onward, relays);
  });
}

/** Where the program calls that took the connection, if it was one. */
export function onwardOfRun({ verdict, server }: FlowRecord, target: Relays['onwardOf']): Onward | undefined {
  return verdict === 'delivered' && server !== undefined ? target(server) : undefined;
}

function passedOn({ probability, record }: Run, onward: Onward, relays: Relays): readonly Run[] {
  const { choices, attempts } = onward;
  if (choices.length === 0) return [{ probability, record: closed(record, onward) }];
  const found = choices.map((choice) => relays.runsOf(choice));
  const good = found.filter((runs) => runs.every(isDelivered));
  const bad = found.filter((runs) => !runs.some(isDelivered));
  if (good.length + bad.length < found.length)
    throw unsupported('relay-by-chance', 'a proxy in user space whose call to an endpoint fails by chance is not modelled');
  const fails = allFail(bad.length, choices.length, attempts);
  return [...shared(good, probability * (1 - fails), record, onward), ...shared(bad, probability * fails, record, onward)];
}

/** The chance that the first `attempts` of a shuffled list, which begins again at its end, are all among the bad ones. */
function allFail(bad: number, all: number, attempts: number): number {
  let chance = 1;
  for (let i = 0; i < Math.min(attempts, all); i++) chance *= Math.max(0, bad - i) / (all - i);
  return chance;
}

function shared(found: readonly (readonly Run[])[], probability: number, first: FlowRecord, onward: Onward): readonly Run[] {
  if (probability <= 0) return [];
  return found.flatMap((runs) =>
    runs.map((run) => ({ probability: (probability * run.probability) / found.length, record: joined(first, run.record, onward) })),
  );
}

function isDelivered({ record }: Run): boolean {
  return record.verdict === 'delivered';
}

/** As one flow of the client's: a stream breaks where the second connection could not be made, a datagram is never heard of. */
export function joined(first: FlowRecord, called: FlowRecord, onward: Onward): FlowRecord {
  const { stream, proxyHeader } = onward;
  const last = called.events.length > 0 ? called : withoutWay(first, called, onward);
  const failed = last.verdict !== 'delivered';
  return {
    ...last,
    ...(failed ? { verdict: stream ? 'refused' : 'timeout', errno: stream ? 'ECONNRESET' : undefined, icmp: undefined } : {}),
    local: first.local,
    remote: first.remote,
    elapsed: first.elapsed + last.elapsed,
    pathMtu: least(first.pathMtu, last.pathMtu),
    events: interleaved(first, last, stream),
    parts: [first, ...(last.parts ?? [last])],
    ...(proxyHeader ? headerOf(first) : {}),
  };
}

/** Not even a first packet could be sent: what is lost is what the program had taken. */
function withoutWay(first: FlowRecord, called: FlowRecord, { netns }: Onward): FlowRecord {
  const taken = called.verdict === 'delivered' ? undefined : takenBy(first, netns);
  if (taken === undefined) return called;
  const { t, packet } = taken;
  const nowhere = { kind: 'drop', leg: 0, reason: 'IP_OUTNOROUTES', device: undefined, hook: undefined, rule: undefined } as const;
  return { ...called, events: [{ ...nowhere, t, netns, packet, detail: `no route to ${formatIp(called.remote.ip)}` }] };
}

function takenBy({ events }: FlowRecord, netns: string): TraceEvent | undefined {
  return events.findLast((event) => event.kind === 'deliver' && event.netns === netns);
}

/** A program behind passes it on as it came, for it is what the client says. */
function headerOf({ seenSrc, seenDst }: FlowRecord): Pick<FlowRecord, 'proxyHeader'> {
  return seenSrc === undefined || seenDst === undefined ? {} : { proxyHeader: { src: seenSrc, dst: seenDst } };
}

export function closed(record: FlowRecord, { netns, nobody, stream }: Onward): FlowRecord {
  const taken = takenBy(record, netns);
  const lost: readonly TraceEvent[] =
    taken === undefined
      ? []
      : [
          {
            kind: 'drop',
            t: taken.t,
            netns,
            leg: 0,
            packet: taken.packet,
            reason: 'RELAY_NOBODY',
            device: undefined,
            hook: undefined,
            rule: undefined,
            detail: nobody,
          },
        ];
  return {
    ...record,
    ...{ verdict: stream ? 'refused' : 'timeout', errno: stream ? 'ECONNRESET' : undefined },
    ...{ server: undefined, seenSrc: undefined, seenDst: undefined },
    events: [...record.events, ...lost],
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** In the order of time: the program answers when it has been answered. */
function interleaved(first: FlowRecord, last: FlowRecord, stream: boolean): readonly TraceEvent[] {
  const answer = Math.max(...first.events.map(({ leg }) => (leg % 2 === 1 ? leg : -1)));
  // The first answer to a SYN comes before the program knows of the connection.
  const at = stream && answer === 1 ? -1 : first.events.findIndex(({ leg }) => leg === answer);
  const cut = at < 0 ? first.events.length : at;
  const begins = (first.events[cut - 1]?.t ?? 0) - (last.events[0]?.t ?? 0);
  return [
    ...first.events.slice(0, cut),
    ...last.events.map((event) => ({ ...event, t: event.t + begins })),
    ...first.events.slice(cut).map((event) => ({ ...event, t: event.t + last.elapsed })),
  ];
}
