/** What happens in a network between flows: time passes, processes end, connections are deleted or looked at. */
import type { ConntrackFilter } from '../plan/conntrack-args.js';
import { workOff } from './flow.js';
import type { Listener, Namespace } from './namespace.js';
import type { Runtime } from './runtime.js';
import { newFlowState } from './socket/flow-state.js';
import { forgetOver, nextTalker, orphans } from './socket/story.js';
import { sayAgain } from './socket/talk.js';

/** Kept connections send again what nobody acknowledged. */
export function pass(rt: Runtime, us: number): void {
  const untilUs = rt.nowUs + us;
  rt.record = false;
  for (;;) {
    const flows = [...rt.kept.values()].map((flow) => ({ flow, talker: nextTalker(flow) }));
    flows.sort((a, b) => (a.talker?.talk.dueUs ?? Number.MAX_VALUE) - (b.talker?.talk.dueUs ?? Number.MAX_VALUE));
    const [next] = flows;
    if (next?.talker === undefined || next.talker.talk.dueUs > untilUs) break;
    rt.flow = next.flow;
    rt.nowUs = Math.max(rt.nowUs, next.talker.talk.dueUs);
    sayAgain(rt, next.talker);
    workOff(rt);
  }
  rt.flow = newFlowState();
  rt.nowUs = Math.max(rt.nowUs, untilUs);
  forgetOver(rt);
}

/** Its own socket goes, and its connections are closed. */
export function stop(rt: Runtime, namespaces: Iterable<Namespace>, listener: string): void {
  rt.stopped.add(listener);
  for (const ns of namespaces) removeListener(ns.listeners as Map<number, readonly Listener[]>, listener);
  hangUp(rt, listener);
}

/** Listeners that hold connections of kept flows. */
export function serving(rt: Runtime): readonly string[] {
  const open = [...rt.kept.values()].flatMap(({ servers }) =>
    servers.filter(({ talk, state }) => talk?.orphan === false && state !== 'closed'),
  );
  return [...new Set(open.flatMap(({ listener }) => listener?.id ?? []))];
}

/** The process of a listener ends, whoever listens after it: its connections are closed. */
export function hangUp(rt: Runtime, listener: string): void {
  rt.record = false;
  for (const { flow, closeIt } of orphans(rt.kept.values(), listener)) {
    rt.flow = flow;
    closeIt(rt);
    workOff(rt);
  }
  rt.flow = newFlowState();
}

function removeListener(byPort: Map<number, readonly Listener[]>, id: string): void {
  for (const [key, listeners] of byPort) {
    const rest = listeners.filter((one) => one.id !== id);
    if (rest.length < listeners.length) byPort.set(key, rest);
  }
}

export function deleteConnections(rt: Runtime, netns: string, filter: ConntrackFilter | undefined): number {
  const ns = rt.built(netns);
  if (ns === undefined) return 0;
  const four = filter?.family === 6 ? 0 : ns.netfilter.deleteConnections(filter);
  return four + (filter?.family === 4 ? 0 : (ns.ipv6?.netfilter.deleteConnections(filter) ?? 0));
}

export function connectionsOf(rt: Runtime, netns: string): readonly string[] {
  const ns = rt.built(netns);
  return ns === undefined ? [] : [...ns.netfilter.connections(), ...(ns.ipv6?.netfilter.connections() ?? [])];
}
