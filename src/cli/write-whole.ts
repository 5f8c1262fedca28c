/** Writes a file beside its place and renames it: what stands in the file is whole, or nothing is. What is a device is written to as it is. */
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** False where it cannot be written, which is said on stderr; `what` is what it is. */
export function writeWhole(file: string, bytes: Uint8Array | string, what: string): boolean {
  const isPlain = statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
  const beside = isPlain ? `${file}.unfinished` : file;
  try {
    writeFileSync(beside, bytes);
    if (isPlain) renameSync(beside, file);
    return true;
  } catch (error) {
    if (isPlain) rmSync(beside, { force: true });
    process.stderr.write(`the ${what} ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}
