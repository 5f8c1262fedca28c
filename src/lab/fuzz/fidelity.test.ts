/** docs/fidelity.md says what the kept cases cover today. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { fidelityText, type FuzzRun, type PlantedMistake, type Source, type Sysctl } from './fidelity.js';

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

/** With the usual value of each. Plain keys stand in the sources whole, keys of devices as the last word after `conf` or `deviceOr(…, name, `. */
function sysctlsOf(sources: readonly string[]): readonly Sysctl[] {
  const keys = new Map<string, string>();
  const all = sources.join('\n');
  for (const [, key = ''] of all.matchAll(/'(net\.[\w.-]+\.[\w-]+)'/g)) {
    if (!/\.(conf\.|neigh|)$/.test(key)) keys.set(key, new RegExp(`'${key}': (\\d+),`).exec(all)?.[1] ?? '0');
  }
  const usual = /CONF_DEFAULTS.*= \{ (.*) \}/.exec(all)?.[1] ?? '';
  for (const [, key = ''] of all.matchAll(/device(?:Or|Max)\(sysctls, name, '(\w+)'\)/g))
    keys.set(`net.ipv4.conf.DEVICE.${key}`, new RegExp(`${key}: (\\d+)`).exec(usual)?.[1] ?? '0');
  for (const [, key = '', value = ''] of (/^const DEFAULTS = \{\n {2}delay_first[^}]*/m.exec(all)?.[0] ?? '').matchAll(/(\w+): ([\d_]+),/g))
    for (const family of ['ipv4', 'ipv6']) keys.set(`net.${family}.neigh.DEVICE.${key}`, value.replaceAll('_', ''));
  return [...keys].map(([name, value]) => ({ name, usual: value })).sort((a, b) => (a.name < b.name ? -1 : 1));
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
