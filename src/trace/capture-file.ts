/** The capture file of a trace: a section for each outcome, which its interfaces name; before them those of the questions by which a name was looked up. */
import type { Mac } from '../base/mac.js';
import { encodeFrame } from '../packet/wire/encode-packet.js';
import { join, pcapngSection, sectionTitle } from './pcapng.js';
import { type Sight, sightsOf } from './sights.js';
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
      captureSection(sightsOf(record.events, macOf), `${what}${sectionTitle(i, of.length, probability)}`),
    );
  const asked = questions.flatMap((question, i) => sections(question.runs, `question ${i + 1} of ${questions.length}, `));
  return join([...asked, ...sections(runs, '')]);
}

export function captureSection(sights: readonly Sight[], title: string): Uint8Array {
  const frames = sights.map(({ t, netns, device, outgoing, frame }) => ({ t, netns, device, outgoing, bytes: encodeFrame(frame) }));
  return pcapngSection(frames, title);
}
