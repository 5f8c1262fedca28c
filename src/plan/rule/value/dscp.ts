/** Values of the DSCP and TOS fields: numbers, class names (RFC 2474, 2597, 3246) and the old names of TOS. */
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { hex, numberIn, takeNumber, U8 } from './number.js';

const CLASSES: ReadonlyMap<string, number> = new Map([
  ['CS0', 0x00],
  ['CS1', 0x08],
  ['CS2', 0x10],
  ['CS3', 0x18],
  ['CS4', 0x20],
  ['CS5', 0x28],
  ['CS6', 0x30],
  ['CS7', 0x38],
  ['BE', 0x00],
  ['AF11', 0x0a],
  ['AF12', 0x0c],
  ['AF13', 0x0e],
  ['AF21', 0x12],
  ['AF22', 0x14],
  ['AF23', 0x16],
  ['AF31', 0x1a],
  ['AF32', 0x1c],
  ['AF33', 0x1e],
  ['AF41', 0x22],
  ['AF42', 0x24],
  ['AF43', 0x26],
  ['EF', 0x2e],
]);

const TOS_NAMES: ReadonlyMap<string, number> = new Map([
  ['Minimize-Delay', 0x10],
  ['Maximize-Throughput', 0x08],
  ['Maximize-Reliability', 0x04],
  ['Minimize-Cost', 0x02],
  ['Normal-Service', 0x00],
]);

export interface TosValue {
  readonly value: number;
  readonly mask: number;
}

export function takeDscp(reader: RuleReader): number {
  return takeNumber(reader, { min: 0, max: 63 });
}

export function takeDscpClass(reader: RuleReader): number {
  const word = takeValue(reader);
  return (
    CLASSES.get(word.toUpperCase()) ??
    refuse(reader, 'bad-dscp-class', `there is no DSCP class \`${word}\``, `classes are ${[...CLASSES.keys()].join(', ')}`)
  );
}

export function formatDscp(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

/** `VALUE`, whose mask is `mask`, `VALUE/MASK`, or a name, whose mask is 0x3f. */
export function takeTos(reader: RuleReader, mask: number): TosValue {
  const word = takeValue(reader);
  const named = TOS_NAMES.get(word);
  if (named !== undefined) return { value: named, mask: 0x3f };
  const slash = word.indexOf('/');
  if (slash < 0) return { value: numberIn(reader, word, U8), mask };
  return { value: numberIn(reader, word.slice(0, slash), U8), mask: numberIn(reader, word.slice(slash + 1), U8) };
}

export function formatTos({ value, mask }: TosValue): string {
  const text = `0x${value.toString(16).padStart(2, '0')}`;
  return `${text}/${hex(mask).replace(/^0x(.)$/, '0x0$1')}`;
}
