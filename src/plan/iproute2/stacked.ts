/**
 * Arguments after `type vlan`, `type macvlan` and `type ipvlan`, devices that stand on another one: iproute2's ip/iplink_{vlan,macvlan,ipvlan}.c.
 * The device below is the plan's `link`. Not modelled, by name: 802.1ad, GVRP, MVRP, priority maps, loose binding; macvlan's vepa
 * (which is the kernel's default, so a mode must be named), passthru and source; ipvlan's l3s, private and vepa.
 */
import {
  peekWord,
  refuseWord,
  rejectWord,
  splitWords,
  takeNumber,
  takeOnOff,
  takeValue,
  takeWord,
  unsupportedWord,
  type Words,
} from './words.js';

export interface VlanArgs {
  readonly id: number;
}

export interface MacvlanArgs {
  /** In private mode siblings do not hear each other. */
  readonly mode: 'bridge' | 'private';
}

export interface IpvlanArgs {
  readonly mode: 'l2' | 'l3';
}

const SWITCHES = ['reorder_hdr', 'gvrp', 'mvrp', 'loose_binding', 'bridge_binding'];
const MAPS = ['ingress-qos-map', 'egress-qos-map'];

/** `id 5` → data. */
export function parseVlanArgs(text: string, origin = 'ip link type vlan'): VlanArgs {
  const words = splitWords(text, origin);
  let id: number | undefined;
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'id') id = takeNumber(words, 'the VLAN id', 0, 4095);
    else if (word === 'protocol') takeProtocol(words);
    else if (SWITCHES.includes(word)) {
      if (takeOnOff(words, `\`${word}\``) !== (word === 'reorder_hdr')) unsupportedWord(words, `this \`${word}\``);
    } else rejectWord(words, word, ['id', 'protocol', ...SWITCHES], MAPS);
  }
  if (id === undefined) takeValue(words, 'the `id`');
  // 4095 is reserved, and iproute2 refuses it; 0 is a priority tag.
  if (id === 4095) refuseWord(words, 'bad-number', 'the VLAN id must be a number from 0 to 4094, but is `4095`');
  if (id === 0) unsupportedWord(words, 'VLAN 0');
  return { id: id as number };
}

function takeProtocol(words: Words): void {
  const word = takeValue(words, 'the protocol');
  if (word.toLowerCase() !== '802.1q') unsupportedWord(words, `\`protocol ${word}\``);
}

/** `mode bridge` → data. */
export function parseMacvlanArgs(text: string, origin = 'ip link type macvlan'): MacvlanArgs {
  const words = splitWords(text, origin);
  let mode: string = 'vepa';
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'mode') mode = takeValue(words, 'the mode');
    else if (word === 'bcqueuelen') takeNumber(words, 'the queue length', 0, 0xffffffff);
    else rejectWord(words, word, ['mode', 'bcqueuelen'], ['nopromisc', 'flag', 'bclim', 'macaddr']);
  }
  if (mode === 'bridge' || mode === 'private') return { mode };
  return refuseMode(words, 'macvlan', mode, ['bridge', 'private'], ['vepa', 'passthru', 'source']);
}

/** `mode l2 bridge` → data. */
export function parseIpvlanArgs(text: string, origin = 'ip link type ipvlan'): IpvlanArgs {
  const words = splitWords(text, origin);
  let mode: string = 'l3';
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'mode') mode = takeValue(words, 'the mode');
    else if (word !== 'bridge') rejectWord(words, word, ['mode', 'bridge'], ['private', 'vepa']);
  }
  if (mode === 'l2' || mode === 'l3') return { mode };
  return refuseMode(words, 'ipvlan', mode, ['l2', 'l3'], ['l3s']);
}

function refuseMode(words: Words, kind: string, mode: string, known: readonly string[], unmodelled: readonly string[]): never {
  if (unmodelled.includes(mode)) unsupportedWord(words, `${kind} in mode \`${mode}\``, `say \`mode ${known[0]}\``);
  return rejectWord(words, mode, [...known, ...unmodelled], []);
}
