/** The lines of a set's or map's block, and the elements, which stay text. */
import type { SetFlag } from './nft-ruleset.js';
import type { DraftSet } from './ruleset-draft.js';
import { cutElements, endOfBlock, endOfStatement, trimRight } from './scan.js';
import { expect, needNumber, needText, needTime, needWord, type Reader, refuse, refuseWord, takeIf } from './tokens.js';

const FLAGS: readonly SetFlag[] = ['constant', 'dynamic', 'interval', 'timeout'];
const LINES: readonly string[] = [
  'type',
  'typeof',
  'flags',
  'timeout',
  'gc-interval',
  'size',
  'policy',
  'auto-merge',
  'counter',
  'comment',
  'elements',
];

export function readSetLine(reader: Reader, set: DraftSet): void {
  const { fields } = set;
  const word = needWord(reader, 'the type of the set');
  switch (word) {
    case 'type':
    case 'typeof':
      return readTypes(reader, set, word === 'typeof');
    case 'flags':
      fields.flags = readFlags(reader);
      return;
    case 'timeout':
      fields.timeoutMs = needTime(reader, 'the time-out');
      return;
    case 'gc-interval':
      fields.gcIntervalMs = needTime(reader, 'the interval');
      return;
    case 'size':
      fields.size = needNumber(reader, 'the size');
      return;
    case 'policy':
      if (needWord(reader, 'the policy') === 'memory') fields.policy = 'memory';
      return;
    case 'auto-merge':
      fields.autoMerge = true;
      return;
    case 'counter':
      fields.counter = true;
      return;
    case 'comment':
      fields.comment = needText(reader, 'the comment');
      return;
    case 'elements':
      expect(reader, '=');
      return addElements(reader, set);
    default:
      return refuseWord(reader, word, LINES, ['limit', 'quota', 'size-policy']);
  }
}

function readTypes(reader: Reader, { fields }: DraftSet, byExpression: boolean): void {
  const end = endOfStatement(reader.text, reader.at);
  const text = reader.text.slice(reader.at, end).trim();
  const colon = text.indexOf(':');
  fields.key = (colon < 0 ? text : text.slice(0, colon)).trim();
  if (colon >= 0) fields.value = text.slice(colon + 1).trim();
  if (byExpression) fields.typeof = true;
  reader.start = reader.at;
  reader.at = end;
  if (colon >= 0 !== (fields.kind === 'map')) {
    refuse(reader, 'bad-type', fields.kind === 'map' ? 'a map needs the type of its values, after a colon' : 'a set has no values');
  }
}

function readFlags(reader: Reader): readonly SetFlag[] {
  const flags: SetFlag[] = [];
  do {
    const word = needWord(reader, 'a flag');
    flags.push(FLAGS.find((one) => one === word) ?? refuseWord(reader, word, FLAGS));
  } while (takeIf(reader, ','));
  return flags;
}

/** Takes `{ … }`. */
export function addElements(reader: Reader, set: DraftSet): void {
  expect(reader, '{');
  const { text, at } = reader;
  const close = endOfBlock(text, reader.start);
  if (close >= text.length) refuse(reader, 'open-block', 'this `{` is never closed');
  const cuts = cutElements(text, at, close);
  for (let i = 0; i < cuts.length; i += 2) {
    const from = cuts[i] as number;
    set.texts.push(text.slice(from, trimRight(text, from, cuts[i + 1] as number)));
    set.spots.push(from);
  }
  reader.ahead = undefined;
  reader.at = close + 1;
}
