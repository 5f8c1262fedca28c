/** Whether a report of a known format is there to its end. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** More than the last message of a stream has. */
const TAIL = 65_536;

/** Undefined where nobody knows how such a report ends. `format` as a user calls it. */
export function wholeReport(path: string, format: string): boolean | undefined {
  switch (format) {
    case 'html':
      return tailOf(path).endsWith('</html>\n');
    case 'junit':
      return /<\/testsuite>\s*$|<testsuite [^>]*\/>\s*$/.test(tailOf(path));
    case 'message':
      // After a file that is not Gherkin nothing follows.
      return /^\{"(testRunFinished|parseError)":.*\}\n$/m.test(lastLine(tailOf(path)));
    case 'json':
    case 'usage-json':
      return isJson(readFileSync(path, 'utf8'));
    default:
      return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n', text.length - 2) + 1);
}

function tailOf(path: string): string {
  const handle = openSync(path, 'r');
  try {
    const { size } = fstatSync(handle);
    const bytes = Buffer.alloc(Math.min(TAIL, size));
    readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
