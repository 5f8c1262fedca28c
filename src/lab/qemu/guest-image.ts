/**
 * A kernel and the file system that it boots with, kept in the user's cache folder under a name made of all that goes in: another kernel,
 * tool or executor makes another. What was made long ago is thrown away.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inputError, unsupported } from '../../base/errors.js';
import { missingTools } from '../lab-trouble.js';
import { type ArchiveFile, writeCpio } from './cpio.js';
import { findKernel, type KernelFile } from './find-kernel.js';
import { guestModules } from './guest-modules.js';
import { guestPrograms } from './guest-programs.js';

export interface GuestImage {
  readonly kernel: string;
  readonly initrd: string;
}

const KEPT = 4;

export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'hopspec', 'qemu');
}

/** Throws UnsupportedError with the line that installs what is missing. */
export function guestImage(named: string | undefined, cache = cacheFolder()): GuestImage {
  const kernel = findKernel(named, cache);
  const programs = guestPrograms();
  const folder = join(cache, `image-${keyOf(kernel, programs)}`);
  if (existsSync(folder)) {
    const now = new Date();
    utimesSync(folder, now, now);
  } else {
    makeImage(kernel, programs, cache, folder);
  }
  return { kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd') };
}

function keyOf({ path }: KernelFile, programs: readonly ArchiveFile[]): string {
  const hash = createHash('sha256');
  const { size, mtimeMs } = statSync(path);
  hash.update(JSON.stringify([path, size, mtimeMs]));
  for (const { path: name, bytes, modified, mode } of programs) {
    hash.update(JSON.stringify([name, bytes.length, modified, mode]));
    if (name.startsWith('lab/') || name === 'init') hash.update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Beside its place, which it then takes: another process may be making the same. */
function makeImage(kernel: KernelFile, programs: readonly ArchiveFile[], cache: string, folder: string): void {
  const work = join(cache, `making-${process.pid}`);
  try {
    mkdirSync(join(work, 'image'), { recursive: true });
    const { path, modules, version } = kernel.modules === undefined ? unpack(kernel.path, work) : { ...kernel, version: versionOf(kernel) };
    copyFileSync(path, join(work, 'image/vmlinuz'));
    writeFileSync(join(work, 'image/initrd'), writeCpio([...programs, ...EMPTY, ...guestModules(modules as string, version)]));
    if (!existsSync(folder)) renameSync(join(work, 'image'), folder);
  } catch (error) {
    if (!existsSync(folder)) throw cannotWrite(error, cache);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  forgetOld(cache);
}

/** Where the guest mounts what the kernel makes. */
const EMPTY: readonly ArchiveFile[] = ['proc', 'sys', 'dev', 'tmp', 'run'].map((path) => {
  return { path, bytes: new Uint8Array(), mode: 0o040755, modified: 0 };
});

/** A package, with the lists of its modules that its installation would make. */
function unpack(path: string, work: string): KernelFile & { readonly version: string } {
  const root = join(work, 'root');
  run('dpkg-deb', ['-x', path, root], path);
  const [name] = existsSync(join(root, 'boot')) ? readdirSync(join(root, 'boot')).filter((each) => each.startsWith('vmlinuz-')) : [];
  if (name === undefined)
    throw inputError('no-kernel', `${path} holds no kernel`, { fix: 'a linux-image package, not the one that depends on it' });
  const version = name.slice('vmlinuz-'.length);
  const base = existsSync(join(root, 'lib/modules')) ? root : join(root, 'usr');
  run('busybox', ['depmod', '-b', base, version], path);
  return { path: join(root, 'boot', name), modules: join(base, 'lib/modules', version), version };
}

function versionOf({ modules }: KernelFile): string {
  return (modules as string).replace(/.*\//, '');
}

function run(tool: string, args: readonly string[], path: string): void {
  const done = spawnSync(tool, args, { encoding: 'utf8' });
  if (done.error !== undefined) throw missingTools([tool]);
  if (done.status !== 0) throw inputError('broken-package', `${path} cannot be unpacked: ${done.stderr.trim()}`);
}

function cannotWrite(error: unknown, cache: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (!['EACCES', 'EROFS', 'ENOSPC', 'EDQUOT', 'EPERM', 'ENOTDIR'].includes(code ?? '')) return error;
  return unsupported('no-cache', `the guest's image cannot be kept in ${cache}: ${code}`, {
    fix: 'set XDG_CACHE_HOME to a folder that can be written',
  });
}

function forgetOld(cache: string): void {
  const kept = readdirSync(cache).filter((name) => name.startsWith('image-'));
  const ages = kept.map((name) => [name, statSync(join(cache, name)).mtimeMs] as const).sort((one, other) => other[1] - one[1]);
  for (const [name] of ages.slice(KEPT)) rmSync(join(cache, name), { recursive: true, force: true });
}
