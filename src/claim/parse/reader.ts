/**
 * Reads a sentence word by word. Where no word fits, `fail` makes the one kind of error the grammar has: the sentence with a
 * caret under the word, the nearest known wording, and everything that could stand there.
 */
import { type InputError, inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { NamePhrase, Span } from '../phrase.js';
import { type Token, tokenize } from './tokens.js';

/** What may stand at a place: the word that leads on, and the whole wording it belongs to. */
export interface Option {
  readonly word: string;
  readonly wording: string;
  /** Known, but too many of its kind to list. */
  readonly hidden?: boolean | undefined;
}

const FIX_WIDTH = 96;

export class Reader {
  readonly sentence: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(sentence: string) {
    this.sentence = sentence;
    this.#tokens = tokenize(sentence);
  }

  /** The word `ahead` places on; undefined past the end. */
  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  /** Whether the next words are these. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, i) => isWord(this.peek(i), word));
  }

  /** Steps over the next words if they are these. */
  take(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#at += words.length;
    return true;
  }

  /** Back to the word read last, to fail there. */
  stepBack(): void {
    this.#at--;
  }

  /** Steps over the next words, or fails at the first that is another. */
  need(wording: string, ...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) this.fail([{ word, wording }]);
  }

  /** The next word, whatever it is but a comma. */
  word(what: string, example: string): Token {
    const token = this.peek();
    if (token === undefined || isWord(token, ',')) this.fail([{ word: what, wording: example }]);
    this.#at++;
    return token;
  }

  /** A whole number in a range. */
  number(what: string, example: string, max: number): number {
    const token = this.peek();
    const value = token !== undefined && /^\d{1,7}$/.test(token.text) ? Number(token.text) : -1;
    if (value < 1 || value > max) this.fail([{ word: what, wording: example }], `a number from 1 to ${max}`);
    this.#at++;
    return value;
  }

  /** `web` or `shop/web`. */
  name(what: string, example: string): NamePhrase {
    const token = this.word(what, example);
    const parts = token.text.split('/');
    const name = parts.at(-1) ?? '';
    if (parts.length > 2 || parts.includes(''))
      this.failAt(token, `"${token.text}" is not a name`, `write ${example} or with its namespace, shop/web`);
    return { namespace: parts.length === 2 ? parts[0] : undefined, name, span: { start: token.start, end: token.end } };
  }

  atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Where the next word begins. */
  start(): number {
    return this.peek()?.start ?? this.sentence.length;
  }

  /** From `start` to the end of the word read last. */
  since(start: number): Span {
    return { start, end: this.#tokens[this.#at - 1]?.end ?? start };
  }

  /** None of the options is here. */
  fail(options: readonly Option[], instead?: string): never {
    const token = this.peek();
    const problem = token === undefined ? 'the sentence ends too early' : `"${token.text}" is not understood here`;
    const at = token ?? { start: this.sentence.length, end: this.sentence.length + 1 };
    this.failAt(at, problem, fixOf(token, options, instead));
  }

  failAt(at: Span, message: string, fix: string, code = 'unknown-wording'): never {
    throw this.error(at, message, fix, code);
  }

  error(at: Span, message: string, fix: string, code = 'unknown-wording'): InputError {
    const position = { file: 'step', line: 1, column: at.start + 1, text: this.sentence, width: Math.max(1, at.end - at.start) };
    return inputError(code, message, { fix, position });
  }
}

function isWord(token: Token | undefined, word: string): boolean {
  return token !== undefined && !token.quoted && token.text === word;
}

/** `did you mean "is SNATed to node1"?`, then everything that can stand there, wrapped. */
function fixOf(token: Token | undefined, options: readonly Option[], instead: string | undefined): string {
  const word = token === undefined ? undefined : nearest(token.text, [...new Set(options.map((option) => option.word))]);
  const close = options.find((option) => option.word === word);
  const wordings = [...new Set(options.filter((option) => option.hidden !== true).map((option) => option.wording))];
  const all = wrap(`here can stand: ${instead ?? wordings.join(' | ')}`);
  return close === undefined ? all : `did you mean "${close.wording}"?\n       ${all}`;
}

/** Breaks at ` | ` so that no line passes the width; further lines align with the first. */
function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(' | ')) {
    const longer = line === '' ? piece : `${line} | ${piece}`;
    if (longer.length + 7 > FIX_WIDTH && line !== '') {
      lines.push(`${line} |`);
      line = piece;
    } else line = longer;
  }
  return [...lines, line].join('\n         ');
}
