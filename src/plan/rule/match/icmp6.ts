/** -m icmp6 of ip6tables: type and code, by number or name (extensions/libxt_icmp.h). It stands with -p ipv6-icmp. */
import { listingModule, type MatchModule } from '../module.js';
import { takeIcmpType, type TypeAndCode } from '../value/icmp-type.js';
import { ICMPV6 } from '../value/protocol.js';
import { bang } from '../value/quote.js';

const TYPES: ReadonlyMap<string, TypeAndCode> = new Map<string, TypeAndCode>([
  ['destination-unreachable', [1]],
  ['no-route', [1, 0]],
  ['communication-prohibited', [1, 1]],
  ['beyond-scope', [1, 2]],
  ['address-unreachable', [1, 3]],
  ['port-unreachable', [1, 4]],
  ['failed-policy', [1, 5]],
  ['reject-route', [1, 6]],
  ['packet-too-big', [2]],
  ['time-exceeded', [3]],
  ['ttl-exceeded', [3]],
  ['ttl-zero-during-transit', [3, 0]],
  ['ttl-zero-during-reassembly', [3, 1]],
  ['parameter-problem', [4]],
  ['bad-header', [4, 0]],
  ['unknown-header-type', [4, 1]],
  ['unknown-option', [4, 2]],
  ['echo-request', [128]],
  ['ping', [128]],
  ['echo-reply', [129]],
  ['pong', [129]],
  ['mld-listener-query', [130]],
  ['mld-listener-report', [131]],
  ['mld-listener-done', [132]],
  ['mld-listener-reduction', [132]],
  ['router-solicitation', [133]],
  ['router-advertisement', [134]],
  ['neighbour-solicitation', [135]],
  ['neighbor-solicitation', [135]],
  ['neighbour-advertisement', [136]],
  ['neighbor-advertisement', [136]],
  ['redirect', [137]],
]);

export const icmp6: MatchModule = listingModule({
  name: 'icmp6',
  needs: '--icmpv6-type',
  protocols: [ICMPV6],
  negatable: {
    '--icmpv6-type': (reader, matches, not) => {
      const [type, code] = takeIcmpType(reader, TYPES, 'ICMPv6');
      matches.push({ kind: 'icmpv6-type', type, code, not });
    },
  },
  format: ([match]) => {
    if (match?.kind !== 'icmpv6-type') return '';
    return `${bang(match.not)}--icmpv6-type ${match.code === undefined ? match.type : `${match.type}/${match.code}`}`;
  },
});
