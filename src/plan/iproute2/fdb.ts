/**
 * Arguments of `bridge fdb append`: iproute2's bridge/fdb.c fdb_modify, with its defaults: `self` (the device's own table, as a
 * VXLAN device has one) and permanent. On a bridge port `master` is the bridge's table. Not modelled, by name: VLANs, nexthop
 * groups, another VNI or device than the VXLAN device's own.
 */
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import { peekWord, rejectWord, splitWords, takeDevice, takeIp, takeMac, takeNumber, takeValue, takeWord } from './words.js';

export interface FdbEntry {
  /** 0 is the entry for addresses that no other entry names. */
  readonly mac: Mac;
  readonly dev: string;
  /** The remote VTEP, in a VXLAN device's own table. */
  readonly dst: Ip | undefined;
  /** The remote UDP port; the device's own unless given. */
  readonly port: number | undefined;
  readonly self: boolean;
  readonly master: boolean;
  /** `permanent` on a bridge is an address of the host itself; `static` and `dynamic` lead to the port. */
  readonly state: 'permanent' | 'static' | 'dynamic';
}

const KNOWN = ['dev', 'dst', 'port', 'self', 'master', 'permanent', 'local', 'static', 'temp', 'dynamic'];
const UNMODELLED = [
  'vlan',
  'vni',
  'src_vni',
  'via',
  'nhid',
  'use',
  'router',
  'extern_learn',
  'sticky',
  'activity_notify',
  'inactive',
  'norefresh',
];

/** `0a:…:02 dev flannel.1 dst 192.168.1.11 self permanent` → data. */
export function parseFdb(text: string, origin = 'bridge fdb'): FdbEntry {
  const words = splitWords(text, origin);
  let mac: Mac | undefined;
  let dev: string | undefined;
  let dst: Ip | undefined;
  let port: number | undefined;
  let self = false;
  let master = false;
  let state: FdbEntry['state'] = 'permanent';
  while (peekWord(words) !== undefined) {
    const word = takeWord(words) as string;
    if (word === 'dev') dev = takeDevice(words);
    else if (word === 'dst') dst = takeIp(words, 'the remote address');
    else if (word === 'port') port = takeNumber(words, 'the remote port', 1, 65535);
    else if (word === 'self') self = true;
    else if (word === 'master') master = true;
    else if (word === 'permanent' || word === 'local') state = 'permanent';
    else if (word === 'static' || word === 'temp') state = 'static';
    else if (word === 'dynamic') state = 'dynamic';
    else if (mac === undefined && (word === 'to' || word.includes(':'))) {
      if (word !== 'to') words.at--;
      mac = takeMac(words, 'the MAC address');
    } else rejectWord(words, word, KNOWN, UNMODELLED);
  }
  if (mac === undefined) takeValue(words, 'the MAC address');
  if (dev === undefined) takeValue(words, 'the `dev`');
  return { mac: mac as Mac, dev: dev as string, dst, port, self: self || !master, master, state };
}
