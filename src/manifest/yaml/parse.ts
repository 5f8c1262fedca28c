/**
 * YAML text to its documents' syntax trees, with limits that are checked while the text is being split into tokens, so that hostile text
 * (deep nesting, endless tokens) ends early. The grammar is the `yaml` package's YAML 1.2; what a tree means is to-value.ts's business.
 */
import { Composer, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml';
import { inputError, type Problem, type SourcePosition } from '../../base/errors.js';
import { LIMITS } from '../limits.js';

export interface YamlText {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly Document[];
  at(offset: number, end?: number): SourcePosition;
}

/** Throws InputError when a limit is passed. Syntax errors stay in the documents. */
export function parseYaml(text: string, file: string): YamlText {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const at = (offset: number, end = offset + 1): SourcePosition => place(text, file, lines, { offset, end });
  const composer = new Composer({ lineCounter: lines, uniqueKeys: false, version: '1.2', merge: false, logLevel: 'silent' });
  try {
    const documents = [...composer.compose(tokens(text, lines, at))];
    return { file, text, documents, at };
  } catch (error) {
    if (error instanceof RangeError) throw inputError('nested-too-deep', 'the document is nested too deep to be read', { position: at(0) });
    throw error;
  }
}

function* tokens(text: string, lines: LineCounter, at: YamlText['at']): ReturnType<Parser['next']> {
  const guard = new Guard(at);
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    guard.see(lexeme, parser);
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error' || token.type === 'directive') guard.countError(parser.offset);
      yield token;
    }
  }
  yield* parser.end();
}

/** Watches one text's tokens go by. */
class Guard {
  private readonly at: YamlText['at'];
  private documents = 0;
  private start = 0;
  private count = 0;
  private errors = 0;

  constructor(at: YamlText['at']) {
    this.at = at;
  }

  see(lexeme: string, { offset, stack }: Parser): void {
    if (lexeme === '---' || lexeme === '...') {
      this.documents++;
      this.start = offset;
      this.count = 0;
    }
    const { depthMax, documentTokensMax, documentSizeMax, documentsMax } = LIMITS;
    const fix = 'split it into several documents or files';
    // The stack holds the document and the scalar besides the collections.
    if (stack.length > depthMax + 2)
      this.refuse('nested-too-deep', `collections are nested more than ${depthMax} deep`, offset, 'write flatter YAML');
    if (++this.count > documentTokensMax)
      this.refuse('document-too-large', `the document has more than ${documentTokensMax} tokens`, offset, fix);
    if (offset - this.start > documentSizeMax)
      this.refuse('document-too-large', `the document is larger than ${documentSizeMax} characters`, offset, fix);
    if (this.documents > documentsMax)
      this.refuse('too-many-documents', `the text holds more than ${documentsMax} documents`, offset, 'split it into several files');
  }

  /** Directives count too: a manifest has one or two, and each costs as much as a mistake. */
  countError(offset: number): void {
    if (++this.errors > LIMITS.errorsMax)
      this.refuse(
        'yaml-syntax',
        `the text is not YAML: more than ${LIMITS.errorsMax} syntax errors`,
        offset,
        'check that this is the right file',
      );
  }

  private refuse(code: string, message: string, offset: number, fix: string): never {
    throw inputError(code, message, { position: this.at(offset), fix });
  }
}

/** Syntax errors and tags nobody knows. */
export function syntaxProblems(document: Document, at: YamlText['at']): Problem[] {
  const errors = document.errors.map((error) => ({
    code: 'yaml-syntax',
    message: messageOf(error),
    fix: fixOf(error),
    position: at(...error.pos),
  }));
  const tags = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  const fix = 'leave the tag out: Kubernetes reads plain YAML';
  return [...errors, ...tags.map((warning) => ({ code: 'yaml-tag', message: messageOf(warning), fix, position: at(...warning.pos) }))];
}

const FIXES: Readonly<Record<string, string | undefined>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'line the item up with those beside it',
  MISSING_CHAR: 'close the quote or bracket',
  MULTILINE_IMPLICIT_KEY: 'write the key on one line, and the lines below it further in',
  BLOCK_AS_IMPLICIT_KEY: 'put the nested value on a line of its own',
  BAD_SCALAR_START: 'put the value in quotes',
  BAD_ALIAS: 'define the anchor (&name) before the alias (*name)',
};

function fixOf({ code, message }: YAMLError): string | undefined {
  const bracket = /end with an? ([\]}])/.exec(message)?.[1];
  return bracket === undefined ? FIXES[code] : `close the bracket with ${bracket}`;
}

function messageOf(error: YAMLError): string {
  const text = error.message.split('\n')[0] ?? '';
  return `YAML: ${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/[.:]$/, '');
}

function place(text: string, file: string, lines: LineCounter, { offset, end }: { offset: number; end: number }): SourcePosition {
  const { line, col } = lines.linePos(Math.min(offset, text.length));
  const start = lines.lineStarts[Math.max(0, line - 1)] ?? 0;
  const stop = text.indexOf('\n', start);
  const whole = text.slice(start, stop < 0 ? text.length : stop).replace(/\r$/, '');
  return {
    file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    text: whole,
    width: Math.max(1, Math.min(end - offset, whole.length - col + 1)),
  };
}
