/**
 * Targets whose work no socket and no other rule of a plan can see, so that the packet goes on: AUDIT, CHECKSUM, CLASSIFY, ECN (no modelled host
 * sets its bits), IDLETIMER. Their options are kept as iptables-save prints them (extensions/libxt_AUDIT.c and so on).
 */
import { type TargetModule, targetModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { takeName, wordIn } from '../value/name.js';
import { takeNumber, U32 } from '../value/number.js';
import { quote } from '../value/quote.js';

/** Printed option by its word. */
type Draft = Map<string, string>;
type Read = (reader: RuleReader, draft: Draft) => void;

/** All of `needs` must be given; options are printed in the order in which they stand here. */
function unseen(name: string, needs: readonly string[], options: Readonly<Record<string, Read>>): TargetModule {
  return targetModule<Draft>({
    name,
    begin: () => new Map(),
    options,
    finish: (reader, draft) => {
      const missing = needs.find((word) => !draft.has(word));
      if (missing !== undefined) refuse(reader, 'missing-option', `\`-j ${name}\` needs ${missing}`);
      return { kind: 'unseen', name, words: Object.keys(options).flatMap((word) => draft.get(word) ?? []) };
    },
  });
}

function flag(word: string): Read {
  return (_reader, draft) => void draft.set(word, word);
}

export const audit: TargetModule = unseen('AUDIT', ['--type'], {
  '--type': (reader, draft) =>
    void draft.set('--type', `--type ${wordIn(reader, takeValue(reader).toLowerCase(), ['accept', 'drop', 'reject'])}`),
});

export const checksum: TargetModule = unseen('CHECKSUM', ['--checksum-fill'], { '--checksum-fill': flag('--checksum-fill') });

export const ecn: TargetModule = unseen('ECN', ['--ecn-tcp-remove'], { '--ecn-tcp-remove': flag('--ecn-tcp-remove') });

/** Numbers of a class are hexadecimal, with or without 0x. */
export const classify: TargetModule = unseen('CLASSIFY', ['--set-class'], {
  '--set-class': (reader, draft) => {
    const [, major, minor] = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(takeValue(reader)) ?? [];
    if (major === undefined || minor === undefined) return refuse(reader, 'bad-class', '`--set-class` takes MAJOR:MINOR in hexadecimal');
    draft.set('--set-class', `--set-class ${major.toLowerCase().padStart(4, '0')}:${minor.toLowerCase().padStart(4, '0')}`);
  },
});

export const idletimer: TargetModule = unseen('IDLETIMER', ['--timeout', '--label'], {
  '--timeout': (reader, draft) => void draft.set('--timeout', `--timeout ${takeNumber(reader, { min: 1, max: U32.max })}`),
  '--label': (reader, draft) => void draft.set('--label', `--label ${quote(takeName(reader, 27))}`),
});
