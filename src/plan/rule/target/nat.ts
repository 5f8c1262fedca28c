/**
 * -j DNAT, SNAT, MASQUERADE, REDIRECT and NETMAP (extensions/libxt_NAT.c, libipt_NETMAP.c): where the binding of a connection may
 * take its addresses and ports from. Left out: several ranges, and the base port of shifted port maps, unsupported by name.
 */
import type { Cidr } from '../../../base/cidr.js';
import { compareIp, type Ip } from '../../../base/ip.js';
import { type TargetModule, targetModule } from '../module.js';
import { notModelled, refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { NatRange, Range } from '../rule.js';
import { cidrIn, ipIn } from '../value/address.js';
import { portRangeIn } from '../value/port.js';

type Draft = { -readonly [Field in keyof NatRange]: NatRange[Field] };
type Read = (reader: RuleReader, draft: Draft) => void;

function begin(): Draft {
  return { fromIp: undefined, toIp: undefined, ports: undefined, random: false, randomFully: false, persistent: false };
}

const random: Read = (_reader, draft) => {
  draft.random = true;
};
const randomFully: Read = (_reader, draft) => {
  draft.randomFully = true;
};
const persistent: Read = (_reader, draft) => {
  draft.persistent = true;
};

/** `10.0.0.1`, `10.0.0.1-10.0.0.9:80-90`, `:8080`, `[fd00::1-fd00::9]:80`. */
function readDestination(reader: RuleReader, draft: Draft): void {
  if (draft.fromIp !== undefined || draft.ports !== undefined) notModelled(reader, `a second \`${reader.option}\``);
  const word = takeValue(reader);
  const { addresses, ports } = splitPorts(word);
  if (ports !== undefined) draft.ports = natPorts(reader, ports);
  if (addresses === '') {
    if (ports === undefined) refuse(reader, 'bad-address', `\`${reader.option}\` needs an address, a port, or both`);
    return;
  }
  const dash = addresses.indexOf('-');
  draft.fromIp = ipIn(reader, dash < 0 ? addresses : addresses.slice(0, dash));
  draft.toIp = dash < 0 ? draft.fromIp : ipIn(reader, addresses.slice(dash + 1));
  refuseBackwards(reader, word, draft.fromIp, draft.toIp);
}

/** IPv6 addresses stand in brackets before a port, a range in one pair; without brackets two colons are of an address. */
function splitPorts(word: string): { addresses: string; ports: string | undefined } {
  const bracket = word.startsWith('[') ? word.indexOf(']') : -1;
  if (bracket > 0) {
    const rest = word.slice(bracket + 1);
    if (rest === '' || rest.startsWith(':')) return { addresses: word.slice(1, bracket), ports: rest === '' ? undefined : rest.slice(1) };
  }
  const colon = word.indexOf(':');
  if (colon < 0 || word.indexOf(':', colon + 1) >= 0) return { addresses: word, ports: undefined };
  return { addresses: word.slice(0, colon), ports: word.slice(colon + 1) };
}

/** The kernel takes such a range and chooses addresses outside of it. */
function refuseBackwards(reader: RuleReader, word: string, from: Ip, to: Ip): void {
  if (typeof from !== typeof to) refuse(reader, 'bad-range', `the range \`${word}\` mixes IPv4 and IPv6`);
  if (compareIp(from, to) > 0) notModelled(reader, `a range that ends before it begins (\`${word}\`)`, 'write the lower address first');
}

/** Ports of a NAT target are numbers, parted by `-`; a slash would begin the base of a shifted map. */
function natPorts(reader: RuleReader, word: string): Range {
  if (word.includes('/')) notModelled(reader, `a shifted port map (\`${word}\`)`);
  return portRangeIn(reader, word, '-');
}

const toPorts: Read = (reader, draft) => {
  draft.ports = natPorts(reader, takeValue(reader));
};

function natTarget(kind: 'dnat' | 'snat', option: string, more: Readonly<Record<string, Read>>): TargetModule {
  return targetModule<Draft>({
    name: kind.toUpperCase(),
    begin,
    options: { [option]: readDestination, '--random': random, '--persistent': persistent, ...more },
    finish: (reader, range) => {
      if (range.fromIp === undefined && range.ports === undefined)
        refuse(reader, 'missing-option', `\`-j ${kind.toUpperCase()}\` needs ${option}`);
      return { kind, range };
    },
  });
}

export const dnat: TargetModule = natTarget('dnat', '--to-destination', {});
export const snat: TargetModule = natTarget('snat', '--to-source', { '--random-fully': randomFully });

export const masquerade: TargetModule = targetModule<Draft>({
  name: 'MASQUERADE',
  begin,
  options: { '--to-ports': toPorts, '--random': random, '--random-fully': randomFully },
  finish: (_reader, range) => ({ kind: 'masquerade', range }),
});

export const redirect: TargetModule = targetModule<Draft>({
  name: 'REDIRECT',
  begin,
  options: { '--to-ports': toPorts, '--random': random },
  finish: (_reader, range) => ({ kind: 'redirect', range }),
});

export const netmap: TargetModule = targetModule<{ cidr: Cidr | undefined }>({
  name: 'NETMAP',
  begin: () => ({ cidr: undefined }),
  options: {
    '--to': (reader, draft) => {
      draft.cidr = cidrIn(reader, takeValue(reader));
    },
  },
  finish: (reader, { cidr }) =>
    cidr === undefined ? refuse(reader, 'missing-option', '`-j NETMAP` needs --to') : { kind: 'netmap', cidr },
});
