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
  /** Nor has a flow been walked. */
  #isUntouched = false;
  #owed: { readonly probe: Probe; readonly picks: readonly number[]; readonly fresh: boolean | undefined } | undefined;

  constructor(rt: Runtime, reset: () => void) {
    this.#rt = rt;
    this.#reset = reset;
  }

  run(probe: Probe, oracle: ChoiceOracle, record: RecordMode): FlowRecord {
    const rt = this.#rt;
    const { watch } = rt;
    const isFirst = this.#isFirst;
    this.#pay();
    const known = isFirst ? watch.recall(rt, probe, oracle, record) : undefined;
    if (known === undefined) this.#isUntouched = false;
    const told = known ?? runFlow(rt, probe, watch.oracleOf(oracle), record);
    if (known !== undefined || watch.isRecalled) this.#owed = { probe, picks: watch.picks, fresh: oracle.fresh };
    if (known === undefined) watch.learn(rt, probe, told);
    return told;
  }

  reset(): void {
    this.#owed = undefined;
    this.#isFirst = true;
    if (this.#isUntouched) return;
    this.#isUntouched = true;
    this.#reset();
  }

  /** From here on the network is as if every flow had been run. */
  settle(): void {
    this.#isUntouched = false;
    this.#pay();
  }

  #pay(): void {
    this.#isFirst = false;
    this.#rt.watch.stop();
    const owed = this.#owed;
    if (owed === undefined) return;
    this.#owed = undefined;
    this.#isUntouched = false;
    this.#reset();
    let next = 0;
    runFlow(this.#rt, owed.probe, { choose: () => owed.picks[next++] as number, fresh: owed.fresh }, false);
  }
}
