/**
 * -m ah, esp, frag, hbh, dst, rt, mh, ipv6header and eui64: IPsec's headers and IPv6's extension headers (extensions/libipt_ah.c, libxt_esp.c,
 * libip6t_*.c). No modelled host sends them, so that their options are read and kept as iptables-save prints them.
 */
import { formatIp } from '../../../base/ip.js';
import { nearest } from '../../../base/nearest.js';
import { type MatchModule, matchModule } from '../module.js';
import { notModelled, refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { ExtensionHeader } from '../extension-match.js';
import { ipIn } from '../value/address.js';
import { formatRange, type Limits, numberIn, type RangeForm, rangeIn, takeNumber, U32, U8 } from '../value/number.js';
import { bang } from '../value/quote.js';

/** Printed option by its word. */
type Draft = Map<string, string>;
type Read = (reader: RuleReader, draft: Draft, not: boolean) => void;

function range(word: string, limits: Limits): Read {
  const form: RangeForm = { separator: ':', limits, read: (reader, part) => numberIn(reader, part, limits) };
  return (reader, draft, not) => {
    const { from, to } = rangeIn(reader, takeValue(reader), form);
    draft.set(word, `${bang(not)}${word} ${formatRange({ from, to }, ':')}`);
  };
}

function number(word: string, limits: Limits): Read {
  return (reader, draft, not) => void draft.set(word, `${bang(not)}${word} ${takeNumber(reader, limits)}`);
}

function flag(word: string): Read {
  return (_reader, draft) => void draft.set(word, word);
}

/** Which of the two, the real tool asks too. */
function excluding(read: Read, other: string): Read {
  return (reader, draft, not) => {
    if (draft.has(other)) refuse(reader, 'contradiction', `it cannot stand beside \`${other}\``);
    read(reader, draft, not);
  };
}

/** `1:2,5`: types of options with their lengths. */
function options(word: string): Read {
  return (reader, draft) => {
    for (const each of takeValue(reader).split(',')) for (const part of each.split(':')) numberIn(reader, part, U8);
    draft.set(word, `${word} ${reader.text.slice(reader.start, reader.end)}`);
  };
}

interface HeaderSpec {
  readonly protocols?: readonly number[];
  readonly negatable?: Readonly<Record<string, Read>>;
  readonly options?: Readonly<Record<string, Read>>;
}

function header(name: ExtensionHeader, spec: HeaderSpec): MatchModule {
  const order = [...Object.keys(spec.negatable ?? {}), ...Object.keys(spec.options ?? {})];
  return matchModule<Draft>({
    name,
    ...spec,
    begin: () => new Map(),
    finish: (_reader, draft) => [{ kind: 'extension-header', name, words: order.flatMap((word) => draft.get(word) ?? []) }],
    format: ([match]) => (match?.kind === 'extension-header' ? match.words.join(' ') : ''),
  });
}

const ESP = 50;
const MOBILITY = 135;

export const ah: MatchModule = header('ah', {
  negatable: { '--ahspi': range('--ahspi', U32), '--ahlen': number('--ahlen', U32) },
  options: { '--ahres': flag('--ahres') },
});

export const esp: MatchModule = header('esp', { protocols: [ESP], negatable: { '--espspi': range('--espspi', U32) } });

export const frag: MatchModule = header('frag', {
  negatable: { '--fragid': range('--fragid', U32) },
  options: {
    '--fraglen': number('--fraglen', U32),
    '--fragres': flag('--fragres'),
    '--fragfirst': flag('--fragfirst'),
    '--fragmore': excluding(flag('--fragmore'), '--fraglast'),
    '--fraglast': excluding(flag('--fraglast'), '--fragmore'),
  },
});

export const hbh: MatchModule = header('hbh', {
  negatable: { '--hbh-len': number('--hbh-len', U32) },
  options: { '--hbh-opts': options('--hbh-opts') },
});

export const dst: MatchModule = header('dst', {
  negatable: { '--dst-len': number('--dst-len', U32) },
  options: { '--dst-opts': options('--dst-opts') },
});

export const rt: MatchModule = header('rt', {
  negatable: {
    '--rt-type': number('--rt-type', U32),
    '--rt-segsleft': range('--rt-segsleft', U32),
    '--rt-len': number('--rt-len', U32),
  },
  options: {
    '--rt-0-res': flag('--rt-0-res'),
    '--rt-0-addrs': (reader, draft) => {
      const addresses = takeValue(reader).split(',');
      draft.set('--rt-0-addrs', `--rt-0-addrs ${addresses.map((each) => formatIp(ipIn(reader, each))).join(',')}`);
    },
    '--rt-0-not-strict': flag('--rt-0-not-strict'),
  },
});

const MH_TYPES: readonly string[] = [
  ...['binding-refresh-request', 'home-test-init', 'careof-test-init', 'home-test'],
  ...['careof-test', 'binding-update', 'binding-acknowledgement', 'binding-error'],
];
const MH_SHORT: ReadonlyMap<string, number> = new Map([
  ...(['brr', 'hoti', 'coti', 'hot', 'cot', 'bu', 'ba', 'be'] as const).map((name, i) => [name, i] as const),
]);

function mhType(reader: RuleReader, word: string): number {
  const named = MH_TYPES.indexOf(word.toLowerCase());
  return named >= 0 ? named : (MH_SHORT.get(word.toLowerCase()) ?? numberIn(reader, word, U8));
}

export const mh: MatchModule = header('mh', {
  protocols: [MOBILITY],
  negatable: {
    '--mh-type': (reader, draft, not) => {
      const types = rangeIn(reader, takeValue(reader), { separator: ':', limits: U8, read: mhType });
      draft.set('--mh-type', `${bang(not)}--mh-type ${formatRange(types, ':')}`);
    },
  },
});

/** By bit, from the highest. */
const HEADERS: readonly (readonly [bit: number, printed: string, ...others: string[]])[] = [
  [128, 'hop-by-hop', 'hop', 'ipv6-opts-hop'],
  [64, 'ipv6-opts', 'dst'],
  [32, 'ipv6-route', 'route'],
  [16, 'ipv6-frag', 'frag'],
  [8, 'ah', 'auth'],
  [4, 'esp'],
  [2, 'ipv6-nonxt', 'none'],
  [1, 'protocol', 'prot'],
];

function headerBits(reader: RuleReader, word: string): number {
  let bits = 0;
  for (const each of word.split(',')) {
    const known = HEADERS.find(([, ...names]) => names.includes(each));
    if (known === undefined) {
      if (/^\d+$/.test(each)) notModelled(reader, `the number of a header (\`${each}\`)`, 'write its name');
      const near = nearest(
        each,
        HEADERS.flatMap(([, ...names]) => names),
      );
      return refuse(reader, 'unknown-value', `there is no header \`${each}\``, near === undefined ? undefined : `did you mean ${near}?`);
    }
    bits |= known[0];
  }
  return bits;
}

export const ipv6header: MatchModule = matchModule<{ headers: number | undefined; soft: boolean; not: boolean }>({
  name: 'ipv6header',
  begin: () => ({ headers: undefined, soft: false, not: false }),
  negatable: {
    '--header': (reader, draft, not) => {
      draft.headers = headerBits(reader, takeValue(reader));
      draft.not = not;
    },
  },
  options: {
    '--soft': (_reader, draft) => {
      draft.soft = true;
    },
  },
  finish: (reader, { headers, soft, not }) => {
    if (headers === undefined) return refuse(reader, 'missing-option', '`-m ipv6header` needs --header');
    return [{ kind: 'ipv6header', headers, soft, not }];
  },
  format: ([match]) => {
    if (match?.kind !== 'ipv6header') return '';
    const names = HEADERS.filter(([bit]) => (match.headers & bit) !== 0).map(([, name]) => name);
    return `${bang(match.not)}--header ${names.join(',')}${match.soft ? ' --soft' : ''}`;
  },
});

export const eui64: MatchModule = matchModule<undefined>({
  name: 'eui64',
  begin: () => undefined,
  finish: () => [{ kind: 'eui64' }],
  format: () => '',
});
