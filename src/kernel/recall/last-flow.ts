/**
 * Flows one after the other. One that was recalled has changed nothing in the network, though it should have: whoever asks for what it left
 * behind, and be it by another flow, has it run first, with the same choices. Mostly reset() comes before that.
 */
import type { ChoiceOracle } from '../../base/choice.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Probe, RecordMode } from '../contract.js';
import { runFlow } from '../flow.js';
import type { Runtime } from '../runtime.js';

export class LastFlow {
  readonly #rt: Runtime;
  readonly #reset: () => void;
  /** Nothing has happened since reset(). */
  #isFirst = true;
  #owed: { readonly probe: Probe; readonly picks: readonly number[]; readonly fresh: boolean | undefined } | undefined;

  constructor(rt: Runtime, reset: () => void) {
    this.#rt = rt;
    this.#reset = reset;
  }

  run(probe: Probe, oracle: ChoiceOracle, record: RecordMode): FlowRecord {
    const { watch } = this.#rt;
    const isFirst = this.#isFirst;
    this.settle();
    const told = runFlow(this.#rt, probe, isFirst ? watch.begin(this.#rt, probe, oracle, record) : oracle, record);
    if (watch.isRecalled) this.#owed = { probe, picks: watch.picks.slice(), fresh: oracle.fresh };
    return told;
  }

  reset(): void {
    this.#owed = undefined;
    this.#isFirst = true;
    this.#reset();
  }

  /** From here on the network is as if every flow had been run. */
  settle(): void {
    this.#isFirst = false;
    this.#rt.watch.stop();
    const owed = this.#owed;
    if (owed === undefined) return;
    this.#owed = undefined;
    this.#reset();
    let next = 0;
    runFlow(this.#rt, owed.probe, { choose: () => owed.picks[next++] as number, fresh: owed.fresh }, false);
  }
}
