/** Of all texts that one memory keeps: what is made of a text is several times its size. */
const CHARACTERS_MAX = 16_000_000;

/**
 * Remembers what a pure function made of a text, for texts that come again in every cluster. What it returns is shared and must not
 * be changed. All is forgotten at once when there is too much of it, in texts or in characters. `origin` is what errors call the text, and
 * changes no result.
 */
export function memoByText<T>(make: (text: string, origin?: string) => T, textsMax = 20_000): (text: string, origin?: string) => T {
  const known = new Map<string, T>();
  let characters = 0;
  return (text, origin) => {
    let value = known.get(text);
    if (value === undefined) {
      value = make(text, origin);
      characters += text.length;
      if (known.size >= textsMax || characters > CHARACTERS_MAX) {
        known.clear();
        characters = text.length;
      }
      known.set(text, value);
    }
    return value;
  };
}
