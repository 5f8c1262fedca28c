// Mistakes to plant in the simulated kernel, made from its sources as they stand: in each file that is a stage of a packet's way a few turned
// conditions, evenly over its lines; each match that holds where it should not; each target that does nothing.
import { globSync, readFileSync } from '../files.mjs';

const STAGES = /^src\/kernel\/(path|route|neigh|link|socket|netfilter)\/(?!.*(test|testing))[\w/-]+\.ts$/;
const PER_FILE = 4;

/** What is turned into what; the spaces keep types out. */
const TURNS = [
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ < /g, ' >= '],
  [/ > /g, ' <= '],
  [/ <= /g, ' > '],
  [/ >= /g, ' < '],
  [/\bif \(!/g, 'if ('],
  [/\breturn true;/g, 'return false;'],
  [/\breturn false;/g, 'return true;'],
  [/ - 1\b/g, ' - 2'],
  [/ \+ 1\b/g, ' + 2'],
];

/** Each with its stage, the file and the file's text with the mistake. */
export function mistakes() {
  return [...globSync('src/kernel', STAGES).flatMap(turned), ...matches(), ...targets()];
}

function turned(file) {
  const text = readFileSync(file, 'utf8');
  const code = blanked(text);
  const sites = TURNS.flatMap(([pattern, wrong]) => [...code.matchAll(pattern)].map(({ index, 0: right }) => ({ index, right, wrong })));
  sites.sort((a, b) => a.index - b.index);
  const count = Math.min(PER_FILE, sites.length);
  return Array.from({ length: count }, (_, i) => sites[Math.floor(((i + 0.5) * sites.length) / count)]).map(({ index, right, wrong }) => {
    const start = text.lastIndexOf('\n', index) + 1;
    const line = text.slice(start, text.indexOf('\n', index));
    const planted = text.slice(0, index) + wrong + text.slice(index + right.length);
    return { stage: file.slice('src/kernel/'.length, -3), what: turnedLine(line, index - start, right, wrong), file, text: planted };
  });
}

function turnedLine(line, at, right, wrong) {
  return `${line.slice(0, at)}${wrong}${line.slice(at + right.length)}`.trim();
}

/** Comments and texts made blank, so that offsets stay. */
function blanked(text) {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, (found) => found.replaceAll(/[^\n]/g, ' '));
}

function matches() {
  const file = 'src/kernel/netfilter/match/compile-match.ts';
  return kindsIn(file, 'src/kernel/netfilter/match/compile-extension.ts').map((kind) => ({
    stage: `match ${kind}`,
    what: `\`${kind}\` holds where it should not`,
    file,
    text: wrapped(file, 'compileMatch', (right) => `(match.kind === '${kind}' && ${right} !== undefined ? ((test) => (e) => !test(e))(${right}) : ${right})`),
  }));
}

function targets() {
  const file = 'src/kernel/netfilter/target/compile-target.ts';
  return kindsIn(file).map((kind) => ({
    stage: `target ${kind}`,
    what: `\`${kind}\` does nothing`,
    file,
    text: wrapped(file, 'compileTarget', (right) => `(match?.kind === '${kind}' ? () => 'continue' : ${right})`),
  }));
}

/** The kinds that a file has cases for. */
function kindsIn(...files) {
  const found = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/case '([\w-]+)':/g)].map(([, kind]) => kind));
  return [...new Set(found)].sort();
}

function wrapped(file, name, result) {
  const text = readFileSync(file, 'utf8');
  const head = `export function ${name}(`;
  if (!text.includes(head)) throw new Error(`${file} has no longer: ${head}`);
  const right = `right${name}(match, all)`;
  return `${text.replace(head, `function right${name}(`)}\nexport function ${name}(match: any, all?: any): any { return ${result(right)}; }\n`;
}
