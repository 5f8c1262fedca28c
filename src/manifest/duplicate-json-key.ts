/** Finds a key that stands twice in one object of JSON text that is otherwise well formed: JSON.parse keeps the last and says nothing. */
export interface DuplicateKey {
  readonly key: string;
  /** Where the second one begins. */
  readonly offset: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

export function findDuplicateKey(text: string): DuplicateKey | undefined {
  /** The keys seen of each open object; undefined for an open list. */
  const open: (Set<string> | undefined)[] = [];
  let atKey = false;
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    const keys = open[open.length - 1];
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (atKey && keys !== undefined && token.length > 1) {
      if (keys.has(token)) return { key: JSON.parse(token) as string, offset: match.index };
      keys.add(token);
    }
    atKey = token === '{' || token === ',';
  }
  return undefined;
}
