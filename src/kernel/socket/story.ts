/**
 * A flow as part of a longer story: its socket is one that an earlier flow kept open, or stays open after it, or is closed as Linux closes it;
 * and what is sent again while time passes, by ends that nobody has any more too. Left out: TIME_WAIT of servers, which a new call ends.
 */
import type { Errno } from '../../trace/flow-record.js';
import type { Probe, Story } from '../contract.js';
import type { Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import type { ClientSocket, FlowState } from './flow-state.js';
import { openClient, sendRequest } from './open-client.js';
import { type SctpClient, type SctpServer, shutDown, speakAgain } from './sctp.js';
import { sendSegment } from './send-segment.js';
import { close, orphan, sayRequest } from './talk.js';
import { isGone, silence, type Talker } from './talker.js';

/** Opens the flow's socket, or goes on with the one that was kept; an errno where the client hears of it at once. */
export function goOn(rt: Runtime, ns: Namespace, probe: Probe, story: Story): Errno | undefined {
  const kept = rt.kept.get(story.socket);
  if (kept === undefined) {
    const failure = openClient(rt, ns, probe);
    if (story.keep) rt.kept.set(story.socket, rt.flow);
    return failure;
  }
  if (!story.keep) rt.kept.delete(story.socket);
  rt.flow = kept;
  const { client } = kept;
  // Its opening failed at once.
  if (client === undefined) return 'ENOTCONN';
  client.errno = undefined;
  client.icmp = undefined;
  if (client.association !== undefined) return speakAgain(rt, client as SctpClient, story.close);
  if (client.talk === undefined) askAgain(rt, kept, client, story);
  else talkAgain(rt, kept, client as Talker & ClientSocket, story);
  return undefined;
}

function askAgain(rt: Runtime, flow: FlowState, client: ClientSocket, story: Story): void {
  client.state = 'open';
  flow.servers.length = 0;
  flow.answeredBy = undefined;
  if (story.close !== undefined) client.state = 'answered';
  else sendRequest(rt, client, ++flow.requests);
}

function talkAgain(rt: Runtime, flow: FlowState, client: Talker & ClientSocket, story: Story): void {
  const { talk } = client;
  // The request tells the server whether another will follow.
  if (story.close === undefined) for (const { talk: other } of flow.servers) if (other !== undefined) other.hold = story.keep;
  talk.hold = story.keep;
  talk.waits = true;
  // Nothing is left to close.
  if (client.broken && story.close !== undefined)
    return story.close === 'fin' ? tell(client, 'ENOTCONN') : void (client.state = 'answered');
  if (client.broken) {
    tell(client, talk.told ? 'EPIPE' : talk.fault);
    talk.told = true;
    return;
  }
  // A call that nobody has answered yet is given up in silence.
  if (client.state === 'opening' && story.close !== undefined) {
    client.state = 'answered';
    client.broken = true;
    return;
  }
  if (story.close === 'reset') {
    sendSegment(rt, client, { flags: 'R.', seq: talk.sentTo, ack: talk.expects, length: 0, fromClient: true });
    client.state = 'answered';
    client.broken = true;
    return;
  }
  if (client.state === 'opening') return;
  client.state = 'open';
  if (story.close === 'fin') {
    // The other end's farewell is read already.
    if (talk.finSeen) client.state = 'answered';
    return close(rt, client);
  }
  sayRequest(rt, client);
  // The other end has closed, and reading tells so at once.
  if (talk.finSeen) tell(client, 'ECONNRESET');
}

function tell(client: ClientSocket, errno: Errno): void {
  client.errno = errno;
  client.state = 'failed';
}

/** What a client that does not keep its socket does at last; true where that sends something, of which nothing is told. */
export function sayFarewell(rt: Runtime, { keep, close: how }: Story): boolean {
  const { client } = rt.flow;
  // What is heard while nobody asks is told later.
  if (keep && client?.state === 'open') client.state = 'answered';
  if (keep || how !== undefined || client === undefined || client.broken || client.state === 'opening') return false;
  if (client.talk === undefined && client.association === undefined) return false;
  rt.record = false;
  if (client.talk === undefined) shutDown(rt, client as SctpClient, true);
  else close(rt, client as Talker);
  return true;
}

/** What a client leaves behind that does not keep its socket: data and FIN that nobody acknowledged, its port, a server that knows nothing of it. */
export function leave(rt: Runtime, { keep, socket }: Story): void {
  const { flow } = rt;
  const { client } = flow;
  if (client?.talk !== undefined) client.talk.waits = false;
  if (keep || client?.talk === undefined) return;
  if (client.state === 'opening') client.broken = true;
  if (client.broken) silence(client as Talker);
  else orphan(rt, client as Talker);
  flow.isLeft = true;
  if (!isOver(rt, flow)) rt.kept.set(`left by ${socket} at ${rt.nowUs}`, flow);
}

/** Whether nothing is left of its connections. */
function isOver(rt: Runtime, { client, servers }: FlowState): boolean {
  return [client, ...servers].every((socket) => socket?.talk === undefined || isGone(rt, socket as Talker));
}

/** Those that were left and are over are forgotten. */
export function forgetOver(rt: Runtime): void {
  for (const [name, flow] of rt.kept) if (flow.isLeft === true && isOver(rt, flow)) rt.kept.delete(name);
}

/** Whose time comes first to send again. */
export function nextTalker({ client, servers }: FlowState): Talker | undefined {
  let next: Talker | undefined;
  for (const socket of [client, ...servers]) {
    const dueUs = socket?.talk?.dueUs ?? Number.POSITIVE_INFINITY;
    if (dueUs < (next?.talk.dueUs ?? Number.POSITIVE_INFINITY)) next = socket as Talker;
  }
  return next;
}

/** The connections of a listener whose process is gone: nobody reads what still comes. */
export function orphans(kept: Iterable<FlowState>, listener: string): readonly { readonly flow: FlowState; closeIt(rt: Runtime): void }[] {
  return [...kept].flatMap((flow) =>
    flow.servers.flatMap((server) => {
      if (server.listener?.id !== listener || server.state === 'closed') return [];
      if (server.association !== undefined) return [{ flow, closeIt: (rt: Runtime) => shutDown(rt, server as SctpServer, false) }];
      if (server.talk === undefined) return [];
      // Nobody has accepted it yet: it is forgotten without a word (inet_csk_listen_stop).
      if (server.state === 'syn-received') return [{ flow, closeIt: () => forget(server as Talker) }];
      server.talk.orphan = true;
      return [{ flow, closeIt: (rt: Runtime) => close(rt, server as Talker) }];
    }),
  );
}

function forget(server: Talker): void {
  silence(server);
  server.state = 'closed' as never;
}
