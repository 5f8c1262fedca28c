/** Support code that a run `--on lab` or `--on both` loads besides the bindings, in every worker: it brings the real kernel. */
import { installLab } from '../../sim/lab/lab-judge.js';

export { checkLab } from '../../sim/lab/lab-judge.js';

installLab();
