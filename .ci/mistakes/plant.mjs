// Mistakes planted in the simulated kernel, made from its sources as they stand: in each file that is a stage of a packet's way a few turned
// conditions; each match that holds where it should not; each target that does nothing. All are planted at once, each asleep until it is called
// by its number: `planted(number)` stands before every one and says whether it is awake.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { globSync, readFileSync } from '../files.mjs';
import { parse, rewritten, sitesIn } from './sites.mjs';

const STAGES = /^src\/kernel\/(path|route|neigh|link|socket|netfilter|ipv6|ipvs|nft)\/(?!.*(test|testing))[\w/-]+\.ts$/;
const PER_FILE = 4;
const MATCHES = 'src/kernel/netfilter/match/compile-match.ts';
const EXTENSIONS = 'src/kernel/netfilter/match/compile-extension.ts';
const TARGETS = 'src/kernel/netfilter/target/compile-target.ts';
/** What a module remembers from one run to the next. */
const REMEMBERED = /^(const \w+ = )(new (?:Weak)?Map<.*>\(\));$/gm;

/** `list`: each with its number, stage and what it is; `files`: the text of each source file with all of them in it, by its whole path. */
export function plantAll() {
  const list = [];
  const files = new Map();
  const name = (stage, what) => list.push({ number: list.length, stage, what }) - 1;
  for (const file of globSync('src/kernel', /(?<!\.test)\.ts$/)) {
    const text = readFileSync(file, 'utf8');
    const turned = STAGES.test(file) ? withTurns(file, text, name) : text;
    files.set(resolve(file), turned.replaceAll(REMEMBERED, '$1planted.remembered($2);'));
  }
  const add = (file, more) => files.set(resolve(file), more(files.get(resolve(file))));
  add(MATCHES, (text) => wrapped(text, 'compileMatch', matchMistake, numbersOf('match', kindsIn(MATCHES, EXTENSIONS), name)));
  add(TARGETS, (text) => wrapped(text, 'compileTarget', targetMistake, numbersOf('target', kindsIn(TARGETS), name)));
  return { list, files };
}

/** Those whose names' hashes come first: the same ones, whatever else changes in the file. */
function withTurns(file, text, name) {
  const stage = file.slice('src/kernel/'.length, -3);
  const source = parse(file, text);
  const ranked = sitesIn(source).map((site) => ({ ...site, rank: createHash('sha256').update(`${stage} ${site.what}`).digest('hex') }));
  const few = ranked.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, PER_FILE);
  const chosen = new Map(few.map(({ node, what }) => [node, name(stage, what)]));
  return rewritten(source, chosen, (number, { right, wrong }) => `(planted(${number}) ? ${wrong} : ${right})`);
}

function numbersOf(sort, kinds, name) {
  return Object.fromEntries(kinds.map((kind) => [kind, name(`${sort} ${kind}`, sort === 'match' ? 'holds where it should not' : 'does not do it')]));
}

/** What asks nothing (a comment) does not hold. */
const matchMistake = `right === undefined ? (number === undefined ? right : () => !planted(number)) : (e) => planted(number) !== right(e)`;
/** What does nothing to a packet drops it. */
const targetMistake = `(e) => (planted(number) ? (DOES_NOTHING.has(match.kind) ? 'drop' : 'continue') : right(e))`;

/** The kinds that a file has cases for. */
function kindsIn(...files) {
  const found = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/case '([\w-]+)':/g)].map(([, kind]) => kind));
  return [...new Set(found)].sort();
}

function wrapped(text, name, mistake, numbers) {
  const head = `export function ${name}(`;
  if (!text.includes(head)) throw new Error(`no longer in the sources: ${head}`);
  return `${text.replace(head, `function right${name}(`)}
const DOES_NOTHING = new Set(['log', 'nflog', 'trace', 'unseen']);
const NUMBERS = ${JSON.stringify(numbers)};
export function ${name}(match: any, all?: any): any {
  const right = right${name}(match, all);
  const number = NUMBERS[match?.kind];
  return number === undefined ? right : ${mistake};
}
`;
}
