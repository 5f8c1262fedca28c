/**
 * Claims about API objects and where pods run: each function reads the settled cluster and throws a ClaimMismatch that says what
 * was expected, what is there, and what stands behind it.
 */
import { ClaimMismatch, inputError, unsupported } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { wrapWords } from '../../base/wrap-words.js';
import type { Event, Pod } from '../../api/types/core.js';
import type { KubeObject } from '../../api/types/meta.js';
import type { StoreView } from '../../api/view.js';
import type { Kind } from '../../api/types/kinds.js';
import { RESOURCES } from '../../api/types/resource.js';
import { findObject, podsOf, wantedName } from '../lookup.js';
import { whyNotThere } from './why-not-there.js';

export interface ExpectContext {
  readonly view: StoreView;
  readonly namespace: string;
}

/** `Deployment web`, `pod shop/web-0` as written. */
export interface Wording {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

const KINDS: readonly Kind[] = ['Pod', 'Node', 'Namespace', 'Service', 'Deployment', 'ReplicaSet', 'Endpoints', 'EndpointSlice'];

/** UnsupportedError for a kind that a cluster has and this one does not, InputError for one that nobody knows. */
export function kindOf(word: string): Kind {
  const isMeant = (kind: string): boolean => kind.toLowerCase() === word.toLowerCase();
  const kind = KINDS.find(isMeant);
  if (kind !== undefined) return kind;
  const known = [...RESOURCES.keys()].find(isMeant);
  const fix = `claims are about ${KINDS.join(', ')}`;
  if (known !== undefined) throw unsupported('unsupported-kind', `${known} objects are not modelled`, { fix });
  const near = nearest(word, KINDS);
  throw inputError('unknown-kind', `"${word}" is not a kind of object`, { fix: near === undefined ? fix : `did you mean ${near}?` });
}

export function find(context: ExpectContext, wording: Wording): KubeObject {
  return findObject(context.view, kindOf(wording.kind), { namespace: wording.namespace, name: wording.name }, context.namespace);
}

const INDENT = ' '.repeat(14);

/** Laid out as the claims about traffic are. */
export function mismatch(
  code: string,
  sentence: string,
  expected: string,
  happened: string,
  more: Readonly<Record<string, string>> = {},
): ClaimMismatch {
  const parts = Object.entries({ expected, happened, ...more });
  const lines = parts.flatMap(([label, text]) => {
    const [first = '', ...rest] = wrapWords(text, INDENT);
    return [`${`  ${label}:`.padEnd(INDENT.length)}${first}`, ...rest];
  });
  return new ClaimMismatch([{ code, message: [...wrapWords(sentence, ''), ...lines].join('\n') }]);
}

/** An object as sentences name it. */
export function objectText({ kind, namespace, name }: Wording): string {
  const word = kind === 'Pod' || kind === 'Node' ? kind.toLowerCase() : kind;
  return `${word} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `withinSeconds`: for so long it has been waited for. */
export function expectReadyReplicas(context: ExpectContext, wording: Wording, count: number, withinSeconds = 0): void {
  const object = find(context, wording) as KubeObject & { status?: { readyReplicas?: number } };
  const ready = object.status?.readyReplicas ?? 0;
  if (ready === count) return;
  const pods = podsOf(context.view, { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name });
  const waiting = pods.find((pod) => !isReady(pod));
  throw mismatch(
    'ready-replicas',
    `${withinText(withinSeconds)}${objectText(wording)} has ${plural(count, 'ready replica')}`,
    plural(count, 'ready replica'),
    `${ready} ready of ${plural(pods.length, 'pod')}`,
    waiting === undefined ? {} : { because: `pod ${waiting.metadata.name}: ${whyNotReady(waiting)}` },
  );
}

/** `within 5 minutes `; nothing for no time at all. */
export function withinText(seconds: number): string {
  if (seconds === 0) return '';
  return seconds % 60 === 0 ? `within ${plural(seconds / 60, 'minute')} ` : `within ${plural(seconds, 'second')} `;
}

export function expectDifferentNodes(context: ExpectContext, wording: Wording): void {
  const object = find(context, wording);
  const pods = podsOf(context.view, { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name });
  const sentence = `the pods of ${objectText(wording)} run on different nodes`;
  if (pods.length < 2) throw mismatch('different-nodes', sentence, 'two pods or more', plural(pods.length, 'pod'));
  const waiting = pods.find((pod) => pod.spec.nodeName === undefined);
  if (waiting) throw mismatch('different-nodes', sentence, 'every pod on a node', `pod ${waiting.metadata.name}: ${whyNotReady(waiting)}`);
  const places = pods.map((pod) => `${pod.metadata.name} on ${pod.spec.nodeName}`);
  if (new Set(pods.map((pod) => pod.spec.nodeName)).size === pods.length) return;
  const used = new Set(pods.map((pod) => pod.spec.nodeName));
  const others = context.view.list('Node').flatMap(({ metadata }) => (used.has(metadata.name) ? [] : metadata.name));
  const because = whyNotThere(context.view, pods.at(-1) as Pod, others);
  throw mismatch(
    'different-nodes',
    sentence,
    plural(pods.length, 'different node'),
    places.join(', '),
    because === undefined ? {} : { because },
  );
}

export function expectRunsOn(context: ExpectContext, name: string, node: string): void {
  const pod = findPod(context, name);
  findObject(context.view, 'Node', { namespace: undefined, name: node }, context.namespace);
  const sentence = `pod ${name} runs on ${node}`;
  if (pod.spec.nodeName !== node) {
    const because = pod.spec.nodeName && whyNotThere(context.view, pod, [node]);
    const happened = pod.spec.nodeName ? `on ${pod.spec.nodeName}` : `on no node: ${whyNotReady(pod)}`;
    throw mismatch('runs-on', sentence, `on ${node}`, happened, because ? { because } : {});
  }
  if (pod.status?.phase !== 'Running')
    throw mismatch('runs-on', sentence, `Running on ${node}`, `${pod.status?.phase ?? 'Pending'} on ${node}: ${whyNotReady(pod)}`);
}

export function expectPending(context: ExpectContext, name: string, because: string | undefined): void {
  const pod = findPod(context, name);
  const sentence = `pod ${name} is Pending${because === undefined ? '' : ` because "${because}"`}`;
  const phase = pod.status?.phase ?? 'Pending';
  if (phase !== 'Pending') throw mismatch('pending', sentence, 'Pending', `${phase}${pod.spec.nodeName ? ` on ${pod.spec.nodeName}` : ''}`);
  const why = whyNotReady(pod);
  if (because !== undefined && !why.includes(because)) throw mismatch('pending', sentence, `a reason with "${because}"`, why);
}

export function expectReady(context: ExpectContext, name: string, wanted: boolean, withinSeconds = 0): void {
  const pod = findPod(context, name);
  if (isReady(pod) === wanted) return;
  throw mismatch(
    'ready',
    `${withinText(withinSeconds)}pod ${name} is ${wanted ? '' : 'not '}ready`,
    wanted ? 'ready' : 'not ready',
    wanted ? `${pod.status?.phase ?? 'Pending'}: ${whyNotReady(pod)}` : 'ready',
  );
}

/** A container of the pod has restarted, or waits to be. */
export function expectRestarts(context: ExpectContext, name: string, container: string | undefined): void {
  const pod = findPod(context, name);
  const statuses = (pod.status?.containerStatuses ?? []).filter((status) => container === undefined || status.name === container);
  if (container !== undefined && statuses.length === 0)
    throw inputError('unknown-container', `pod ${name} has no container "${container}"`);
  if (statuses.some((status) => status.restartCount > 0 || status.state.waiting?.reason === 'CrashLoopBackOff')) return;
  const what = container === undefined ? 'a container' : `container ${container}`;
  throw mismatch(
    'restarts',
    `${what} of pod ${name} restarts`,
    'a restart',
    `${what} ${statuses.length === 0 ? `was not started: ${whyNotReady(pod)}` : 'runs since its first start'}`,
  );
}

export function expectEvent(context: ExpectContext, reason: string, about: Wording, says: string): void {
  const object = find(context, about);
  const events = context.view.list('Event').filter((event) => isAbout(event, object));
  if (events.some((event) => event.reason === reason && event.message.includes(says))) return;
  const seen = events.map((event) => `${event.reason}: ${event.message}`);
  throw mismatch(
    'event',
    `an event "${reason}" on ${objectText(about)} says "${says}"`,
    `${reason}, with these words`,
    seen.length > 0 ? seen.join('; ') : 'no events about it',
  );
}

function isAbout(event: Event, object: KubeObject): boolean {
  const about = event.involvedObject;
  return about.kind === object.kind && about.name === object.metadata.name && about.namespace === object.metadata.namespace;
}

/** `path` in dots; `value` as written: JSON where it parses, else text. */
export function expectField(context: ExpectContext, wording: Wording, path: string, value: string): void {
  const object = find(context, wording);
  const actual = fieldAt(object, path);
  const text = typeof actual === 'string' ? actual : JSON.stringify(actual);
  if (text === value || (actual !== undefined && canonical(actual) === canonical(parsed(value)))) return;
  throw mismatch(
    'field',
    `${objectText(wording)} field "${path}" is ${/^-?\d+$/.test(value) ? value : `"${value}"`}`,
    value,
    text ?? missingField(object, path),
  );
}

/** What there is instead, at the last step of the path that leads anywhere. */
function missingField(object: unknown, path: string): string {
  const parts = path.match(/[^.[\]]+/g) ?? [];
  for (let length = parts.length - 1; length > 0; length--) {
    const parent = fieldAt(object, parts.slice(0, length).join('.'));
    if (parent !== null && typeof parent === 'object')
      return `no such field; ${parts.slice(0, length).join('.')} has ${Object.keys(parent).sort().join(', ')}`;
  }
  return 'no such field';
}

function fieldAt(object: unknown, path: string): unknown {
  let at: unknown = object;
  for (const part of path.match(/[^.[\]]+/g) ?? []) at = (at as Record<string, unknown> | undefined)?.[part];
  return at;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** JSON with sorted keys, so that the order of writing does not matter. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(',')}}`;
}

export function findPod(context: ExpectContext, written: string): Pod {
  return findObject(context.view, 'Pod', wantedName(written), context.namespace);
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

/** The most telling thing a pod says of itself. */
export function whyNotReady(pod: Pod): string {
  const unscheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False');
  if (unscheduled?.message) return unscheduled.message;
  for (const status of pod.status?.containerStatuses ?? []) {
    const { waiting } = status.state;
    if (waiting) return `container ${status.name} waits: ${waiting.reason}${waiting.message ? ` (${waiting.message})` : ''}`;
    if (!status.ready) return `container ${status.name} is not ready`;
  }
  if (pod.metadata.deletionTimestamp) return 'it is being deleted';
  const phase = pod.status?.phase ?? 'Pending';
  return phase === 'Running' && !isReady(pod) ? `node ${pod.spec.nodeName} does not report` : `it is ${phase}`;
}
