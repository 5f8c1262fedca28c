// What Node's runner is given. Tests that only compute share a few processes, for most of a small test's time goes into loading what it tests.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { buildDist } from './dist.mjs';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from './files.mjs';

const FOLDER = 'out/unit';
/** These start programs, or wait for Linux: side by side they wait together. */
const BY_ITSELF = /^src\/lab\/|\/real-kernel\.test|^src\/(cli|report)\/|^steps\//;
const ASKS_LINUX = /^src\/lab\/|\/real-kernel\.test|^src\/cli\/lab/;

/** All test files; without those that ask Linux where its answers do not matter. */
export function unitFiles({ withLinux = true } = {}) {
  const all = [...globSync('src', /\.test\.ts$/), ...globSync('steps', /\.test\.ts$/)];
  const asked = all.filter((file) => withLinux || !ASKS_LINUX.test(file));
  const shared = asked.filter((file) => !BY_ITSELF.test(file));
  return [...together(shared), ...asked.filter((file) => BY_ITSELF.test(file))];
}

/** Tests of the command line start it often: as it is built for shipping, in a third of the time. */
export async function withBuilt() {
  const folder = 'out/tested';
  cpSync('package.json', `${folder}/package.json`);
  await buildDist(`${folder}/dist`, { maps: true });
  return { ...process.env, HOPSPEC_MAIN: resolve(`${folder}/dist/cli/main.js`) };
}

/** Files that import the others: neighbours go to different ones, so that all take about as long. */
function together(files) {
  const count = 2 * availableParallelism();
  rmSync(FOLDER);
  mkdirSync(FOLDER);
  return Array.from({ length: count }, (_, i) => {
    const name = `${FOLDER}/together-${i + 1}.test.ts`;
    const lines = files.filter((_, at) => at % count === i).map((file) => `import '../../${file}';\n`);
    writeFileSync(name, lines.join(''));
    return name;
  });
}
