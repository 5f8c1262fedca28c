/** The types of ICMP and ICMPv6 as iptables takes them: a name, TYPE, or TYPE/CODE in numbers (extensions/libxt_icmp.h). */
import { nearest } from '../../../base/nearest.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { numberIn, U8 } from './number.js';

/** Without a code any will do. */
export type TypeAndCode = readonly [type: number, code?: number];

/** `protocol` is what errors call it. */
export function takeIcmpType(reader: RuleReader, types: ReadonlyMap<string, TypeAndCode>, protocol: 'ICMP' | 'ICMPv6'): TypeAndCode {
  const word = takeValue(reader);
  const known = types.get(word);
  if (known !== undefined) return known;
  if (!/^\d/.test(word)) {
    const near = nearest(word, types.keys());
    const fix = near === undefined ? 'write TYPE or TYPE/CODE in numbers' : `did you mean ${near}?`;
    refuse(reader, 'bad-icmp-type', `there is no ${protocol} type \`${word}\``, fix);
  }
  const slash = word.indexOf('/');
  if (slash < 0) return [numberIn(reader, word, U8)];
  return [numberIn(reader, word.slice(0, slash), U8), numberIn(reader, word.slice(slash + 1), U8)];
}
