/** -m icmp: type and code, by number or name (extensions/libxt_icmp.h). Type 255 is any. */
import { nearest } from '../../../base/nearest.js';
import { listingModule, type MatchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { numberIn, U8 } from '../value/number.js';
import { ICMP } from '../value/protocol.js';
import { bang } from '../value/quote.js';

type TypeAndCode = readonly [type: number, code?: number];

const TYPES: ReadonlyMap<string, TypeAndCode> = new Map<string, TypeAndCode>([
  ['any', [255]],
  ['echo-reply', [0]],
  ['pong', [0]],
  ['destination-unreachable', [3]],
  ['network-unreachable', [3, 0]],
  ['host-unreachable', [3, 1]],
  ['protocol-unreachable', [3, 2]],
  ['port-unreachable', [3, 3]],
  ['fragmentation-needed', [3, 4]],
  ['source-route-failed', [3, 5]],
  ['network-unknown', [3, 6]],
  ['host-unknown', [3, 7]],
  ['network-prohibited', [3, 9]],
  ['host-prohibited', [3, 10]],
  ['TOS-network-unreachable', [3, 11]],
  ['TOS-host-unreachable', [3, 12]],
  ['communication-prohibited', [3, 13]],
  ['host-precedence-violation', [3, 14]],
  ['precedence-cutoff', [3, 15]],
  ['source-quench', [4]],
  ['redirect', [5]],
  ['network-redirect', [5, 0]],
  ['host-redirect', [5, 1]],
  ['TOS-network-redirect', [5, 2]],
  ['TOS-host-redirect', [5, 3]],
  ['echo-request', [8]],
  ['ping', [8]],
  ['router-advertisement', [9]],
  ['router-solicitation', [10]],
  ['time-exceeded', [11]],
  ['ttl-exceeded', [11]],
  ['ttl-zero-during-transit', [11, 0]],
  ['ttl-zero-during-reassembly', [11, 1]],
  ['parameter-problem', [12]],
  ['ip-header-bad', [12, 0]],
  ['required-option-missing', [12, 1]],
  ['timestamp-request', [13]],
  ['timestamp-reply', [14]],
  ['address-mask-request', [17]],
  ['address-mask-reply', [18]],
]);

function takeType(reader: RuleReader): TypeAndCode {
  const word = takeValue(reader);
  const known = TYPES.get(word);
  if (known !== undefined) return known;
  if (!/^\d/.test(word)) {
    const near = nearest(word, TYPES.keys());
    refuse(
      reader,
      'bad-icmp-type',
      `there is no ICMP type \`${word}\``,
      near === undefined ? 'write TYPE or TYPE/CODE in numbers' : `did you mean ${near}?`,
    );
  }
  const slash = word.indexOf('/');
  if (slash < 0) return [numberIn(reader, word, U8)];
  return [numberIn(reader, word.slice(0, slash), U8), numberIn(reader, word.slice(slash + 1), U8)];
}

export const icmp: MatchModule = listingModule({
  name: 'icmp',
  needs: '--icmp-type',
  protocols: [ICMP],
  negatable: {
    '--icmp-type': (reader, matches, not) => {
      const [type, code] = takeType(reader);
      matches.push({ kind: 'icmp-type', type, code, not });
    },
  },
  format: ([match]) => {
    if (match?.kind !== 'icmp-type') return '';
    const what = match.type === 255 ? 'any' : match.code === undefined ? `${match.type}` : `${match.type}/${match.code}`;
    return `${bang(match.not)}--icmp-type ${what}`;
  },
});
