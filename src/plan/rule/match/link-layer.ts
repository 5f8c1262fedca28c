/** -m mac and -m pkttype: what the frame said (extensions/libxt_mac.c, libxt_pkttype.c). */
import { formatMac, parseMac } from '../../../base/mac.js';
import { listingModule, type MatchModule } from '../module.js';
import { refuse, takeValue } from '../rule-reader.js';
import { wordIn } from '../value/name.js';
import { bang } from '../value/quote.js';

export const mac: MatchModule = listingModule({
  name: 'mac',
  needs: '--mac-source',
  negatable: {
    '--mac-source': (reader, matches, not) => {
      const word = takeValue(reader);
      const source =
        parseMac(word) ?? refuse(reader, 'bad-mac', `\`--mac-source\` takes a MAC address such as 02:00:00:00:00:01, but has \`${word}\``);
      matches.push({ kind: 'mac-source', mac: source, not });
    },
  },
  format: ([match]) => (match?.kind === 'mac-source' ? `${bang(match.not)}--mac-source ${formatMac(match.mac)}` : ''),
});

export const pkttype: MatchModule = listingModule({
  name: 'pkttype',
  needs: '--pkt-type',
  negatable: {
    '--pkt-type': (reader, matches, not) => {
      const type = wordIn(reader, takeValue(reader), ['unicast', 'broadcast', 'multicast', 'host']);
      matches.push({ kind: 'packet-type', type: type === 'host' ? 'unicast' : type, not });
    },
  },
  format: ([match]) => (match?.kind === 'packet-type' ? `${bang(match.not)}--pkt-type ${match.type}` : ''),
});
