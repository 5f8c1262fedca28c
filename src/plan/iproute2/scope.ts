/**
 * Scopes and tables, numbered as in include/uapi/linux/rtnetlink.h and named as in iproute2's rt_scopes and rt_tables. Other
 * names, which a machine's own /etc/iproute2 could add, are refused.
 */
import { numberIn, refuseWord, takeValue, type Words } from './words.js';

/** A lower number reaches further. */
export const SCOPE = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

export const TABLE = { default: 253, main: 254, local: 255 } as const;

const TABLE_MAX = 0xffffffff;

export function takeScope(words: Words): number {
  const word = takeValue(words, 'the scope');
  if (Object.hasOwn(SCOPE, word)) return SCOPE[word as keyof typeof SCOPE];
  return (
    numberIn(word, 0, 255) ?? refuseWord(words, 'bad-scope', `the scope must be global, site, link, host or a number, but is \`${word}\``)
  );
}

export function takeTable(words: Words): number {
  const word = takeValue(words, 'the table');
  if (Object.hasOwn(TABLE, word)) return TABLE[word as keyof typeof TABLE];
  return (
    numberIn(word, 1, TABLE_MAX) ?? refuseWord(words, 'bad-table', `the table must be main, local, default or a number, but is \`${word}\``)
  );
}
