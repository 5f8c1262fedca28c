/** `hopspec lab`: a plan's probes on the real kernel. */
import { unsupported } from '../index.js';

export function lab(_plan: string): never {
  throw unsupported('lab', 'running a plan on the real kernel is not part of the command line yet', {
    fix: '`hopspec probe` runs it on the simulated one',
  });
}
