/** The capture file of a trace: a section for each outcome, which its interfaces name; before them those of the questions by which a name was looked up. */
import type { Mac } from '../base/mac.js';
import { join, pcapngSection } from './pcapng.js';
import { probabilityText } from './print-tree.js';
import { sightsOf } from './sights.js';
import type { Run } from './to-trace.js';

export interface Recorded {
  readonly runs: readonly Run[];
  /** 0 for a device without an address of its own. */
  readonly macOf: (netns: string, device: string) => Mac;
  readonly questions?: readonly { readonly runs: readonly Run[] }[] | undefined;
}

export function captureFile({ runs, macOf, questions = [] }: Recorded): Uint8Array {
  const sections = (of: readonly Run[], what: string): readonly Uint8Array[] =>
    of.map(({ probability, record }, i) =>
      pcapngSection(sightsOf(record.events, macOf), `${what}outcome ${i + 1} of ${of.length}, probability ${probabilityText(probability)}`),
    );
  const asked = questions.flatMap((question, i) => sections(question.runs, `question ${i + 1} of ${questions.length}, `));
  return join([...asked, ...sections(runs, '')]);
}
