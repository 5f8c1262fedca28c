// Builds dist/.
//
//   node .ci/build.mjs [FOLDER]    into another folder, with source maps, for tests
import { buildDist } from './dist.mjs';

const [folder] = process.argv.slice(2);
await (folder === undefined ? buildDist('dist') : buildDist(folder, { maps: true }));
