/** Support code that a run `--on lab` or `--on both` loads besides the bindings, in every worker: it brings the real kernel. */
import { readLabKernel } from '../../sim/lab-api.js';
import { checkLab, installLab } from '../../sim/lab/lab-judge.js';

/** As `--kernel` says it. */
const { HOPSPEC_KERNEL: named } = process.env;
const kernel = readLabKernel(named === '' ? undefined : named);

installLab(kernel);

/** Throws where it cannot judge here, in one line instead of one for each scenario. */
export function checkRealKernel(): void {
  checkLab(kernel);
}
