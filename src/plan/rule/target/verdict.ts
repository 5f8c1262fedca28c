/** -j ACCEPT, DROP, RETURN, NOTRACK and TRACE, which take no options. */
import { type TargetModule, targetModule } from '../module.js';
import type { Target } from '../rule.js';

function bare(name: string, target: Target): TargetModule {
  return targetModule({ name, begin: () => undefined, finish: () => target });
}

export const accept: TargetModule = bare('ACCEPT', { kind: 'accept' });
export const drop: TargetModule = bare('DROP', { kind: 'drop' });
export const returns: TargetModule = bare('RETURN', { kind: 'return' });
export const notrack: TargetModule = bare('NOTRACK', { kind: 'notrack' });
export const trace: TargetModule = bare('TRACE', { kind: 'trace' });
