/**
 * One flow from the first packet to its verdict: works off what is under way until nothing is, then lets time pass to the next ARP
 * probe, until the client has its answer or has waited long enough. Outside of a story a SYN is sent once: a plan
 * answers a repeated one alike.
 */
import type { ChoiceOracle } from '../base/choice.js';
import { inputError } from '../base/errors.js';
import { formatIp } from '../base/ip.js';
import type { TraceEvent } from '../trace/event.js';
import type { FlowRecord } from '../trace/flow-record.js';
import { countProbe, failNeighbour } from './apply.js';
import type { Probe, RecordMode } from './contract.js';
import { ADDRESS_UNREACHABLE, UNREACHABLE6 } from './ipv6/icmp-types.js';
import { sendSolicitation } from './ipv6/neigh/solicitation.js';
import { sendIcmpv6Error } from './ipv6/path/icmp-error.js';
import { output6 } from './ipv6/path/output.js';
import { sendFrame } from './link/send-frame.js';
import { sendArpRequest } from './neigh/arp-request.js';
import { type Neighbour, type Waiting } from './neigh/neighbour.js';
import { resumeBridged } from './path/bridge.js';
import { sendIcmpError, UNREACHABLE } from './path/icmp-error.js';
import { output } from './path/output.js';
import { receive } from './path/receive.js';
import { giveUpPartial, nextPartial } from './path/reassembly-timeout.js';
import { isAskedAgain, nextDoubted, probesMax } from './neigh/verify.js';
import { recordDrop } from './record.js';
import type { InFlight, Outgoing, Runtime } from './runtime.js';
import { recordOf, refusedRecord } from './socket/flow-result.js';
import { newFlowState } from './socket/flow-state.js';
import { openClient } from './socket/open-client.js';
import { sendUnsent } from './socket/receive-tcp.js';
import { goOn, leave, nextTalker, sayFarewell } from './socket/story.js';
import { sayAgain } from './socket/talk.js';

const TIMEOUT_MS = 3000;
/** The first packet is leg 0, the answer to it leg 1. */
const ANSWER_LEG = 1;
/** More frames than this in one flow can only go round in a circle. */
const FRAMES_MAX = 10_000;
/** Likewise of everything that is done for one flow: packets sent, timers, frames. */
const STEPS_MAX = 100_000;
/** Shown of what a loop did. */
const LAST_EVENTS = 8;
const NESTED_MAX = 1000;

export function runFlow(rt: Runtime, probe: Probe, oracle: ChoiceOracle, record: RecordMode): FlowRecord {
  begin(rt, oracle, record);
  rt.extent = probe.extent ?? 'conversation';
  rt.story = probe.story;
  rt.flow.exchange = probe.exchange;
  const startUs = rt.nowUs;
  const deadlineUs = startUs + (probe.timeoutMs ?? TIMEOUT_MS) * 1000;
  rt.flow.deadlineUs = deadlineUs;
  try {
    const ns = rt.namespace(probe.netns);
    const failure = rt.story === undefined ? openClient(rt, ns, probe) : goOn(rt, ns, probe, rt.story);
    if (failure !== undefined) return refusedRecord(rt, probe, failure);
    work(rt, deadlineUs);
    if (!isDone(rt)) rt.nowUs = deadlineUs;
    rt.watch.end(rt);
    const told = recordOf(rt, probe, startUs);
    if (rt.story !== undefined && sayFarewell(rt, rt.story)) workOff(rt);
    if (rt.story !== undefined) leave(rt, rt.story);
    return told;
  } finally {
    end(rt);
  }
}

function begin(rt: Runtime, oracle: ChoiceOracle, record: RecordMode): void {
  rt.oracle = oracle;
  rt.record = record !== false;
  rt.recordLegMax = record === 'opening' ? ANSWER_LEG : Number.MAX_SAFE_INTEGER;
  rt.events = [];
  rt.leg = 0;
  rt.nextLeg = 0;
  rt.frames = 0;
  rt.steps = 0;
  rt.flow = newFlowState();
  rt.flow.beganUs = rt.nowUs;
}

/** Nothing stays under way between flows; next hops that did not answer in time are forgotten. */
function end(rt: Runtime): void {
  rt.inFlight.clear();
  rt.tunnelled.clear();
  rt.outbox.clear();
  // Setting a length of 0 again is not free.
  if (rt.resolved.length > 0) rt.resolved.length = 0;
  for (const neighbour of rt.resolving) neighbour.device.neighbours.delete(neighbour.ip);
  if (rt.resolving.length > 0) rt.resolving.length = 0;
  if (rt.partials.length > 0) rt.partials.length = 0;
}

function work(rt: Runtime, deadlineUs: number): void {
  for (;;) {
    workOff(rt);
    if (++rt.steps > STEPS_MAX - LAST_EVENTS) nearlyLooping(rt);
    const next = nextTimer(rt);
    const talker = rt.story === undefined ? undefined : nextTalker(rt.flow);
    const ownUs = Math.min(deadlineUs, next?.dueUs ?? Number.POSITIVE_INFINITY, talker?.talk.dueUs ?? Number.POSITIVE_INFINITY);
    if (rt.kept.size > 0 && !isDone(rt) && letOthersSpeak(rt, ownUs)) continue;
    if (talker !== undefined && talker.talk.dueUs < (next?.dueUs ?? Number.POSITIVE_INFINITY)) {
      if (talker.talk.dueUs >= deadlineUs || isDone(rt)) return;
      rt.nowUs = talker.talk.dueUs;
      sayAgain(rt, talker);
      continue;
    }
    const partial = rt.partials.length === 0 ? undefined : nextPartial(rt);
    if (partial !== undefined && partial.dueUs < ownUs) {
      if (isDone(rt)) return;
      rt.nowUs = partial.dueUs;
      giveUpPartial(rt, partial);
      continue;
    }
    const old = rt.doubted.length === 0 ? undefined : nextDoubted(rt);
    if (old !== undefined && old.dueUs < (next?.dueUs ?? Number.POSITIVE_INFINITY)) {
      if (old.dueUs > deadlineUs || isDone(rt)) return;
      rt.nowUs = Math.max(rt.nowUs, old.dueUs);
      askAgain(rt, old);
      continue;
    }
    if (rt.flow.probeUs < (next?.dueUs ?? Number.POSITIVE_INFINITY)) {
      if (rt.flow.probeUs >= deadlineUs || isDone(rt)) return;
      sendUnsent(rt);
      continue;
    }
    if (next === undefined || next.dueUs > deadlineUs || isDone(rt)) return;
    rt.nowUs = next.dueUs;
    probeOrFail(rt, next);
  }
}

/** Whoever of the kept connections has something to send again before `beforeUs` does so; of that nothing is told. */
function letOthersSpeak(rt: Runtime, beforeUs: number): boolean {
  const { flow: own, record } = rt;
  for (const flow of rt.kept.values()) {
    const talker = flow === own ? undefined : nextTalker(flow);
    if (talker === undefined || talker.talk.dueUs >= beforeUs) continue;
    rt.flow = flow;
    rt.record = false;
    rt.nowUs = Math.max(rt.nowUs, talker.talk.dueUs);
    sayAgain(rt, talker);
    workOff(rt);
    rt.flow = own;
    rt.record = record;
    return true;
  }
  return false;
}

/** Outer packets first, then what an answered neighbour let go, frames on the wire, and last what hosts have to say. */
export function workOff(rt: Runtime): void {
  let nested = 0;
  for (;;) {
    if (++rt.steps > STEPS_MAX - LAST_EVENTS) nearlyLooping(rt);
    if (rt.tunnelled.length > 0) sendNested(rt, rt.tunnelled.shift() as Outgoing, nested++);
    else if (rt.resolved.length > 0) resume(rt, rt.resolved.shift() as Waiting);
    else if (rt.inFlight.length > 0) {
      if (++rt.frames > FRAMES_MAX - LAST_EVENTS) nearlyLooping(rt);
      nested = 0;
      const item = rt.inFlight.shift() as InFlight;
      // ARP and neighbour discovery, whose legs are negative, take no time, so that a flow's times do not depend on who resolved a neighbour before it.
      if (item.frame.kind === 'ip' && item.leg >= 0) rt.nowUs++;
      receive(rt, item);
    } else if (rt.outbox.length > 0) send(rt, rt.outbox.shift() as Outgoing);
    else return;
  }
}

/** A tunnel whose own packets go into a tunnel, for ever: Linux drops them (XMIT_RECURSION_LIMIT); as many as this may be one flood. */
function sendNested(rt: Runtime, outgoing: Outgoing, nested: number): void {
  if (nested < NESTED_MAX) return send(rt, outgoing);
  recordDrop(rt, outgoing.ns, outgoing.packet, 'RECURSION_LIMIT', () => 'the packets of the tunnel go into the tunnel');
}

function send(rt: Runtime, outgoing: Outgoing): void {
  const errno = typeof outgoing.packet.dst === 'number' ? output(rt, outgoing) : output6(rt, outgoing);
  const { client } = rt.flow;
  if (errno === undefined || !outgoing.fromClient || client === undefined || client.state !== 'open') return;
  // TCP goes on trying; a datagram's send() fails at once.
  if (outgoing.packet.l4.kind === 'tcp') {
    client.unsent = errno === 'EMSGSIZE';
    return;
  }
  client.errno = errno;
  client.state = 'failed';
}

function resume(rt: Runtime, waiting: Waiting): void {
  const { device, nexthop, passage } = waiting;
  const neighbour = device.neighbours.get(nexthop);
  if (neighbour === undefined) return;
  rt.leg = waiting.leg;
  rt.sender = passage;
  if (waiting.bridged !== undefined) resumeBridged(rt, waiting, neighbour.mac);
  else sendFrame(rt, device, { kind: 'ip', src: device.mac, dst: neighbour.mac, packet: passage.packet }, passage.mark, undefined);
}

function nextTimer(rt: Runtime): Neighbour | undefined {
  let next: Neighbour | undefined;
  for (const neighbour of rt.resolving) if (next === undefined || neighbour.dueUs < next.dueUs) next = neighbour;
  return next;
}

/** An old neighbour, at the address that is known. */
function askAgain(rt: Runtime, neighbour: Neighbour): void {
  const { ip, device, mac } = neighbour;
  if (!isAskedAgain(rt, neighbour)) return;
  if (typeof ip === 'number') sendArpRequest(rt, device, ip, undefined, mac);
  else sendSolicitation(rt, device, ip, undefined, mac);
}

function probeOrFail(rt: Runtime, neighbour: Neighbour): void {
  const first = neighbour.waiting[0];
  rt.leg = first?.leg ?? 0;
  if (neighbour.probes < probesMax(neighbour.device, neighbour.ip) && first !== undefined) {
    countProbe(rt, neighbour);
    const { ip } = neighbour;
    if (typeof ip !== 'number') return sendSolicitation(rt, neighbour.device, ip, first.passage.packet);
    return sendArpRequest(rt, neighbour.device, ip, first.passage.packet);
  }
  const { device } = neighbour;
  for (const { passage, leg, inDevice } of failNeighbour(rt, neighbour)) {
    rt.leg = leg;
    const detail = (): string => `nobody has ${formatIp(neighbour.ip)} on ${device.name}`;
    recordDrop(rt, device.ns, passage.packet, 'NEIGH_FAILED', detail, { device });
    if (typeof passage.packet.src === 'number') sendIcmpError(rt, device.ns, passage, { type: UNREACHABLE, code: 1 });
    else sendIcmpv6Error(rt, device.ns, passage, { type: UNREACHABLE6, code: ADDRESS_UNREACHABLE, inDevice });
  }
}

function isDone(rt: Runtime): boolean {
  const state = rt.flow.client?.state;
  return state === 'answered' || state === 'failed';
}

/** What happens last is recorded, whether or not the flow is. */
function nearlyLooping(rt: Runtime): void {
  if (rt.frames > FRAMES_MAX || rt.steps > STEPS_MAX) throw looping(rt);
  rt.record = true;
  rt.recordLegMax = Number.MAX_SAFE_INTEGER;
}

function looping(rt: Runtime): Error {
  const last = rt.inFlight.first;
  const where = last === undefined ? '' : `, last at ${last.device.name} of ${last.device.ns.name}`;
  const devices = rt.inFlight.latest(6).map(({ device }) => `${device.ns.name} ${device.name}`);
  const count = rt.frames > FRAMES_MAX ? `${FRAMES_MAX} hops` : `${STEPS_MAX} steps`;
  const events = rt.events.slice(-LAST_EVENTS).map(eventText);
  const seen = events.length === 0 ? '' : `\n  the last events:\n${events.map((line) => `    ${line}`).join('\n')}`;
  return inputError('packet-loop', `a frame goes round in a circle: ${count} in one flow${where}${seen}`, {
    fix: devices.length === 0 ? undefined : `look for two bridges joined twice among: ${[...new Set(devices)].join(', ')}`,
  });
}

function eventText(event: TraceEvent): string {
  const { netns, kind, packet } = event;
  const at = 'device' in event && event.device !== undefined ? event.device : 'hook' in event ? (event.hook ?? '') : '';
  const addresses =
    event.kind === 'arp' ? `who has ${formatIp(event.frame.targetIp)}` : `${formatIp(packet.src)} > ${formatIp(packet.dst)}`;
  return `${netns} ${at} ${kind} ${addresses}`;
}
