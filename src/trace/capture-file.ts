/** The capture file of a trace: a section for each outcome, which its interfaces name. */
import type { Mac } from '../base/mac.js';
import { join, pcapngSection } from './pcapng.js';
import { probabilityText } from './print-tree.js';
import { sightsOf } from './sights.js';
import type { Run } from './to-trace.js';

export interface Recorded {
  readonly runs: readonly Run[];
  /** 0 for a device without an address of its own. */
  readonly macOf: (netns: string, device: string) => Mac;
}

export function captureFile({ runs, macOf }: Recorded): Uint8Array {
  return join(
    runs.map(({ probability, record }, i) =>
      pcapngSection(sightsOf(record.events, macOf), `outcome ${i + 1} of ${runs.length}, probability ${probabilityText(probability)}`),
    ),
  );
}
