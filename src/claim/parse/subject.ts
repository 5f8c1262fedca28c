/** Reads who sends: pods by name, owner, namespace or label, a container, a node, an outside client. */
import type { SubjectPhrase } from '../phrase.js';
import type { Option, Reader } from './reader.js';

const OWNER_KINDS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController'] as const;

export const SUBJECT_OPTIONS: readonly Option[] = [
  { word: 'pod', wording: 'pod A' },
  { word: 'a', wording: 'a pod of Deployment web' },
  { word: 'every', wording: 'every pod' },
  { word: 'every', wording: 'every other pod' },
  { word: 'no', wording: 'no pod in namespace dev' },
  { word: 'container', wording: 'container ssh of pod A' },
  { word: 'client', wording: 'client laptop' },
  { word: 'node1', wording: 'node1' },
];

/** `verbs` are the words that may follow a node's bare name. */
export function readSubject(reader: Reader, verbs: readonly string[]): SubjectPhrase {
  return readNamedSubject(reader) ?? readNode(reader, verbs, SUBJECT_OPTIONS);
}

/** Every subject that begins with a keyword; undefined where the next word is none. */
export function readNamedSubject(reader: Reader): SubjectPhrase | undefined {
  const start = reader.start();
  if (reader.take('pod')) return readPod(reader, undefined);
  if (reader.take('container')) {
    const container = reader.word("a container's name", 'container ssh of pod A').text;
    reader.need('container ssh of pod A', 'of', 'pod');
    return readPod(reader, container);
  }
  if (reader.take('client')) {
    const name = reader.word("an external client's name", 'client laptop').text;
    return { kind: 'client', name, span: reader.since(start) };
  }
  if (reader.take('a')) {
    reader.need('a pod of Deployment web', 'pod', 'of');
    return { kind: 'pod-of', owner: readOwner(reader) };
  }
  if (reader.take('no')) return { ...readEveryPod(reader, start, 'no pod'), none: true };
  return reader.take('every') ? readEveryPod(reader, start, 'every pod') : undefined;
}

function readPod(reader: Reader, container: string | undefined): SubjectPhrase {
  const name = reader.name("a pod's name", 'pod A');
  const node = reader.sees('on') && !startsPort(reader, 1) ? readOnNode(reader) : undefined;
  // `on UPD port 53`: no node was meant.
  if (node !== undefined && reader.sees('port')) failProtocol(reader);
  return { kind: 'pod', name, node, container };
}

function readOnNode(reader: Reader): string {
  reader.take('on');
  return reader.word("a node's name", 'pod A on node1').text;
}

function failProtocol(reader: Reader): never {
  reader.stepBack();
  reader.fail(['TCP', 'UDP', 'SCTP'].map((word) => ({ word, wording: `on ${word} port 53` })));
}

/** Whether `port 80`, `UDP port 53` stand `ahead` words on, after an `on`. */
export function startsPort(reader: Reader, ahead: number): boolean {
  const token = reader.peek(ahead);
  return token !== undefined && !token.quoted && ['port', 'TCP', 'UDP', 'SCTP'].includes(token.text);
}

/** `quantity`: `every pod`, `no pod`, of which the first word is read. */
function readEveryPod(reader: Reader, start: number, quantity: string): Extract<SubjectPhrase, { kind: 'every-pod' | 'pod-of' }> {
  const other = reader.take('other');
  reader.need(other ? quantity.replace(' ', ' other ') : quantity, 'pod');
  if (!other && reader.take('of')) return { kind: 'pod-of', owner: readOwner(reader), every: true };
  let namespace: string | undefined;
  if (reader.take('in')) {
    reader.need('every pod in namespace dev', 'namespace');
    namespace = reader.word("a namespace's name", 'every pod in namespace dev').text;
  }
  const labels = reader.take('labelled') ? readLabels(reader) : undefined;
  return { kind: 'every-pod', namespace, labels, other, span: reader.since(start) };
}

function readLabels(reader: Reader): Readonly<Record<string, string>> {
  const token = reader.word('labels', 'every pod labelled app=web,tier=front');
  const pairs = token.text.split(',').map((pair) => pair.split('='));
  if (pairs.some((pair) => pair.length !== 2 || pair[0] === '')) {
    reader.failAt(token, `"${token.text}" is not a list of labels`, 'write labelled app=web,tier=front');
  }
  return Object.fromEntries(pairs as [string, string][]);
}

function readOwner(reader: Reader): { kind: string; name: ReturnType<Reader['name']> } {
  const kind = reader.peek()?.text ?? '';
  if (!OWNER_KINDS.some((known) => reader.take(known))) {
    reader.fail(OWNER_KINDS.map((word) => ({ word, wording: `a pod of ${word} web` })));
  }
  return { kind, name: reader.name(`a ${kind}'s name`, `${kind} web`) };
}

/** A bare word is a node's name, if what follows can follow one. */
export function readNode(reader: Reader, followers: readonly string[], options: readonly Option[]): SubjectPhrase {
  const start = reader.start();
  const token = reader.peek();
  const next = reader.peek(1);
  const follows = next === undefined || (!next.quoted && followers.includes(next.text));
  if (token === undefined || token.text === ',' || !follows) reader.fail(options);
  const name = reader.word("a node's name", 'node1').text;
  return { kind: 'node', name, span: reader.since(start) };
}
