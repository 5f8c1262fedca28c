/** `hopspec steps`: every wording that has a binding, and the parts of a sentence about traffic, each with an example. */
import { CLAIM_WORDINGS } from '../../claim/wordings.js';
import { WORDINGS } from '../../report/wordings.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { stepsPage } from './steps-page.js';

export function steps({ json, markdown }: { readonly json?: boolean; readonly markdown?: boolean }): ExitCode {
  process.stdout.write(markdown ? stepsPage() : json ? `${JSON.stringify(asJson(), undefined, 2)}\n` : asText());
  return EXIT.ok;
}

function asJson(): unknown {
  const wordings = WORDINGS.map(({ group, expression, example, argument, notYet }) => ({
    group,
    expression,
    example,
    argument: argument ?? null,
    modelled: notYet !== true,
  }));
  return { schema: 'hopspec.dev/steps/v1', steps: wordings, traffic: CLAIM_WORDINGS };
}

function asText(): string {
  const lines: string[] = [];
  let group = '';
  for (const wording of WORDINGS) {
    if (wording.group !== group) lines.push('', wording.group);
    group = wording.group;
    const more = [wording.argument && `followed by a ${wording.argument}`, wording.notYet && 'not modelled yet'].filter(Boolean);
    lines.push(`  ${wording.example}${more.length > 0 ? `   # ${more.join('; ')}` : ''}`);
  }
  return `${lines.slice(1).join('\n')}\n\n${trafficText()}`;
}

const PARTS = ['subject', 'object', 'route', 'qualifier'] as const;

function trafficText(): string {
  const lines = ['The parts of a sentence about traffic'];
  for (const group of PARTS) {
    lines.push(`  ${group}`);
    for (const part of CLAIM_WORDINGS.filter((wording) => wording.group === group)) {
      const more = part.notModelled ? `${part.meaning}; not modelled yet` : part.meaning;
      lines.push(`    ${part.wording.padEnd(44)} ${more}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
