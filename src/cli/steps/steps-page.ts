/** `hopspec steps --markdown`: every wording as a page, which is docs/reference/wordings.md. */
import { CLAIM_WORDINGS, type Wording as ClaimWording } from '../../claim/wordings.js';
import { WORDINGS } from '../../report/wordings.js';

const PARTS: readonly (readonly [group: ClaimWording['group'], title: string, intro: string])[] = [
  ['subject', 'Who sends', 'Stands before `can reach`, `cannot reach` and `can sometimes reach`.'],
  ['object', 'Who is called', 'Stands after them.'],
  ['route', 'By which way', 'Optional, after who is called.'],
  [
    'qualifier',
    'What else must be true',
    'Joined with `and` or a comma. Each also stands alone about the last claim, with `it` before it: `And it is SNATed`.',
  ],
  ['path line', 'The lines of a path', 'The second column of `the path is:`. `*` stands for any text.'],
];

export function stepsPage(): string {
  const groups = [...new Set(WORDINGS.map(({ group }) => group))];
  const lines = [
    '# Wordings',
    '',
    'Made by `npx hopspec steps --markdown`. Every step that is understood, each with an example, and the parts that a sentence about traffic is made of. A',
    'wording that is *not modelled yet* is understood and ends its scenario with "cannot say"; it never passes.',
    '',
    ...groups.flatMap((group) => ['', `## ${group}`, '', '| example | as registered | |', '|---|---|---|', ...rowsOf(group)]),
    '',
    '## The parts of a sentence about traffic',
    ...PARTS.flatMap(([group, title, intro]) => ['', `### ${title}`, intro, '', '| wording | means |', '|---|---|', ...partsOf(group)]),
  ];
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

function rowsOf(name: string): string[] {
  return WORDINGS.filter(({ group }) => group === name).map(({ example, expression, argument, notYet }) => {
    const more = [argument && `then a ${argument}`, notYet && 'not modelled yet'].filter(Boolean);
    return `| ${code(example)} | ${code(expression)} | ${more.join('; ')} |`;
  });
}

function partsOf(name: ClaimWording['group']): string[] {
  return CLAIM_WORDINGS.filter(({ group }) => group === name).map(
    ({ wording, meaning, notModelled }) => `| ${code(wording)} | ${meaning}${notModelled ? '; not modelled yet' : ''} |`,
  );
}

/** A bar would end the cell. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
