/**
 * Cuts a sentence into words that know where they stand. A comma at the end of a word is a word of its own; one inside a word
 * (`app=web,tier=front`) is not. Double quotes hold a word together; what is quoted is never a keyword.
 */
export interface Token {
  readonly text: string;
  /** Offsets into the sentence, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

const WORD = /"([^"]*)"|[^\s"]+/g;

export function tokenize(sentence: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of sentence.matchAll(WORD)) {
    const start = match.index;
    const word = match[0];
    if (match[1] !== undefined) {
      tokens.push({ text: match[1], start, end: start + word.length, quoted: true });
      continue;
    }
    const bare = word.replace(/,+$/, '');
    if (bare !== '') tokens.push({ text: bare, start, end: start + bare.length, quoted: false });
    for (let at = bare.length; at < word.length; at++) tokens.push({ text: ',', start: start + at, end: start + at + 1, quoted: false });
  }
  return tokens;
}
