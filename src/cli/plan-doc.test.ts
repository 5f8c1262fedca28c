/** docs/plan.md is true: its example prints what it says, and it names every field there is. HOPSPEC_UPDATE_GOLDEN=1 prints the example anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeProject, type Project } from './testing/project.js';

const DOC = fileURLToPath(new URL('../../docs/plan.md', import.meta.url));
const doc = readFileSync(DOC, 'utf8');

function block(text: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? assert.fail(language);
}

interface Result {
  readonly probes: readonly {
    readonly flows: readonly { readonly path?: { readonly packets: readonly { readonly packet: string }[] } }[];
  }[];
}

let project: Project;
before(() => {
  const plan = block(doc, 'json');
  const wrong = plan.replace('default via 10.0.1.1', 'default via 10.0.9.1');
  project = makeProject({ 'plan.json': plan, 'wrong.json': wrong });
});
after(() => project.remove());

/** As the page shows it: the members of a flow, a packet and its steps on lines of their own. */
function shown(value: unknown, depth: number, indent = ''): string {
  if (depth === 0 || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((each) => `${inner}${shown(each, depth - 1, inner)}`).join(',\n')}\n${indent}]`;
  const members = Object.entries(value).map(([key, each]) => `${inner}${JSON.stringify(key)}: ${shown(each, depth - 1, inner)}`);
  return `{\n${members.join(',\n')}\n${indent}}`;
}

test('the example prints what the page shows', async () => {
  const plain = await project.hopspec(['probe', 'plan.json']);
  const traced = JSON.parse((await project.hopspec(['probe', 'plan.json', '--trace'])).stdout) as Result;
  const wrong = await project.hopspec(['probe', 'wrong.json']);
  assert.equal(wrong.code, 2);
  const packet = traced.probes[0]?.flows[0]?.path?.packets.find((one) => one.packet.endsWith('tcp S'));
  const blocks = { result: `${shown(JSON.parse(plain.stdout), 2)}\n`, trace: `${shown(packet, 2)}\n`, refused: wrong.stderr };
  let text = doc;
  for (const [language, put] of Object.entries(blocks))
    text = text.replace(`\`\`\`${language}\n${block(text, language)}\`\`\``, () => `\`\`\`${language}\n${put}\`\`\``);
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(DOC, text);
  assert.equal(text, readFileSync(DOC, 'utf8'));
});

const NONE = 'q'.repeat(30);
const PLACES: Readonly<Record<string, object>> = {
  plan: { [NONE]: 1 },
  namespace: { netns: { a: { [NONE]: 1 } } },
  link: { netns: { a: { links: [{ [NONE]: 1 }] } } },
  peer: { netns: { a: { links: [{ name: 'e', kind: 'veth', peer: { [NONE]: 1 } }] } } },
  listener: { netns: {}, listeners: [{ [NONE]: 1 }] },
  probe: { netns: {}, probes: [{ [NONE]: 1 }] },
  change: { netns: { a: {} }, probes: [{ change: { a: { [NONE]: 1 } } }] },
};

/** What the error about an unknown field says there is. */
for (const [place, plan] of Object.entries(PLACES)) {
  test(`every field of a ${place} stands on the page`, async () => {
    const other = makeProject({ 'plan.json': JSON.stringify(plan) });
    const { stderr } = await other.hopspec(['probe', 'plan.json']);
    other.remove();
    const [, fields = ''] = /there is no such field[^]*?fix: fields are (.*)/.exec(stderr) ?? assert.fail(stderr);
    for (const field of fields.split(', ')) assert.ok(doc.includes(`\`${field}\``), `${field} of a ${place}`);
  });
}
