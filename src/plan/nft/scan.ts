/**
 * Cuts text of nftables without reading it: rules out of a chain's block, elements out of a list. Braces and quotes nest, `#` begins a
 * comment, a backslash at the end of a line goes on. So a ruleset of many thousand rules is read no faster than it is used.
 */
const NEWLINE = 10;
const QUOTE = 34;
const HASH = 35;
const COMMA = 44;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** The first place at or after `at` that is neither blank, nor a comment, nor the end of a statement. */
export function skipBlank(text: string, at: number): number {
  let i = at;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === HASH) i = endOfLine(text, i) - 1;
    else if (c > 32 && c !== SEMICOLON && !(c === BACKSLASH && text.charCodeAt(i + 1) === NEWLINE)) return i;
  }
  return i;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Where the statement that begins at `at` ends: at a newline, `;` or `}` outside of braces; `{` at the depth of `stopAtOpen` ends it too. */
export function endOfStatement(text: string, at: number, stopAtOpen = false): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfQuote(text, i);
    else if (c === HASH) {
      if (depth === 0) return i;
      i = endOfLine(text, i) - 1;
    } else if (c === OPEN) {
      if (stopAtOpen) return i;
      depth++;
    } else if (c === CLOSE) {
      if (depth === 0) return i;
      depth--;
    } else if (depth === 0 && (c === SEMICOLON || (c === NEWLINE && text.charCodeAt(i - 1) !== BACKSLASH))) return i;
  }
  return text.length;
}

function endOfQuote(text: string, at: number): number {
  const end = text.indexOf('"', at + 1);
  return end < 0 ? text.length : end;
}

/** Where the brace at `at` is closed; the text's length if it never is. */
export function endOfBlock(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfQuote(text, i);
    else if (c === HASH) i = endOfLine(text, i) - 1;
    else if (c === OPEN) depth++;
    else if (c === CLOSE && --depth === 0) return i;
  }
  return text.length;
}

/** Begin and end of what stands between the commas of `text` from `at` to `end`, in turn. */
export function cutElements(text: string, at: number, end: number): number[] {
  const cuts: number[] = [];
  let start = at;
  for (let i = at; i <= end; i++) {
    const c = i === end ? COMMA : text.charCodeAt(i);
    if (c === QUOTE) i = endOfQuote(text, i);
    else if (c === COMMA) {
      const first = trimLeft(text, start, i);
      const last = trimRight(text, first, i);
      if (last > first) cuts.push(first, last);
      start = i + 1;
    }
  }
  return cuts;
}

function trimLeft(text: string, at: number, end: number): number {
  let i = at;
  while (i < end && text.charCodeAt(i) <= 32) i++;
  return i;
}

export function trimRight(text: string, at: number, end: number): number {
  let i = end;
  while (i > at && text.charCodeAt(i - 1) <= 32) i--;
  return i;
}
