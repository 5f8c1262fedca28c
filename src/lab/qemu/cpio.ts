/**
 * A cpio archive in the form that the kernel unpacks as its first file system (Documentation/driver-api/early-userspace/buffer-format.rst,
 * "newc"). Everything belongs to root. No devices and no hard links: the kernel makes the devices, and files are written out in full.
 */
import { Buffer } from 'node:buffer';

export interface ArchiveFile {
  /** Without a slash in front. */
  readonly path: string;
  /** Of the file, or the target of a symbolic link. */
  readonly bytes: Uint8Array;
  /** With the type: 0o100644, 0o040755, 0o120777. */
  readonly mode: number;
  /** Seconds. Python compares it with that of its compiled files. */
  readonly modified: number;
}

const ENTRY_SIZE_MAX = 0xff_ff_ff_ff;

/** With the folders that the files lie in. */
export function writeCpio(files: readonly ArchiveFile[]): Buffer {
  const folders = [...new Set(files.flatMap(({ path }) => foldersOf(path)))].sort();
  const made = folders.map((path): ArchiveFile => ({ path, bytes: new Uint8Array(), mode: 0o040755, modified: 0 }));
  const end: ArchiveFile = { path: 'TRAILER!!!', bytes: new Uint8Array(), mode: 0, modified: 0 };
  return Buffer.concat([...made, ...files, end].flatMap((file, i) => entry(file, i + 1)));
}

/** `a/b/c` → `a`, `a/b` */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function entry({ path, bytes, mode, modified }: ArchiveFile, inode: number): readonly Uint8Array[] {
  if (bytes.length > ENTRY_SIZE_MAX) throw new RangeError(`${path} is too large for an archive`);
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, 0, 0, 1, modified, bytes.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [header, name, padding(header.length + name.length), bytes, padding(bytes.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3);
}
