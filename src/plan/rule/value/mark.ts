/** `value/mask` of marks, both 32 bits; without a mask all bits count. */
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { hex, numberIn, U32 } from './number.js';

export interface MarkValue {
  readonly value: number;
  readonly mask: number;
}

export function takeMark(reader: RuleReader): MarkValue {
  const word = takeValue(reader);
  const slash = word.indexOf('/');
  if (slash < 0) return { value: numberIn(reader, word, U32), mask: 0xffffffff };
  if (slash === 0 || slash === word.length - 1)
    refuse(reader, 'bad-mark', `\`${reader.option}\` takes VALUE or VALUE/MASK, but has \`${word}\``);
  return { value: numberIn(reader, word.slice(0, slash), U32), mask: numberIn(reader, word.slice(slash + 1), U32) };
}

/** `0x1` or `0x1/0xff`. */
export function formatMark({ value, mask }: MarkValue): string {
  return mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
}
