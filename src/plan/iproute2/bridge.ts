/**
 * Arguments after `ip link add NAME type bridge`: iproute2's ip/iplink_bridge.c, times in hundredths of a second as there. Not
 * modelled, by name: spanning tree, VLAN filtering, multicast snooping's own settings.
 */
import { peekWord, rejectWord, splitWords, takeFlag, takeNumber, takeWord, unsupportedWord } from './words.js';

export interface BridgeArgs {
  /** Hundredths of a second; 30000 unless given. */
  readonly ageingTimeCs: number;
  /** Bridged IPv4 crosses iptables on this bridge, whatever the sysctl says. */
  readonly nfCallIptables: boolean;
  readonly nfCallIp6tables: boolean;
}

const WITHOUT_EFFECT = ['forward_delay', 'hello_time', 'max_age', 'priority', 'mcast_snooping', 'group_fwd_mask'];
const KNOWN = ['ageing_time', 'stp_state', 'vlan_filtering', 'nf_call_iptables', 'nf_call_ip6tables', ...WITHOUT_EFFECT];
const UNMODELLED = [
  'group_address no_linklocal_learn fdb_max_learned vlan_protocol vlan_default_pvid vlan_stats_enabled vlan_stats_per_port',
  'mcast_vlan_snooping mcast_router mcast_query_use_ifaddr mcast_querier mcast_hash_elasticity mcast_hash_max',
  'mcast_igmp_version mcast_last_member_count mcast_startup_query_count mcast_last_member_interval',
  'mcast_membership_interval mcast_querier_interval mcast_query_interval mcast_query_response_interval',
  'mcast_startup_query_interval mcast_stats_enabled mcast_mld_version nf_call_arptables',
].flatMap((line) => line.split(' '));

/** `ageing_time 30000 stp_state 0` → data; the empty text gives the defaults. */
export function parseBridgeArgs(text: string, origin = 'ip link type bridge'): BridgeArgs {
  const words = splitWords(text, origin);
  const args = { ageingTimeCs: 30000, nfCallIptables: false, nfCallIp6tables: false };
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'ageing_time') args.ageingTimeCs = takeNumber(words, 'the ageing time', 0, 0xffffffff);
    else if (word === 'nf_call_iptables') args.nfCallIptables = takeFlag(words, word);
    else if (word === 'nf_call_ip6tables') args.nfCallIp6tables = takeFlag(words, word);
    else if (word === 'stp_state' || word === 'vlan_filtering') {
      if (takeFlag(words, word)) unsupportedWord(words, `\`${word} 1\``);
    } else if (WITHOUT_EFFECT.includes(word)) takeNumber(words, `\`${word}\``, 0, 0xffffffff);
    else rejectWord(words, word, KNOWN, UNMODELLED);
  }
  return args;
}
