/**
 * Keeps the memory of a large suite down. Cucumber holds every step and its result until the run is over; what is garbage beside that, V8 would let
 * grow to three times as much before it looks. Here it looks when a third has been added, which costs some time, so that few scenarios never ask for it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Envelope } from '../../report/envelope.js';

/** Of feature files: some two thousand scenarios. */
const CHARACTERS_MANY = 500_000;

export function watchSize(): (envelope: Envelope) => void {
  let characters = 0;
  return ({ source }) => {
    if (source === undefined || characters > CHARACTERS_MANY) return;
    characters += source.data.length;
    if (characters > CHARACTERS_MANY) collectOften();
  };
}

/** How far the heap may grow is reckoned anew at the end of a collection. */
function collectOften(): void {
  setFlagsFromString('--heap-growing-percent=33');
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
