/**
 * The pages of docs/ are true: what they show is put into one project, beside what `hopspec init` makes, and run; what they say is printed is printed. A block
 * with a path after its language is that file. A line of `sh` is run, and a `text` block after it is its output. All specs run at once, for speed; a page
 * may give a file twice, and means the last one before the command. HOPSPEC_UPDATE_GOLDEN=1 prints the outputs anew.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { readCluster } from '../index.js';
import { stepsPage } from './steps/steps-page.js';
import { makeProject, type Project } from './testing/project.js';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const DOCS = join(REPOSITORY, 'docs');
const UPDATE = process.env['HOPSPEC_UPDATE_GOLDEN'] === '1';
/** Set-up that a reader does once. */
const NOT_RUN = /^(mkdir|cd|sudo|apt-get|npm install|npm init|npx hopspec init|npx hopspec run --(?:watch|on)|npx hopspec lab)\b/;

interface Block {
  readonly language: string;
  readonly path: string | undefined;
  readonly text: string;
}

const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && (name.includes('/') || name === 'tutorial.md' || name === 'README.md'))
  .sort();
const textOf = (page: string): string => readFileSync(join(DOCS, page), 'utf8');
const blocksOf = (page: string): Block[] =>
  [...textOf(page).matchAll(/^```(\w*)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language = '', path, text = '']) => ({ language, path, text }));

/** Each file's texts in their order: the first version of every file runs first, then the second ones. */
const versions = new Map<string, string[]>();
const owners = new Map<string, string>();
for (const page of pages) {
  for (const { path, text } of blocksOf(page)) {
    if (path === undefined) continue;
    assert.equal(owners.get(path) ?? page, page, `${path} is a file of two pages`);
    owners.set(path, page);
    versions.set(path, [...(versions.get(path) ?? []), text]);
  }
}

describe('docs', { timeout: 300_000 }, () => {
  let project: Project;
  /** What the report says of a feature file, by its version. */
  const reports: Map<string, string>[] = [];

  before(async () => {
    project = makeProject({});
    await project.hopspec(['init']);
    for (const [path, [text]] of versions) {
      const file = join(project.folder, path);
      if (existsSync(file)) assert.equal(text, readFileSync(file, 'utf8'), `${path} is not as hopspec init writes it`);
    }
    for (let version = 0; reports.length < Math.max(1, ...[...versions.values()].map((texts) => texts.length)); version++) {
      const changed = [...versions].filter(([, texts]) => texts[version] !== undefined);
      for (const [path, texts] of changed) put(path, texts[version] ?? '');
      const features = changed.map(([path]) => path).filter((path) => path.endsWith('.feature'));
      const { stdout } = await project.hopspec(['run', ...(version === 0 ? ['features'] : features)]);
      reports.push(sections(stdout));
    }
  });
  after(() => project.remove());

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(project.folder, path)), { recursive: true });
    writeFileSync(join(project.folder, path), text);
  }

  for (const page of pages) {
    test(`${page} shows what is printed`, async () => {
      let shown = textOf(page);
      let output: string | undefined;
      const seen = new Map<string, number>();
      for (const block of blocksOf(page)) {
        if (block.path !== undefined) seen.set(block.path, (seen.get(block.path) ?? -1) + 1);
        else if (block.language === 'sh') output = await outputOf(block.text, seen);
        else if (block.language === 'text') {
          assert.ok(output !== undefined, `nothing printed\n${block.text}`);
          shown = shown.replace(`\`\`\`text\n${block.text}\`\`\``, () => `\`\`\`text\n${output}\`\`\``);
        } else assert.ok(block.language === 'json' && JSON.parse(block.text), `a block of ${block.language || 'no language'} is not run`);
      }
      if (UPDATE) writeFileSync(join(DOCS, page), shown);
      assert.equal(textOf(page), shown);
    });
  }

  /** Of the last line that prints something. */
  async function outputOf(script: string, seen: ReadonlyMap<string, number>): Promise<string | undefined> {
    let output: string | undefined;
    for (const line of script.replaceAll('\\\n', ' ').trim().split('\n')) {
      const command = line.replace(/\s+#.*$/, '').trim();
      if (NOT_RUN.test(command)) continue;
      const [, verb = '', rest = '', head] =
        /^npx hopspec (\w+)\s*([^|]*)(?:\| head -(\d+))?$/.exec(command) ?? assert.fail(`${command} is not run`);
      const args = rest.split(/\s+/).filter((word) => word !== '');
      const paths = args.every((word) => word.endsWith('.feature')) ? args : undefined;
      output = verb === 'run' && paths !== undefined ? report(paths, seen) : (await project.hopspec([verb, ...args])).stdout;
      if (head !== undefined) output = `${output.split('\n').slice(0, Number(head)).join('\n')}\n`;
    }
    return output;
  }

  function report(paths: readonly string[], seen: ReadonlyMap<string, number>): string {
    const files = paths.length > 0 ? paths : ['features/nginx.feature'];
    const texts = files.map((path) => reports[seen.get(path) ?? 0]?.get(path) ?? assert.fail(`${path} did not run`));
    return `${texts.join('\n')}\n${summary(texts.join(''))}\n`;
  }
});

/** The part of each file, without the summary. */
function sections(stdout: string): Map<string, string> {
  const parts = stdout.split(/^(?=\S+\.feature$)/m);
  return new Map(
    parts.map((part) => [/^\S+/.exec(part)?.[0] ?? '', part.replace(/\n\n\d+ scenarios?: [^]*$/, '\n').replace(/\n+$/, '\n')]),
  );
}

function summary(text: string): string {
  const passed = (text.match(/^ {2}✓ /gm) ?? []).length;
  const failed = (text.match(/^ {2}✗ /gm) ?? []).length;
  const unsaid = (text.match(/^ {2}\? /gm) ?? []).length;
  const counts = [passed > 0 ? `${passed} passed` : '', failed > 0 ? `${failed} failed` : '', unsaid > 0 ? `${unsaid} cannot say` : ''];
  const all = passed + failed + unsaid;
  return `${all} scenario${all === 1 ? '' : 's'}: ${counts.filter((part) => part !== '').join(', ')}`;
}

test('the page of wordings is what `hopspec steps --markdown` prints', () => {
  const path = join(DOCS, 'reference/wordings.md');
  if (UPDATE) writeFileSync(path, stepsPage());
  assert.equal(readFileSync(path, 'utf8'), stepsPage());
});

test('links lead somewhere', () => {
  const broken = [...pages.map((page) => join(DOCS, page)), join(REPOSITORY, 'README.md')].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, link = '']) => resolve(dirname(file), link))
      .filter((target) => !existsSync(target))
      .map((target) => `${relative(REPOSITORY, file)}: ${relative(REPOSITORY, target)}`),
  );
  assert.deepEqual(broken, []);
});

test('every page is on the list of pages', () => {
  const index = textOf('README.md');
  const all = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md') && name !== 'README.md');
  assert.deepEqual(
    all.filter((name) => !index.includes(`](${name})`)),
    [],
  );
});

test('every command and option stands on the page of commands', () => {
  const page = textOf('reference/commands.md');
  const source = readFileSync(new URL('./main.ts', import.meta.url), 'utf8');
  const commands = [...source.matchAll(/\.command\('(\w+)'\)/g)].map(([, name = '']) =>
    name === 'merge' ? 'hopspec report merge' : `hopspec ${name}`,
  );
  const options = [...source.matchAll(/'(?:-\w, )?(--[\w-]+)/g)].map(([, name]) => name ?? '');
  assert.deepEqual(
    [...commands, ...options].filter((word) => !page.includes(word)),
    [],
  );
});

test('every field of a cluster file stands on its page, and its example is one', () => {
  const page = textOf('reference/cluster-file.md');
  const file = /^```yaml clusters\/\S+\n(.*?)^```$/ms.exec(page)?.[1] ?? '';
  assert.equal(readCluster(file, 'clusters/all.yaml').nodes.length, 3);
});
