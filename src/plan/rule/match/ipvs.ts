/** -m ipvs: what IPVS knows of the packet (extensions/libxt_ipvs.c). Left out: --vportctl, unsupported by name. */
import { addressBits, formatCidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import { listingModule, type MatchModule } from '../module.js';
import { takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { cidrIn } from '../value/address.js';
import { wordIn } from '../value/name.js';
import { portIn } from '../value/port.js';
import { protocolIn } from '../value/protocol.js';
import { bang } from '../value/quote.js';

const DIRECTIONS = ['ORIGINAL', 'REPLY'] as const;
const METHODS = ['GATE', 'IPIP', 'MASQ'] as const;
const ORDER: readonly Match['kind'][] = ['ipvs', 'ipvs-protocol', 'ipvs-address', 'ipvs-port', 'ipvs-direction', 'ipvs-method'];

export const ipvs: MatchModule = listingModule({
  name: 'ipvs',
  needs: 'at least one option',
  negatable: {
    '--ipvs': (_reader, matches, not) => matches.push({ kind: 'ipvs', not }),
    '--vproto': (reader, matches, not) => matches.push({ kind: 'ipvs-protocol', proto: protocolIn(reader, takeValue(reader)), not }),
    '--vaddr': (reader, matches, not) => matches.push({ kind: 'ipvs-address', cidr: cidrIn(reader, takeValue(reader)), not }),
    '--vport': (reader, matches, not) => matches.push({ kind: 'ipvs-port', port: portIn(reader, takeValue(reader)), not }),
    '--vmethod': (reader, matches, not) => matches.push({ kind: 'ipvs-method', method: wordIn(reader, takeValue(reader), METHODS), not }),
  },
  options: {
    '--vdir': (reader, matches) =>
      matches.push({ kind: 'ipvs-direction', direction: wordIn(reader, takeValue(reader), DIRECTIONS), not: false }),
  },
  unmodelled: ['--vportctl'],
  format: (matches) => matches.map(formatOne).join(' '),
  rank: (match) => ORDER.indexOf(match.kind),
});

function formatOne(match: Match): string {
  switch (match.kind) {
    case 'ipvs':
      return `${bang(match.not)}--ipvs`;
    case 'ipvs-protocol':
      return `${bang(match.not)}--vproto ${match.proto}`;
    case 'ipvs-address': {
      const { cidr } = match;
      return `${bang(match.not)}--vaddr ${cidr.length === addressBits(cidr.ip) ? formatIp(cidr.ip) : formatCidr(cidr)}`;
    }
    case 'ipvs-port':
      return `${bang(match.not)}--vport ${match.port}`;
    case 'ipvs-direction':
      return `--vdir ${match.direction}`;
    case 'ipvs-method':
      return `${bang(match.not)}--vmethod ${match.method}`;
    default:
      return '';
  }
}
