/**
 * A Corefile as text: server blocks with the zones they are for, and their plug-ins, each a line with words and perhaps a block of lines. Source: CoreDNS
 * manual "Configuration", github.com/coredns/caddy caddyfile. Left out, and refused by name: `import`, snippets, other protocols than DNS's own.
 */
import { unsupported } from '../../../base/errors.js';
import { absolute } from '../../../packet/dns/record.js';

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** Lines of its block, as words. */
  readonly block: readonly Directive[];
}

export interface ServerBlock {
  /** With the dot at the end: `.`, `cluster.local.`. */
  readonly zones: readonly string[];
  readonly port: number;
  readonly plugins: readonly Directive[];
}

const DNS_PORT = 53;
/** Bits of an octet of a reverse zone. */
const OCTET = 8;

export function parseCorefile(text: string): readonly ServerBlock[] {
  const lines = text.split('\n').map(wordsOf);
  const blocks: ServerBlock[] = [];
  let at = 0;
  while (at < lines.length) {
    const words = lines[at] ?? [];
    at++;
    if (words.length === 0) continue;
    if (words[0] === 'import' || /^\(.*\)$/.test(words[0] ?? ''))
      throw unsupported('corefile', `"${words.join(' ')}" in a Corefile is not modelled`);
    const keys = words.at(-1) === '{' ? words.slice(0, -1) : words;
    if (words.at(-1) !== '{') throw unsupported('corefile', `"${words.join(' ')}" in a Corefile opens no block`);
    const { directives, next } = readBlock(lines, at);
    at = next;
    blocks.push(...serverBlocks(keys, directives));
  }
  return blocks;
}

/** Words of a line; what is in quotes is one, and what follows a `#` none. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const [word, quoted] of line.matchAll(/"([^"]*)"|[^\s"]+/g)) {
    if (quoted === undefined && word.startsWith('#')) break;
    words.push(quoted ?? word);
  }
  return words;
}

function readBlock(lines: readonly (readonly string[])[], from: number): { directives: Directive[]; next: number } {
  const directives: Directive[] = [];
  for (let at = from; at < lines.length; at++) {
    const [name, ...args] = lines[at] ?? [];
    if (name === undefined) continue;
    if (name === '}') return { directives, next: at + 1 };
    if (args.at(-1) !== '{') {
      directives.push({ name, args, block: [] });
      continue;
    }
    const inner = readBlock(lines, at + 1);
    directives.push({ name, args: args.slice(0, -1), block: inner.directives });
    at = inner.next - 1;
  }
  throw unsupported('corefile', 'a block of the Corefile does not end');
}

/** One for each port. */
function serverBlocks(keys: readonly string[], plugins: readonly Directive[]): readonly ServerBlock[] {
  const byPort = new Map<number, string[]>();
  for (const key of keys.map((text) => text.replace(/,$/, '')).filter((text) => text !== '')) {
    const match = /^(?:(\w+):\/\/)?([^:]*(?:::[^:]*)*?)(?::(\d+))?$/.exec(key);
    if (match === null || (match[1] !== undefined && match[1] !== 'dns'))
      throw unsupported('corefile', `servers of "${key}" are not modelled`);
    const port = Number(match[3] ?? DNS_PORT);
    byPort.set(port, [...(byPort.get(port) ?? []), ...zonesOf(match[2] ?? '.')]);
  }
  return [...byPort].map(([port, zones]) => ({ zones, port, plugins }));
}

/** A name, or a CIDR as its reverse zone, where it ends at an octet. */
export function zonesOf(text: string): readonly string[] {
  const cidr = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
  if (cidr === null) return [text === '' ? '.' : absolute(text)];
  const bits = Number(cidr[5]);
  if (bits % OCTET !== 0) throw unsupported('corefile', `the zone ${text} of a Corefile is not modelled: its mask ends within an octet`);
  return [
    `${cidr
      .slice(1, 1 + bits / OCTET)
      .reverse()
      .join('.')}.in-addr.arpa.`,
  ];
}

/** The longest of the zones that the name belongs to. */
export function zoneOfName(zones: readonly string[], name: string): string | undefined {
  const lower = name.toLowerCase();
  return zones
    .filter((zone) => zone === '.' || lower === zone || lower.endsWith(`.${zone}`))
    .sort((one, other) => other.length - one.length)[0];
}
