/**
 * Bridge port options, as after `ip link set NAME type bridge_slave`: iproute2's ip/iplink_bridge_slave.c. Not modelled, by name:
 * VLAN tunnels, ARP proxies, locked ports, IGMP's own settings; switches of these that are off are the default and accepted.
 */
import { peekWord, rejectWord, splitWords, takeNumber, takeOnOff, takeWord, unsupportedWord } from './words.js';

export interface BridgePortArgs {
  /** A frame may leave by the port it came in. */
  readonly hairpin: boolean;
  /** Source addresses are learned. */
  readonly learning: boolean;
  /** Frames to unknown unicast addresses are sent here. */
  readonly flood: boolean;
  readonly broadcastFlood: boolean;
  readonly multicastFlood: boolean;
  /** Isolated ports do not talk to each other. */
  readonly isolated: boolean;
}

const OFF_BY_DEFAULT = [
  'guard root_block fastleave mcast_fast_leave proxy_arp proxy_arp_wifi neigh_suppress vlan_tunnel locked mab',
  'mcast_to_unicast neigh_vlan_suppress',
].flatMap((line) => line.split(' '));
const KNOWN = ['hairpin', 'learning', 'flood', 'bcast_flood', 'mcast_flood', 'isolated', 'cost', 'priority', ...OFF_BY_DEFAULT];
const UNMODELLED = ['state', 'mcast_router', 'group_fwd_mask', 'backup_port', 'nobackup_port', 'backup_nhid', 'fdb_flush'];

/** `hairpin on learning off` → data; the empty text gives the defaults. */
export function parseBridgePort(text: string, origin = 'ip link type bridge_slave'): BridgePortArgs {
  const words = splitWords(text, origin);
  const port = { hairpin: false, learning: true, flood: true, broadcastFlood: true, multicastFlood: true, isolated: false };
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'hairpin') port.hairpin = takeOnOff(words, '`hairpin`');
    else if (word === 'learning') port.learning = takeOnOff(words, '`learning`');
    else if (word === 'flood') port.flood = takeOnOff(words, '`flood`');
    else if (word === 'bcast_flood') port.broadcastFlood = takeOnOff(words, '`bcast_flood`');
    else if (word === 'mcast_flood') port.multicastFlood = takeOnOff(words, '`mcast_flood`');
    else if (word === 'isolated') port.isolated = takeOnOff(words, '`isolated`');
    // Both matter to spanning tree alone.
    else if (word === 'cost' || word === 'priority') takeNumber(words, `\`${word}\``, 0, 65535);
    else if (OFF_BY_DEFAULT.includes(word)) {
      if (takeOnOff(words, `\`${word}\``)) unsupportedWord(words, `\`${word} on\``);
    } else rejectWord(words, word, KNOWN, UNMODELLED);
  }
  return port;
}
