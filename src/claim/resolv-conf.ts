/** `pod A has the resolv.conf:`: the whole file, line by line; options may stand in any order, as the kubelet writes them in none. */
import { ClaimMismatch } from '../base/errors.js';
import { labelled } from './explain/mismatch.js';

export function judgeResolvConf(
  wanted: string,
  found: string,
  { place, replay }: { readonly place: string; readonly replay: string },
): void {
  const [want, have] = [linesOf(wanted), linesOf(found)];
  if (want.join('\n') === have.join('\n')) return;
  const missing = want.find((line) => !have.includes(line));
  const extra = have.find((line) => !want.includes(line));
  throw new ClaimMismatch([
    {
      code: 'claim-mismatch',
      message: [
        `the resolv.conf of ${place} is another`,
        ...labelled('expected', missing ?? `no line ${extra ?? ''}`),
        ...labelled('happened', extra ?? `no line ${missing ?? ''}`),
        ...have.flatMap((line, i) => (i === 0 ? labelled('the file', line) : [`${' '.repeat(14)}${line}`])),
        ...labelled('replay', replay),
      ].join('\n'),
    },
  ]);
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([word]) => word !== '' && word !== undefined)
    .map(([word = '', ...rest]) => [word, ...(word === 'options' ? rest.sort() : rest)].join(' '));
}
