/**
 * Arguments of `ip neigh add`: iproute2's ip/ipneigh.c. An entry is permanent unless `nud` says otherwise. Not modelled, by name:
 * states that only the kernel's own resolution gives, and entries that another program manages.
 */
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import {
  peekWord,
  refuseWord,
  rejectWord,
  splitWords,
  takeDevice,
  takeIp,
  takeMac,
  takeValue,
  takeWord,
  unsupportedWord,
  type Words,
} from './words.js';

export type NeighState = 'permanent' | 'noarp' | 'reachable' | 'stale' | 'failed' | 'none';

export interface NeighEntry {
  readonly ip: Ip;
  readonly dev: string;
  /** Undefined in a proxy entry. */
  readonly mac: Mac | undefined;
  readonly state: NeighState;
  /** This host answers ARP for the address (`proxy ADDRESS`). */
  readonly proxy: boolean;
}

const KNOWN = ['lladdr', 'dev', 'nud', 'proxy', 'to', 'permanent', 'noarp', 'reachable', 'stale'];
const UNMODELLED = ['router', 'extern_learn', 'use', 'managed', 'protocol', 'incomplete', 'delay', 'probe'];
const STATES: readonly string[] = ['permanent', 'noarp', 'reachable', 'stale', 'failed', 'none'];
/** Nothing is known of these. */
const UNKNOWN: readonly string[] = ['failed', 'none'];

/** `10.244.2.0 lladdr 0a:…:02 dev flannel.1 nud permanent` → data. */
export function parseNeigh(text: string, origin = 'ip neigh'): NeighEntry {
  const words = splitWords(text, origin);
  let ip: Ip | undefined;
  let dev: string | undefined;
  let mac: Mac | undefined;
  let state: NeighState = 'permanent';
  let proxy = false;
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'lladdr') mac = takeMac(words, 'the link-layer address');
    else if (word === 'dev') dev = takeDevice(words);
    else if (word === 'nud') state = takeState(words);
    else if (STATES.includes(word)) state = word as NeighState;
    else if (word === 'proxy' || word === 'to') {
      proxy ||= word === 'proxy';
      ip = takeIp(words, 'the neighbour address');
    } else if (ip === undefined && /[.:]/.test(word)) {
      words.at--;
      ip = takeIp(words, 'the neighbour address');
    } else rejectWord(words, word, KNOWN, UNMODELLED);
  }
  if (ip === undefined) takeValue(words, 'the neighbour address');
  if (dev === undefined) takeValue(words, 'the `dev`');
  if (mac === undefined && !proxy && !UNKNOWN.includes(state)) takeValue(words, 'the `lladdr`');
  return { ip: ip as Ip, dev: dev as string, mac, state, proxy };
}

function takeState(words: Words): NeighState {
  const word = takeValue(words, 'the neighbour state');
  if (STATES.includes(word)) return word as NeighState;
  if (UNMODELLED.includes(word)) unsupportedWord(words, `the neighbour state \`${word}\``);
  refuseWord(words, 'bad-state', `the neighbour state must be ${STATES.join(', ')}, but is \`${word}\``);
}
