/** `--kernel qemu`, and `--kernel qemu:FILE` with a linux-image package or a kernel to boot; `HOPSPEC_KERNEL_IMAGE` names the file too. */
import { inputError } from '../base/errors.js';
import type { LabKernel } from './execute.js';

/** Undefined: this machine's own. */
export function readLabKernel(text: string | undefined, environment: NodeJS.ProcessEnv = process.env): LabKernel | undefined {
  if (text === undefined || text === 'host') return undefined;
  const named = /^qemu(?::(.+))?$/.exec(text);
  if (named === null) throw inputError('bad-option', `--kernel ${text}: there is no such kernel`, { fix: 'host, qemu or qemu:FILE' });
  const { HOPSPEC_KERNEL_IMAGE: image } = environment;
  return { kind: 'qemu', image: named[1] ?? (image === '' ? undefined : image) };
}
