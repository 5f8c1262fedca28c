// A lock file written where the registry offers packages for one platform only lacks the optional packages of the others, and `npm ci`
// refuses it everywhere. This adds them, by name and version; their integrity is filled in by the next `npm install` that can see them.
import { readFileSync, writeFileSync } from './files.mjs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const systems = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  aix: 'aix',
  win32: 'win32',
  fsevents: 'darwin',
};
const processors = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
  mips64el: 'mips64el',
  wasm32: 'wasm32',
};
const libraries = { musl: 'musl', musleabihf: 'musl', gnu: 'glibc', gnueabihf: 'glibc' };

for (const { dev, optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    if (lock.packages[`node_modules/${name}`] !== undefined) continue;
    const words = name.split(/[/-]/);
    const pick = (table) => words.map((word) => table[word]).find((found) => found !== undefined);
    const entry = { version: range.replace(/^[~^]/, ''), ...(dev ? { dev } : {}), optional: true };
    for (const [key, value] of [
      ['os', pick(systems)],
      ['cpu', pick(processors)],
      ['libc', pick(libraries)],
    ]) {
      if (value !== undefined) entry[key] = [value];
    }
    if (entry.os === undefined && entry.cpu === undefined) throw new Error(`for which platform is ${name}?`);
    lock.packages[`node_modules/${name}`] = entry;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
writeFileSync('package-lock.json', `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);
