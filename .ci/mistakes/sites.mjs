// Where a condition can be turned in a source file, and how it reads then: comparisons, `and` and `or`, negations, answers, steps by one.
import ts from 'typescript';

const { SyntaxKind } = ts;
const TURNED = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [SyntaxKind.AmpersandAmpersandToken, '||'],
  [SyntaxKind.BarBarToken, '&&'],
  [SyntaxKind.LessThanToken, '>='],
  [SyntaxKind.GreaterThanToken, '<='],
  [SyntaxKind.LessThanEqualsToken, '>'],
  [SyntaxKind.GreaterThanEqualsToken, '<'],
]);

export function parse(file, text) {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** Each with its node, and the line of the source as it reads with the mistake; lines that read alike are numbered. */
export function sitesIn(source) {
  const found = [];
  const visit = (node) => {
    const site = siteAt(node, source);
    if (site !== undefined) found.push({ node, what: lineWith(source.text, site) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return numbered(found);
}

/** The text of a file in which `write` says what stands at each chosen node: it is given the node's value in `chosen`, and both ways to read it. */
export function rewritten(source, chosen, write) {
  const emit = (node) => {
    const value = chosen.get(node);
    if (value !== undefined) return write(value, bothWays(node, emit));
    let text = '';
    let at = node.pos;
    ts.forEachChild(node, (child) => {
      text += source.text.slice(at, child.pos) + emit(child);
      at = child.end;
    });
    return text + source.text.slice(at, node.end);
  };
  return emit(source);
}

function siteAt(node, source) {
  if (ts.isBinaryExpression(node)) {
    const { operatorToken: token, right } = node;
    const wrong = TURNED.get(token.kind);
    if (wrong !== undefined) return { start: token.getStart(source), end: token.end, wrong };
    const isStep = token.kind === SyntaxKind.PlusToken || token.kind === SyntaxKind.MinusToken;
    if (isStep && right.getText(source) === '1') return { start: right.getStart(source), end: right.end, wrong: '2' };
  }
  const isNegation = ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken;
  if (isNegation && ts.isIfStatement(node.parent)) return { start: node.getStart(source), end: node.operand.getStart(source), wrong: '' };
  if (ts.isReturnStatement(node.parent ?? node) && isAnswer(node))
    return { start: node.getStart(source), end: node.end, wrong: node.kind === SyntaxKind.TrueKeyword ? 'false' : 'true' };
  return undefined;
}

function isAnswer({ kind }) {
  return kind === SyntaxKind.TrueKeyword || kind === SyntaxKind.FalseKeyword;
}

function bothWays(node, emit) {
  if (ts.isBinaryExpression(node)) {
    const { left, right, operatorToken } = node;
    const operator = operatorToken.getText();
    const wrong = TURNED.get(operatorToken.kind);
    const one = `(${emit(left)})`;
    if (wrong === undefined) return { right: `${one} ${operator} 1`, wrong: `${one} ${operator} 2` };
    const other = `(${emit(right)})`;
    return { right: `${one} ${operator} ${other}`, wrong: `${one} ${wrong} ${other}` };
  }
  if (isAnswer(node)) return node.kind === SyntaxKind.TrueKeyword ? { right: 'true', wrong: 'false' } : { right: 'false', wrong: 'true' };
  const operand = `(${emit(node.operand)})`;
  return { right: `!${operand}`, wrong: operand };
}

function lineWith(text, { start, end, wrong }) {
  const first = text.lastIndexOf('\n', start) + 1;
  const last = text.indexOf('\n', end);
  return `${text.slice(first, start)}${wrong}${text.slice(end, last < 0 ? undefined : last)}`.trim();
}

function numbered(found) {
  const times = new Map();
  return found.map(({ node, what }) => {
    const nth = (times.get(what) ?? 0) + 1;
    times.set(what, nth);
    return { node, what: nth === 1 ? what : `${what} (${nth})` };
  });
}
