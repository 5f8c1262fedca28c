/**
 * -j CT (extensions/libxt_CT.c): no tracking, or how the connection shall be tracked: its zone, by direction, and what nobody on the packet's way
 * sees: a helper, and which events are told. Left out: time-out policies, which stand in no plan, unsupported by name.
 */
import { type TargetModule, targetModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { CtZone } from '../rule.js';
import { takeName, takeWords } from '../value/name.js';
import { numberIn, U16 } from '../value/number.js';

interface Draft {
  notrack: boolean;
  zone: CtZone | undefined;
  /** Printed options by their words. */
  readonly others: Map<string, string>;
}

const EVENTS = ['new', 'related', 'destroy', 'reply', 'assured', 'protoinfo', 'helper', 'mark', 'natseqinfo', 'secmark', 'label'] as const;
const ORDER = ['--helper', '--ctevents', '--expevents'];

function zoneOf(directions: CtZone['directions']): (reader: RuleReader, draft: Draft) => void {
  return (reader, draft) => {
    if (draft.zone !== undefined) refuse(reader, 'repeated-option', 'one rule names one zone');
    const word = takeValue(reader);
    draft.zone = { directions, id: word === 'mark' ? 'mark' : numberIn(reader, word, U16) };
  };
}

export const ct: TargetModule = targetModule<Draft>({
  name: 'CT',
  begin: () => ({ notrack: false, zone: undefined, others: new Map() }),
  options: {
    '--notrack': (_reader, draft) => {
      draft.notrack = true;
    },
    '--zone': zoneOf('both'),
    '--zone-orig': zoneOf('original'),
    '--zone-reply': zoneOf('reply'),
    '--helper': (reader, { others }) => void others.set('--helper', `--helper ${takeName(reader, 15)}`),
    '--ctevents': (reader, { others }) => void others.set('--ctevents', `--ctevents ${takeWords(reader, EVENTS).join(',')}`),
    '--expevents': (reader, { others }) => void others.set('--expevents', `--expevents ${takeWords(reader, ['new'] as const).join(',')}`),
  },
  unmodelled: ['--timeout'],
  finish: (_reader, { notrack, zone, others }) => ({ kind: 'ct', notrack, zone, words: ORDER.flatMap((word) => others.get(word) ?? []) }),
});
