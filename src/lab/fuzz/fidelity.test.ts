/** docs/fidelity.md says what the kept cases cover today. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { fidelityText, type FuzzRun, type PlantedMistake, type Source } from './fidelity.js';

const DOCUMENT = 'docs/fidelity.md';
/** Cases whose plans stand in code, and whose answers stand beside their names in fixtures/kernel. */
const IN_CODE = /^src\/kernel\/.*(linux-answers\.test|testing\/[\w-]+)\.ts$/;

function filesBelow(folder: string): readonly string[] {
  return !existsSync(folder) ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`);
}

function noted<T>(path: string): readonly T[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly T[]) : [];
}

function kernelSources(): readonly string[] {
  const files = filesBelow('src/kernel').filter((path) => path.endsWith('.ts') && !path.includes('test'));
  return files.map((path) => readFileSync(path, 'utf8'));
}

/** Plain keys stand in the sources whole, keys of devices as the last word after `conf` or `deviceOr(…, name, `. */
function sysctlsOf(sources: readonly string[]): readonly string[] {
  const keys = new Set<string>();
  for (const text of sources) {
    for (const [, key] of text.matchAll(/'(net\.[\w.-]+\.[\w-]+)'/g)) if (!key?.endsWith('.conf.')) keys.add(key as string);
    for (const [, key] of text.matchAll(/device(?:Or|Max)\(sysctls, name, '(\w+)'\)/g)) keys.add(`net.ipv4.conf.DEVICE.${key}`);
  }
  return [...keys].filter((key) => !key.endsWith('.')).sort();
}

it('docs/fidelity.md is what the kept cases cover', () => {
  const json = ['fixtures/kernel', 'fixtures/regressions'].flatMap(filesBelow).filter((path) => path.endsWith('.json'));
  const paths = [...json, ...filesBelow('src/kernel').filter((path) => IN_CODE.test(path))].sort();
  const sources: Source[] = paths.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  const text = fidelityText({
    kernel: '6.18',
    sources,
    sysctls: sysctlsOf(kernelSources()),
    runs: noted<FuzzRun>('fixtures/kernel/fuzz-runs.json'),
    mistakes: noted<PlantedMistake>('fixtures/kernel/mistakes.json'),
  });
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(DOCUMENT, text);
  assert.equal(text, readFileSync(DOCUMENT, 'utf8'));
});
