/** The verdict of a run: each scenario's last attempt counts, and the worst of them is the exit code. */
import type { Envelope } from '../../report/envelope.js';
import type { Outcome } from '../../report/outcome.js';
import { readResults } from '../../report/scenario-results.js';
import { emptyScenarioText, parseFaultText } from '../../report/trouble-text.js';
import { EXIT, type ExitCode, worst } from '../exit-code.js';

const CODES: Readonly<Record<Outcome, ExitCode>> = {
  passed: EXIT.ok,
  skipped: EXIT.nothingRan,
  failed: EXIT.claimFailed,
  wrong: EXIT.wrongInput,
  'cannot say': EXIT.cannotSay,
  broken: EXIT.ownFailure,
};

/** `say` hears of what Cucumber's own reports would pass over, where ours is not shown. */
export function readVerdict(say: (text: string) => void): { read(envelope: Envelope): void; code(): ExitCode } {
  const codes = new Set<ExitCode>();
  const results = readResults(
    (scenario) => {
      codes.add(CODES[scenario.outcome]);
      if (scenario.outcome === 'wrong' && scenario.troubles.length === 0) say(emptyScenarioText(scenario));
    },
    (fault) => {
      codes.add(EXIT.wrongInput);
      say(parseFaultText(fault));
    },
  );
  return {
    read: (envelope) => results.read(envelope),
    // One scenario that passed is enough for skipped ones not to matter.
    code: () =>
      worst([...codes].filter((code) => code !== EXIT.nothingRan || codes.size === 1).concat(codes.size === 0 ? [EXIT.nothingRan] : [])),
  };
}
