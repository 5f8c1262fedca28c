/**
 * JSON with every string and every object's list of members written once: traces of one cluster say the same over and over. A number stands for
 * a string of the table, a text for a number, `[-1, …]` for a list, `[n, …]` for an object with the members of shape n.
 */
export interface Tables {
  readonly strings: readonly string[];
  readonly shapes: readonly (readonly string[])[];
}

const LIST = -1;

export class Packer implements Tables {
  readonly strings: string[] = [];
  readonly shapes: string[][] = [];
  readonly #strings = new Map<string, number>();
  readonly #shapes = new Map<string, number>();

  pack(value: unknown): unknown {
    if (typeof value === 'string') return this.#string(value);
    if (typeof value === 'number') return String(value);
    if (Array.isArray(value)) return [LIST, ...value.map((item) => this.pack(item))];
    if (typeof value !== 'object' || value === null) return value ?? null;
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return [this.#shape(members.map(([key]) => key)), ...members.map(([, member]) => this.pack(member))];
  }

  #string(text: string): number {
    let index = this.#strings.get(text);
    if (index === undefined) {
      index = this.strings.push(text) - 1;
      this.#strings.set(text, index);
    }
    return index;
  }

  #shape(keys: string[]): number {
    const name = keys.join('\n');
    let index = this.#shapes.get(name);
    if (index === undefined) {
      index = this.shapes.push(keys) - 1;
      this.#shapes.set(name, index);
    }
    return index;
  }
}

export function unpack(packed: unknown, tables: Tables): unknown {
  if (typeof packed === 'number') return tables.strings[packed];
  if (typeof packed === 'string') return Number(packed);
  if (!Array.isArray(packed)) return packed;
  const [kind, ...rest] = packed as [number, ...unknown[]];
  const members = rest.map((member) => unpack(member, tables));
  if (kind === LIST) return members;
  return Object.fromEntries((tables.shapes[kind] ?? []).map((key, i) => [key, members[i]]));
}
