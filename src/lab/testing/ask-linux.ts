/**
 * For tests that keep what Linux answered: with HOPSPEC_UPDATE_GOLDEN=1, as root, Linux is asked again, which is this machine's kernel or, with
 * HOPSPEC_KERNEL=qemu, one in a guest machine.
 */
import { UnsupportedError } from '../../base/errors.js';
import type { Plan } from '../../plan/plan.js';
import { execute } from '../execute.js';
import { readLabKernel } from '../lab-kernel.js';
import type { RawFlow, RawProbe } from '../lab-result.js';

const { HOPSPEC_KERNEL, HOPSPEC_UPDATE_GOLDEN } = process.env;

export const ASK_LINUX = HOPSPEC_UPDATE_GOLDEN === '1' && (process.getuid?.() === 0 || HOPSPEC_KERNEL !== undefined);

export function askLinux(plan: Plan): readonly RawProbe[] {
  return execute(plan, { kernel: readLabKernel(HOPSPEC_KERNEL) }).probes;
}

export function flowsOfLinux(plan: Plan): readonly RawFlow[] {
  return askLinux(plan).flatMap(({ flows }) => flows);
}

/** Undefined where the kernel or the tools at hand lack something of the plan. */
export function askLinuxIfAble(plan: Plan): readonly RawProbe[] | undefined {
  try {
    return askLinux(plan);
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}
