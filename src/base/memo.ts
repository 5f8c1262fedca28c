/**
 * Remembers what a pure function made of a text, for texts that come again in every cluster. What it returns is shared and must not
 * be changed. All is forgotten at once when there is too much of it. `origin` is what errors call the text, and changes no result.
 */
export function memoByText<T>(make: (text: string, origin?: string) => T, textsMax = 20_000): (text: string, origin?: string) => T {
  const known = new Map<string, T>();
  return (text, origin) => {
    let value = known.get(text);
    if (value === undefined) {
      value = make(text, origin);
      if (known.size >= textsMax) known.clear();
      known.set(text, value);
    }
    return value;
  };
}
