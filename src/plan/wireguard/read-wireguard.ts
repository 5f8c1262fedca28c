/**
 * What `wg setconf` and `wg showconf` hold of a WireGuard device: wireguard-tools' src/config.c. Keys are text here; what they mean is
 * x25519.ts's. Host names as endpoints are refused, for nothing here resolves them. Errors carry line and column. Left out, and without effect
 * on a fresh tunnel: keepalives. A pre-shared key is kept, for both ends must have the same.
 */
import { type Cidr, parseCidr } from '../../base/cidr.js';
import { inputError } from '../../base/errors.js';
import { type Ip, parseIp } from '../../base/ip.js';
import { nearest } from '../../base/nearest.js';
import { isKey } from './x25519.js';

export interface WireguardConf {
  readonly privateKey: string | undefined;
  /** 0 leaves it to the kernel. */
  readonly listenPort: number;
  readonly fwmark: number;
  readonly peers: readonly WireguardPeer[];
}

export interface WireguardPeer {
  readonly publicKey: string;
  readonly presharedKey: string | undefined;
  readonly allowedIps: readonly Cidr[];
  readonly endpoint: { readonly ip: Ip; readonly port: number } | undefined;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Line {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const INTERFACE = ['PrivateKey', 'ListenPort', 'FwMark'];
const PEER = ['PublicKey', 'PresharedKey', 'AllowedIPs', 'Endpoint', 'PersistentKeepalive'];

export function readWireguard(text: string, file: string): WireguardConf {
  const conf: Writable<WireguardConf> & { peers: Writable<WireguardPeer>[] } = {
    privateKey: undefined,
    listenPort: 0,
    fwmark: 0,
    peers: [],
  };
  let section: 'interface' | Writable<WireguardPeer> | undefined;
  for (const [i, whole] of text.split('\n').entries()) {
    const at: Line = { file, line: i + 1, text: whole };
    const bare = whole.replace(/#.*/, '').trim();
    if (bare === '') continue;
    if (/^\[interface\]$/i.test(bare)) section = 'interface';
    else if (/^\[peer\]$/i.test(bare))
      conf.peers.push((section = { publicKey: '', presharedKey: undefined, allowedIps: [], endpoint: undefined }));
    else readField(at, bare, section, conf);
  }
  if (conf.peers.some(({ publicKey }) => publicKey === ''))
    throw inputError('no-public-key', `${file}: a [Peer] has no PublicKey`, { fix: 'every peer is known by its PublicKey' });
  return conf;
}

function readField(
  at: Line,
  bare: string,
  section: 'interface' | Writable<WireguardPeer> | undefined,
  conf: Writable<WireguardConf>,
): void {
  const [, name = '', value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(bare) ?? refuse(at, bare, 'is neither a section nor `Name = value`');
  if (section === undefined) return refuse(at, name, 'stands before [Interface] and [Peer]');
  const known = section === 'interface' ? INTERFACE : PEER;
  const field = known.find((each) => each.toLowerCase() === name.toLowerCase());
  if (field === undefined) return refuse(at, name, 'is no field of this section', didYouMean(name, known));
  if (section === 'interface') readInterface(at, field, value, conf);
  else readPeer(at, field, value, section);
}

function readInterface(at: Line, field: string, value: string, conf: Writable<WireguardConf>): void {
  if (field === 'PrivateKey') conf.privateKey = keyIn(at, value);
  else if (field === 'ListenPort') conf.listenPort = numberIn(at, value, 65535);
  else conf.fwmark = value === 'off' ? 0 : numberIn(at, value, 0xffffffff) | 0;
}

function readPeer(at: Line, field: string, value: string, peer: Writable<WireguardPeer>): void {
  if (field === 'PublicKey') peer.publicKey = keyIn(at, value);
  else if (field === 'PresharedKey') peer.presharedKey = keyIn(at, value);
  else if (field === 'AllowedIPs')
    peer.allowedIps = [
      ...peer.allowedIps,
      ...value
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((text) => rangeIn(at, text)),
    ];
  else if (field === 'Endpoint') peer.endpoint = endpointIn(at, value);
  else if (value !== 'off') numberIn(at, value, 65535);
}

function keyIn(at: Line, value: string): string {
  return isKey(value)
    ? value
    : refuse(at, value, 'is not the correct length or format of a key', 'a key is 32 bytes in base64, 44 characters');
}

function numberIn(at: Line, value: string, max: number): number {
  const number = /^(\d+|0x[0-9a-fA-F]+)$/.test(value) ? Number(value) : Number.NaN;
  return number <= max ? number : refuse(at, value, `must be a number from 0 to ${max}`);
}

function rangeIn(at: Line, text: string): Cidr {
  const ip = parseIp(text);
  const range = ip === undefined ? parseCidr(text) : { ip, length: typeof ip === 'number' ? 32 : 128 };
  return range ?? refuse(at, text, 'is no address with a prefix length');
}

function endpointIn(at: Line, value: string): { readonly ip: Ip; readonly port: number } {
  const [, six, four, port = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(value) ?? [];
  const ip = parseIp(six ?? four ?? '');
  return ip === undefined ? refuse(at, value, 'must be an address and a port') : { ip, port: numberIn(at, port, 65535) };
}

function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `fields are ${known.join(', ')}` : `did you mean ${near}?`;
}

function refuse(at: Line, word: string, says: string, fix?: string): never {
  const column = Math.max(0, at.text.indexOf(word)) + 1;
  throw inputError('bad-wireguard', `\`${word}\` ${says}`, {
    position: { ...at, column, width: word.length },
    ...(fix === undefined ? {} : { fix }),
  });
}
