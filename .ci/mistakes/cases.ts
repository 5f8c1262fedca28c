// What Linux answered, as cases that the simulated kernel is held to: random plans and differences once found, and every test beside it whose
// name says that Linux was asked. The tests run under a stand-in for Node's runner, which collects them.
import { judgesOn } from '../../src/sim/fuzz-api.js';
import { type KeptCase, replay } from '../../src/lab/fuzz/case-file.js';

export interface Told {
  /** Undefined where nothing differs. */
  readonly differs: string | undefined;
  /** Flows that were compared up to there. */
  readonly flows: number;
}

export function replayed(kept: KeptCase): Told {
  const { compared, differences } = replay(kept, judgesOn(undefined).simulate);
  const [first] = differences;
  if (first === undefined) return { differs: undefined, flows: compared };
  const upTo = kept.linux.slice(0, kept.plan.probes.findIndex(({ id }) => id === first.id) + 1);
  return { differs: `probe ${first.id}: ${first.what}`, flows: upTo.filter((one) => one !== null).length };
}
