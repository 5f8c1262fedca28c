// The simulated kernel with every mistake planted and asleep, bundled in memory, and the kept cases that it is held to.
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { build } from 'esbuild';
import { globSync, readFileSync } from '../files.mjs';

const RANDOM = ['fixtures/kernel/fuzz', 'fixtures/regressions'];
const ASKED = /^src\/kernel\/(?:.*\/)?[\w-]*linux-(?:answers|stories|packets)\.test\.ts$/;
/** Of random plans that were kept as they came. What once differed was made smaller, and is no run. */
const KEPT = /^fixtures\/kernel\/fuzz\/(?:(\w+)-)?seed-/;
/** Random conversations of single packets, and the tests that they are; each is a flow. */
const SEGMENTS = 'segments';
const PACKETS = { folder: 'fixtures/kernel/conntrack', names: /packets-[\w-]+\.json$/, test: 'connection tracking follows packets as Linux does: ' };
/** Collects tests in place of running them. */
const RUNNER = `
  const path = [];
  export const describe = (name, ...rest) => { path.push(name); rest.at(-1)(); path.pop(); };
  export const it = (name, ...rest) => {
    if (rest.length > 1 && rest[0].skip) return;
    planted.tests.push({ name: [...path, name].join(' '), run: rest.at(-1) });
  };
  export const test = it;
`;
/** How many times as long as without a mistake a case may go on, and how long one of unknown length; what comes by no mistake the clock stops. */
const TIMES_MAX = 50;
const CALLS_MAX = 20_000_000;
const MS_MAX = 20_000;
const require = createRequire(import.meta.url);

/** `only`: what the names of the cases have to contain. */
export async function openKernel(files, only = '') {
  const tests = globSync('src/kernel', ASKED);
  const { outputFiles } = await build({
    stdin: {
      contents: [`export { replayed } from './.ci/mistakes/cases.ts';`, ...tests.map((path) => `import './${path}';`)].join('\n'),
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    define: { 'import.meta.url': JSON.stringify('file:///nowhere.js') },
    logLevel: 'silent',
    plugins: [{ name: 'planted', setup: (builder) => standIn(builder, files) }],
  });
  const script = new vm.Script(`(function (module, exports, require, planted) {${outputFiles[0].text}\n})`);
  const random = RANDOM.flatMap((folder) => globSync(folder, /\.json$/)).map((path) => ({ path, kept: JSON.parse(readFileSync(path, 'utf8')) }));
  return new Kernel(script, random, only);
}

/** By the name of its test, how many conversations a random case has. */
function conversations() {
  const { folder, names, test } = PACKETS;
  const cases = globSync(folder, names).flatMap((path) =>
    JSON.parse(readFileSync(path, 'utf8')).map((one) => ({ ...one, file: path.slice(folder.length + 1) })),
  );
  const random = cases.filter(({ random }) => random !== undefined);
  return new Map(random.map(({ name, file, scripts }) => [`${test}${file} ${name}`, scripts.length]));
}

function standIn(builder, files) {
  builder.onLoad({ filter: /\.ts$/ }, ({ path }) => (files.has(path) ? { contents: files.get(path), loader: 'ts' } : undefined));
  builder.onResolve({ filter: /^node:test$/ }, () => ({ path: 'runner', namespace: 'planted' }));
  builder.onLoad({ filter: /.*/, namespace: 'planted' }, () => ({ contents: RUNNER, loader: 'js' }));
}

class Kernel {
  #script;
  #random;
  #only;
  #planted;
  #conversations = conversations();
  /** By name, in the order in which they are put. */
  cases;

  constructor(script, random, only) {
    this.#script = script;
    this.#random = random;
    this.#only = only;
    this.#begin();
  }

  /** Anew: a run that was stopped may leave anything behind. */
  #begin() {
    this.#planted = createSwitch();
    const module = { exports: {} };
    this.#script.runInThisContext()(module, module.exports, require, this.#planted);
    const { replayed } = module.exports;
    const ofFlows = this.#random.map(({ path, kept }) => [path, () => replayed(kept)]);
    const ofTests = this.#planted.tests.map(({ name, run }) => [name, () => (run(), { differs: undefined, flows: this.#conversations.get(name) ?? 0 })]);
    const all = [...ofFlows, ...ofTests].filter(([name]) => name.includes(this.#only));
    const isRandom = ([name]) => this.kindOf(name) !== undefined;
    this.cases = new Map([...all.filter(isRandom), ...all.filter((one) => !isRandom(one))]);
  }

  /** Of what kind of random flows a case is, if it is one. */
  kindOf(name) {
    if (this.#conversations.has(name)) return SEGMENTS;
    const found = KEPT.exec(name);
    return found === null ? undefined : (found[1] ?? 'ipv4');
  }

  /** What a case comes to: what differs, if anything, and after how many flows; without a mistake also which ones it comes by, and how often. */
  run(name, number, calls) {
    const planted = this.#planted;
    planted.wake(number, calls === undefined ? CALLS_MAX : calls * TIMES_MAX + 10_000);
    try {
      globalThis.plantedCase = this.cases.get(name);
      const told = vm.runInThisContext('plantedCase()', { timeout: MS_MAX });
      return { ...told, ...planted.seen() };
    } catch (error) {
      const seen = planted.seen();
      if (error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') this.#begin();
      // Which of its conversations differs, a test does not say: the last, for all we know.
      return { differs: String(error?.message).split('\n')[0], flows: this.#conversations.get(name) ?? 1, ...seen };
    }
  }
}

/** `planted(number)`: whether this mistake is awake. */
function createSwitch() {
  let awake = -1;
  // What the modules themselves compute when they are loaded is before any case.
  let left = Infinity;
  let most = 0;
  let met = new Set();
  const caches = [];
  const planted = (number) => {
    if (--left < 0) throw new Error('goes on for ever');
    if (awake < 0) met.add(number);
    return number === awake;
  };
  planted.tests = [];
  planted.remembered = (map) => {
    const cache = new Forgetful(map.constructor);
    caches.push(cache);
    return cache;
  };
  planted.wake = (number = -1, limit) => {
    for (const cache of caches) cache.clear();
    met = new Set();
    [awake, left, most] = [number, limit, limit];
  };
  planted.seen = () => ({ met, calls: most - left });
  return planted;
}

/** A map, weak or not, that can be emptied. */
class Forgetful {
  #kind;
  #map;
  constructor(kind) {
    this.#kind = kind;
    this.clear();
  }
  clear() {
    this.#map = new this.#kind();
  }
  get size() {
    return this.#map.size;
  }
  get(key) {
    return this.#map.get(key);
  }
  has(key) {
    return this.#map.has(key);
  }
  set(key, value) {
    this.#map.set(key, value);
    return this;
  }
}
