/** Plans on the real kernel, for those who have no cluster. Apart from plan-api.ts, so that nobody loads it who does not ask for it. */
export { readLabKernel } from '../lab/lab-kernel.js';
export { runLab } from '../lab/run-lab.js';
