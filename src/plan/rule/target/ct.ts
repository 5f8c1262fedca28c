/** -j CT (extensions/libxt_CT.c): no tracking, or a zone of its own. Left out: helpers, events, time-outs, unsupported by name. */
import { type TargetModule, targetModule } from '../module.js';
import { notModelled, takeValue } from '../rule-reader.js';
import { numberIn, U16 } from '../value/number.js';

interface Draft {
  notrack: boolean;
  zone: number | undefined;
}

export const ct: TargetModule = targetModule<Draft>({
  name: 'CT',
  begin: () => ({ notrack: false, zone: undefined }),
  options: {
    '--notrack': (_reader, draft) => {
      draft.notrack = true;
    },
    '--zone': (reader, draft) => {
      const word = takeValue(reader);
      if (word === 'mark') notModelled(reader, '`--zone mark`');
      draft.zone = numberIn(reader, word, U16);
    },
  },
  unmodelled: ['--helper', '--ctevents', '--expevents', '--zone-orig', '--zone-reply', '--timeout'],
  finish: (_reader, draft) => ({ kind: 'ct', ...draft }),
});
