/** `hopspec render`: what the agents write on a node, in the words of the tool that reads it. */
import { inputError, nearest, type RenderFormat } from '../index.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { openSimulation, type SimulationFlags } from './open-simulation.js';

interface RenderFlags extends SimulationFlags {
  readonly node: string;
  readonly format: string;
}

const FORMATS: readonly RenderFormat[] = ['iptables-save', 'ip6tables-save', 'nft', 'ipset', 'ipvsadm', 'ip', 'plan'];

export function render(flags: RenderFlags): ExitCode {
  const text = openSimulation(flags).render(flags.node, renderFormat(flags.format));
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return EXIT.ok;
}

export function renderFormat(text: string): RenderFormat {
  const format = FORMATS.find((known) => known === text);
  if (format !== undefined) return format;
  const near = nearest(text, FORMATS);
  throw inputError('bad-option', `there is no format ${text}`, {
    fix: `${near ? `did you mean ${near}? ` : ''}one of ${FORMATS.join(', ')}`,
  });
}
