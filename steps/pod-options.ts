/** What follows `Given pod A`: where it runs, its labels, its ports, whose network; each may be left out, in this order. */
import { inputError, type PodWording, STEP_TEXT } from '../src/index.js';

type Options = Omit<PodWording, 'name'>;
type Part = readonly [pattern: RegExp, read: (match: RegExpExecArray) => Options];

const PORT = '(?:TCP|UDP|SCTP) \\d+';

const PARTS: readonly Part[] = [
  [/^ on "?([^\s,"]+)"?/, ([, node]) => ({ node: node ?? '' })],
  [/^ with labels ([^\s=,"]+=[^\s=,"]*(?:,[^\s=,"]+=[^\s=,"]*)*)(?= |$)/, ([, labels]) => ({ labels: toLabels(labels ?? '') })],
  [new RegExp(`^ listening on (nothing|${PORT}(?:(?:, and |, | and )${PORT})*)(?= |$)`), ([, ports]) => ({ listen: toPorts(ports ?? '') })],
  [/^ using the host network$/, () => ({ hostNetwork: true })],
];

/** `text` is the end of `sentence`; a word that does not fit is an InputError that points at it. */
export function readPodOptions(text: string, sentence: string): Options {
  let rest = text;
  let options: Options = {};
  for (const [pattern, read] of PARTS) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    options = { ...options, ...read(match) };
    rest = rest.slice(match[0].length);
  }
  if (rest === '') return options;
  throw inputError('pod-options', `"${rest.trim()}" is not understood here`, {
    position: {
      file: STEP_TEXT,
      line: 1,
      column: sentence.length - rest.trimStart().length + 1,
      text: sentence,
      width: rest.trim().length,
    },
    fix: 'in this order: on node1, with labels app=web,tier=front, listening on UDP 53 and TCP 8080, using the host network',
  });
}

/** `app=web,tier=front`. */
export function toLabels(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

function toPorts(text: string): NonNullable<PodWording['listen']> {
  return [...text.matchAll(/(TCP|UDP|SCTP) (\d+)/g)].map(([, protocol, port]) => ({
    protocol: protocol as 'TCP' | 'UDP' | 'SCTP',
    port: Number(port),
  }));
}
