/**
 * -j LOG and NFLOG (extensions/libxt_LOG.c, libxt_NFLOG.c): the packet goes on unchanged. Options are kept as iptables-save
 * prints them, in its order; what is the default is not printed, nor is --nflog-range, which the kernel ignores.
 */
import { type TargetModule, targetModule } from '../module.js';
import { type RuleReader, takeText, takeValue } from '../rule-reader.js';
import { wordIn } from '../value/name.js';
import { parseNumber, takeNumber, U16, U32 } from '../value/number.js';
import { quote } from '../value/quote.js';

/** Printed option by its word. */
type Draft = Map<string, string>;
type Read = (reader: RuleReader, draft: Draft) => void;

const LEVELS: readonly string[] = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'];

function takeLevel(reader: RuleReader): number {
  const word = takeValue(reader);
  const number = parseNumber(word);
  if (number >= 0 && number <= 7) return number;
  return LEVELS.indexOf(wordIn(reader, word === 'panic' ? 'emerg' : word, LEVELS));
}

function flag(word: string): Read {
  return (_reader, draft) => void draft.set(word, word);
}

/** What is longer is cut, as iptables does without a word. */
function text(word: string, max: number): Read {
  return (reader, draft) => void draft.set(word, `${word} ${quote(takeText(reader).slice(0, max))}`);
}

/** A number of 0 is the default where there is one. */
function number(word: string, max: number, defaultsToZero: boolean): Read {
  return (reader, draft) => {
    const value = takeNumber(reader, { min: 0, max });
    if (value !== 0 || !defaultsToZero) draft.set(word, `${word} ${value}`);
  };
}

function logTarget(name: 'LOG' | 'NFLOG', order: readonly string[], options: Readonly<Record<string, Read>>): TargetModule {
  const kind = name === 'LOG' ? 'log' : 'nflog';
  return targetModule<Draft>({
    name,
    begin: () => new Map(),
    options,
    finish: (_reader, draft) => ({ kind, options: order.flatMap((word) => draft.get(word) ?? []) }),
  });
}

export const log: TargetModule = logTarget(
  'LOG',
  ['--log-prefix', '--log-level', '--log-tcp-sequence', '--log-tcp-options', '--log-ip-options', '--log-uid', '--log-macdecode'],
  {
    '--log-prefix': text('--log-prefix', 29),
    '--log-level': (reader, draft) => {
      const level = takeLevel(reader);
      if (level !== 4) draft.set('--log-level', `--log-level ${level}`);
    },
    '--log-tcp-sequence': flag('--log-tcp-sequence'),
    '--log-tcp-options': flag('--log-tcp-options'),
    '--log-ip-options': flag('--log-ip-options'),
    '--log-uid': flag('--log-uid'),
    '--log-macdecode': flag('--log-macdecode'),
  },
);

export const nflog: TargetModule = logTarget('NFLOG', ['--nflog-prefix', '--nflog-group', '--nflog-size', '--nflog-threshold'], {
  '--nflog-prefix': text('--nflog-prefix', 63),
  '--nflog-group': number('--nflog-group', U16.max, true),
  '--nflog-range': number('--nflog-range', U32.max, true),
  '--nflog-size': number('--nflog-size', U32.max, false),
  '--nflog-threshold': number('--nflog-threshold', U16.max, true),
});
