/**
 * Message streams of shards as that of the whole run. What every shard says alike (sources, pickles, step definitions) is taken from the first, and
 * the ids that the others gave to the same things are replaced by the first's. Test cases follow in the order of the whole.
 */
import { inputError } from '../../index.js';
import type { Envelope } from '../envelope.js';
import { SHARD_MEDIA_TYPE } from './mark-shard.js';
import type { ReportText } from './report-text.js';
import { interleave, wholeRun } from './shards.js';

interface TestCaseRun {
  readonly testCase: Envelope;
  readonly messages: Envelope[];
}

interface Stream {
  readonly file: string;
  readonly shard: string;
  /** Before the run begins; alike in every shard. */
  readonly setting: readonly Envelope[];
  readonly started: Envelope;
  readonly before: readonly Envelope[];
  readonly scenarios: readonly TestCaseRun[];
  readonly finished: Envelope;
}

export function mergeMessages(reports: readonly ReportText[]): string {
  const streams = reports.map(readStream);
  const order = wholeRun(streams) as readonly Stream[];
  const [first, ...others] = order as readonly [Stream, ...Stream[]];
  const same = new Map<string, string>();
  for (const other of others) noteSame(first, other, same);
  const cases = interleave(order);
  const begun = extreme(
    order.map(({ started }) => started.testRunStarted?.timestamp),
    -1,
  );
  const ended = extreme(
    order.map(({ finished }) => finished.testRunFinished?.timestamp),
    1,
  );
  const success = order.every(({ finished }) => finished.testRunFinished?.success === true);
  const messages = [
    ...first.setting,
    { testRunStarted: Object.assign({}, first.started.testRunStarted, { timestamp: begun }) },
    ...order.flatMap(({ before }) => before),
    ...cases.map(({ testCase }) => testCase),
    ...cases.flatMap((run) => run.messages),
    { testRunFinished: Object.assign({}, first.finished.testRunFinished, { timestamp: ended, success }) },
  ];
  return messages.map((message) => `${JSON.stringify(renamed(message, same))}\n`).join('');
}

function readStream({ text, file }: ReportText): Stream {
  const all = parseLines(text, file);
  const at = all.findIndex(({ testRunStarted }) => testRunStarted !== undefined);
  const finished = all.at(-1);
  if (at < 0 || finished?.testRunFinished === undefined) throw inputError('not-a-report', `${file} is no whole message stream`);
  const isMark = ({ attachment }: Envelope): boolean => attachment?.mediaType === SHARD_MEDIA_TYPE;
  const shard = all.find(isMark)?.attachment?.body;
  if (shard === undefined) {
    throw inputError('not-a-shard', `${file} does not say which shard it is`, { fix: 'write it with --shard I/N --format message:FILE' });
  }
  const setting = all.slice(0, at).filter((envelope) => !isMark(envelope));
  return { file, shard, setting, started: all[at] as Envelope, finished, ...readRun(all.slice(at + 1, -1)) };
}

function parseLines(text: string, file: string): readonly Envelope[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => {
      try {
        return JSON.parse(line) as Envelope;
      } catch {
        throw inputError('not-a-report', `${file}:${i + 1} is no message`);
      }
    });
}

function readRun(messages: readonly Envelope[]): Pick<Stream, 'before' | 'scenarios'> {
  const runs = new Map<string, TestCaseRun>();
  const started = new Map<string, TestCaseRun>();
  const before: Envelope[] = [];
  let current: TestCaseRun | undefined;
  for (const envelope of messages) {
    if (envelope.testCase) {
      runs.set(envelope.testCase.id, { testCase: envelope, messages: [] });
      continue;
    }
    const begun = envelope.testCaseStarted && runs.get(envelope.testCaseStarted.testCaseId);
    if (envelope.testCaseStarted && begun) started.set(envelope.testCaseStarted.id, begun);
    const id = envelope.testCaseStarted?.id ?? testCaseStartedId(envelope);
    current = (id === undefined ? undefined : started.get(id)) ?? current;
    (current?.messages ?? before).push(envelope);
  }
  return { before, scenarios: [...runs.values()] };
}

function testCaseStartedId({ testStepStarted, testStepFinished, testCaseFinished, attachment }: Envelope): string | undefined {
  return (testStepStarted ?? testStepFinished ?? testCaseFinished ?? attachment)?.testCaseStartedId;
}

/** Both say the same things in the same order, each with ids of its own. */
function noteSame(first: Stream, other: Stream, same: Map<string, string>): void {
  const [ours, theirs] = [first, other].map(({ setting }) => setting.filter(({ meta }) => meta === undefined));
  for (const [i, envelope] of (ours ?? []).entries()) {
    const counterpart = theirs?.[i];
    if (envelope.source && envelope.source.data !== counterpart?.source?.data) {
      throw inputError('other-run', `${other.file} is of another ${envelope.source.uri} than ${first.file}`, {
        fix: 'run all shards on the same files',
      });
    }
    noteIds(envelope, counterpart, same);
  }
  if (ours?.length !== theirs?.length) throw inputError('other-run', `${other.file} is of other specs or steps than ${first.file}`);
  const [ourRun, theirRun] = [first.started.testRunStarted?.id, other.started.testRunStarted?.id];
  if (ourRun !== undefined && theirRun !== undefined) same.set(theirRun, ourRun);
}

function noteIds(ours: unknown, theirs: unknown, same: Map<string, string>): void {
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) return;
  for (const [key, value] of Object.entries(ours)) {
    const other = (theirs as Record<string, unknown>)[key];
    if (key === 'id' && typeof value === 'string' && typeof other === 'string') same.set(other, value);
    else noteIds(value, other, same);
  }
}

function renamed(value: unknown, same: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return same.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, same));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, renamed(member, same)]));
}

type Timestamp = NonNullable<Envelope['testRunStarted']>['timestamp'];

/** The earliest for -1, the latest for 1. */
function extreme(all: readonly (Timestamp | undefined)[], sign: 1 | -1): Timestamp | undefined {
  const value = ({ seconds, nanos }: Timestamp): number => seconds * 1e9 + nanos;
  return all.filter((one) => one !== undefined).sort((a, b) => sign * (value(b) - value(a)))[0];
}
