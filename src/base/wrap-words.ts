/** Lines of a message: broken at spaces, with a hanging indent, so that none is wider than a terminal is taken to be. */
export const MESSAGE_WIDTH = 94;

/** Breaks at spaces so that no line passes the width; a word that is too long by itself stands alone, cut. */
export function wrapWords(text: string, indent: string, width = MESSAGE_WIDTH): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length + indent.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one, i) => cut(i === 0 ? one : `${indent}${one}`, i === 0 ? width - indent.length : width));
}

export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}
