/** The simulation and the kernel under it in one bundle, as the packed command line has them; a measurement reaches into both. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const bundle = join(root, 'out/bench/engine.mjs');

const ENTRY = `
export { parseIp } from './src/base/ip.js';
export { createSimulation } from './src/sim/simulation.js';
export { defaultCluster } from './src/manifest/cluster/defaults.js';
export { createNetwork } from './src/kernel/network.js';
export { compileChain } from './src/kernel/netfilter/chain/compile-chain.js';
export { readIptables, writeIptables } from './src/plan/iptables-text.js';
export { nftRuleset } from './src/plan/nft/nft-ruleset.js';
`;

/** Made anew for each run of the bench, and loaded by its processes. */
export async function buildEngine() {
  mkdirSync(dirname(bundle), { recursive: true });
  await build({
    stdin: { contents: ENTRY, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    outfile: bundle,
    logLevel: 'error',
  });
}

export async function loadEngine() {
  if (!existsSync(bundle)) await buildEngine();
  return import(pathToFileURL(bundle).href);
}
