/** -m multiport: up to fifteen ports, a range counting as two (extensions/libxt_multiport.c). */
import { listingModule, type MatchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match, Range } from '../rule.js';
import { formatRange } from '../value/number.js';
import { portRangeIn } from '../value/port.js';
import { DCCP, SCTP, TCP, UDP, UDPLITE } from '../value/protocol.js';
import { bang } from '../value/quote.js';

const PORTS_MAX = 15;

function takePorts(reader: RuleReader): readonly Range[] {
  const ports = takeValue(reader)
    .split(',')
    .map((each) => portRangeIn(reader, each));
  const slots = ports.reduce((sum, { from, to }) => sum + (from === to ? 1 : 2), 0);
  if (slots > PORTS_MAX)
    refuse(
      reader,
      'too-many-ports',
      `multiport takes at most ${PORTS_MAX} ports, a range counting as two`,
      'write a second rule for the rest',
    );
  return ports;
}

const WORDS = { source: '--sports', destination: '--dports', either: '--ports' } as const;

function read(side: keyof typeof WORDS): (reader: RuleReader, matches: Match[], not: boolean) => void {
  return (reader, matches, not) => {
    if (matches.length > 0)
      refuse(reader, 'repeated-option', 'one multiport takes one list of ports', 'write -m multiport again before it');
    matches.push({ kind: 'multiport', side, ports: takePorts(reader), not });
  };
}

export const multiport: MatchModule = listingModule({
  name: 'multiport',
  needs: '--sports, --dports or --ports',
  protocols: [TCP, UDP, SCTP, DCCP, UDPLITE],
  negatable: {
    '--sports': read('source'),
    '--source-ports': read('source'),
    '--dports': read('destination'),
    '--destination-ports': read('destination'),
    '--ports': read('either'),
  },
  format: ([match]) =>
    match?.kind === 'multiport'
      ? `${bang(match.not)}${WORDS[match.side]} ${match.ports.map((ports) => formatRange(ports, ':')).join(',')}`
      : '',
});
