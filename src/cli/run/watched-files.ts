/** What specs are made of: their own files, and the files and folders that they name in quotes. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

export interface Watched {
  /** Feature files, relative to the project. */
  readonly features: readonly string[];
  /** What each of them names, relative to the project. */
  readonly named: ReadonlyMap<string, readonly string[]>;
}

/** `paths` as given to `hopspec run`: files or folders, with an optional `:LINE`; the folder features unless given. */
export function watchedFiles(paths: readonly string[], cwd: string): Watched {
  const roots = paths.length === 0 ? ['features'] : paths.map((path) => path.replace(/(:\d+)+$/, ''));
  const features = [...new Set(roots.flatMap((root) => featuresIn(resolve(cwd, root), cwd)))].sort();
  return { features, named: new Map(features.map((feature) => [feature, namedIn(feature, cwd)])) };
}

function featuresIn(path: string, cwd: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [relative(cwd, path)];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.feature'));
  return names.map((name) => relative(cwd, join(path, name)));
}

function namedIn(feature: string, cwd: string): readonly string[] {
  const text = readFileSync(resolve(cwd, feature), 'utf8');
  const quoted = [...text.matchAll(/"([^"\n]+)"/g)].map(([, path]) => path ?? '');
  const inside = quoted.filter((path) => !relative(cwd, resolve(cwd, path)).startsWith('..') && resolve(cwd, path) !== cwd);
  return [...new Set(inside.filter((path) => existsSync(resolve(cwd, path))).map((path) => relative(cwd, resolve(cwd, path))))];
}

/** Folders in which a change may matter, none of them within another. */
export function foldersOf({ features, named }: Watched, cwd: string): readonly string[] {
  const files = [...features, ...[...named.values()].flat()];
  const folders = files.map((path) =>
    statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path),
  );
  const all = [...new Set(folders.filter((folder) => folder !== '.'))].sort();
  return all.filter((folder) => !all.some((other) => other !== folder && `${folder}${sep}`.startsWith(`${other}${sep}`)));
}

/** The specs that a change of that file concerns. */
export function concerned({ features, named }: Watched, changed: string): readonly string[] {
  if (changed.endsWith('.feature')) return features.includes(changed) ? [changed] : [];
  // Steps of the project's own: any spec may use them.
  if (/\.[cm]?[jt]s$/.test(changed)) return features;
  return features.filter((feature) =>
    named.get(feature)?.some((path) => path === changed || `${changed}${sep}`.startsWith(`${path}${sep}`)),
  );
}
