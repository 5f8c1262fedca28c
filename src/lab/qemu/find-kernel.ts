/**
 * Which kernel a guest machine runs: the file that is named, a Debian package or a kernel with its modules beside it, or else the newest of
 * those in the cache folder, or of the machine's own in /boot.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { inputError, unsupported } from '../../base/errors.js';

export interface KernelFile {
  readonly path: string;
  /** A package holds both; else where the modules lie, `…/lib/modules/VERSION`. */
  readonly modules: string | undefined;
}

const DOWNLOAD = "apt-get download $(apt-cache depends linux-image-cloud-amd64 | sed -n 's/ *Depends: //p')";

/** Throws InputError for a named file that will not do, UnsupportedError where there is none. */
export function findKernel(named: string | undefined, cache: string, boot = '/boot'): KernelFile {
  if (named !== undefined) return namedKernel(resolve(named));
  const [newest] = filesIn(cache, /^linux-image-\d.*\.deb$/);
  if (newest !== undefined) return { path: newest, modules: undefined };
  for (const path of filesIn(boot, /^vmlinuz-/)) {
    const modules = modulesOf(path);
    if (modules !== undefined) return { path, modules };
  }
  throw unsupported(
    'no-kernel-image',
    `--kernel qemu needs a kernel to run, and there is none in ${cache} nor, with its modules, in ${boot}`,
    {
      fix: `mkdir -p ${cache} && cd ${cache} && ${DOWNLOAD}; or --kernel qemu:FILE with a linux-image .deb or a vmlinuz`,
    },
  );
}

function namedKernel(path: string): KernelFile {
  if (!existsSync(path)) throw inputError('missing-file', `--kernel qemu:${path}: there is no such file`);
  if (path.endsWith('.deb')) return { path, modules: undefined };
  const modules = modulesOf(path);
  if (modules !== undefined) return { path, modules };
  throw inputError('no-modules', `--kernel qemu:${path}: its modules are not in ../lib/modules beside it, nor in /lib/modules`, {
    fix: 'name the linux-image .deb, or unpack it whole (dpkg-deb -x) and name its boot/vmlinuz-VERSION',
  });
}

/** Of `boot/vmlinuz-VERSION`. */
function modulesOf(path: string): string | undefined {
  const version = basename(path).replace(/^vmlinuz-/, '');
  const places = [join(dirname(path), '../lib/modules', version), join('/lib/modules', version)];
  return places.find((place) => existsSync(join(place, 'modules.order')));
}

/** Newest version first. */
function filesIn(folder: string, name: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((each) => name.test(each));
  return names.sort((one, other) => compareVersions(other, one)).map((each) => join(folder, each));
}

/** Numbers as numbers: 6.1.0-56 is newer than 6.1.0-9. */
export function compareVersions(one: string, other: string): number {
  const [mine = [], theirs = []] = [one, other].map((text): readonly string[] => text.match(/\d+|\D+/g) ?? []);
  for (let i = 0; i < Math.min(mine.length, theirs.length); i++) {
    const [a, b] = [mine[i] as string, theirs[i] as string];
    if (a === b) continue;
    const difference = Number(a) - Number(b);
    return Number.isNaN(difference) || difference === 0 ? (a < b ? -1 : 1) : difference;
  }
  return mine.length - theirs.length;
}
