/**
 * -m tcp, -m udp and -m sctp: source and destination ports, and TCP's flags (extensions/libxt_tcp.c, libxt_udp.c, libxt_sctp.c). Each is
 * only for its own protocol, which `-p` must name.
 */
import { listingModule, type MatchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match, Range } from '../rule.js';
import { formatRange, takeNumber } from '../value/number.js';
import { portRangeIn } from '../value/port.js';
import { SCTP, TCP, UDP } from '../value/protocol.js';
import { bang } from '../value/quote.js';
import { formatChunks, readChunks } from './sctp-chunks.js';

type ReadMatch = (reader: RuleReader, matches: Match[], not: boolean) => void;

/** All ports are no match: iptables-save does not print them either, but of SCTP. */
function readPorts(kind: 'source-port' | 'destination-port', proto: number): ReadMatch {
  return (reader, matches, not) => {
    const ports = portRangeIn(reader, takeValue(reader));
    if (not || proto === SCTP || ports.from > 0 || ports.to < 0xffff) matches.push({ kind, proto, ports, not });
  };
}

function portOptions(proto: number): Readonly<Record<string, ReadMatch>> {
  const source = readPorts('source-port', proto);
  const destination = readPorts('destination-port', proto);
  return { '--sport': source, '--source-port': source, '--dport': destination, '--destination-port': destination };
}

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['FIN', 1],
  ['SYN', 2],
  ['RST', 4],
  ['PSH', 8],
  ['ACK', 16],
  ['URG', 32],
]);

function takeFlags(reader: RuleReader): number {
  const word = takeValue(reader);
  if (word === 'ALL') return 63;
  if (word === 'NONE') return 0;
  let flags = 0;
  for (const each of word.split(',')) {
    flags |=
      FLAGS.get(each.toUpperCase()) ??
      refuse(reader, 'bad-flag', `there is no TCP flag \`${each}\``, `flags are ${[...FLAGS.keys()].join(', ')}, ALL and NONE`);
  }
  return flags;
}

function formatFlags(flags: number): string {
  return flags === 0
    ? 'NONE'
    : [...FLAGS]
        .filter(([, bit]) => (flags & bit) !== 0)
        .map(([name]) => name)
        .join(',');
}

function rank(match: Match): number {
  return match.kind === 'source-port' ? 0 : match.kind === 'destination-port' ? 1 : match.kind === 'tcp-option' ? 2 : 3;
}

function format(matches: readonly Match[]): string {
  return matches.map(formatOne).join(' ');
}

/** The native match of TCP's and UDP's ports (iptables/nft.c add_nft_tcpudp) has what is above a range that begins with 0 the other way round. */
function formatPorts(
  option: string,
  { ports, not, proto }: { readonly ports: Range; readonly not: boolean; readonly proto: number },
): string {
  const turned = not && proto !== SCTP && ports.from === 0 && ports.to > 0 && ports.to < PORT_MAX;
  if (turned) return `${option} ${ports.to + 1}:${PORT_MAX}`;
  return `${bang(not)}${option} ${formatRange(ports, ':')}`;
}

const PORT_MAX = 0xffff;

function formatOne(match: Match): string {
  if (match.kind === 'source-port') return formatPorts('--sport', match);
  if (match.kind === 'destination-port') return formatPorts('--dport', match);
  if (match.kind === 'tcp-flags') return `${bang(match.not)}--tcp-flags ${formatFlags(match.mask)} ${formatFlags(match.comp)}`;
  if (match.kind === 'tcp-option') return `${bang(match.not)}--tcp-option ${match.option}`;
  if (match.kind === 'sctp-chunks') return formatChunks(match);
  return '';
}

export const tcp: MatchModule = listingModule({
  name: 'tcp',
  protocols: [TCP],
  negatable: {
    ...portOptions(TCP),
    '--tcp-flags': (reader, matches, not) => {
      const mask = takeFlags(reader);
      matches.push({ kind: 'tcp-flags', mask, comp: takeFlags(reader), not });
    },
    '--tcp-option': (reader, matches, not) => matches.push({ kind: 'tcp-option', option: takeNumber(reader, { min: 1, max: 255 }), not }),
    '--syn': (_reader, matches, not) => matches.push({ kind: 'tcp-flags', mask: 23, comp: 2, not }),
  },
  format,
  rank,
});

export const udp: MatchModule = listingModule({ name: 'udp', protocols: [UDP], negatable: portOptions(UDP), format, rank });

export const sctp: MatchModule = listingModule({
  name: 'sctp',
  protocols: [SCTP],
  negatable: { ...portOptions(SCTP), '--chunk-types': readChunks },
  format,
  rank,
});
