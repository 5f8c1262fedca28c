/**
 * -m policy: the IPsec policy that a packet came or goes under (extensions/libxt_policy.c). No plan has any, so that only `--pol none`
 * ever holds; what asks for more is read, and kept as iptables-save prints it.
 */
import { addressBits, formatCidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import { type MatchModule, matchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { cidrIn } from '../value/address.js';
import { wordIn } from '../value/name.js';
import { hex, takeNumber, U32 } from '../value/number.js';
import { bang } from '../value/quote.js';

type Element = Map<string, string>;

interface Draft {
  direction: 'in' | 'out' | undefined;
  policy: 'none' | 'ipsec';
  strict: boolean;
  readonly elements: Element[];
}

const ORDER = ['--reqid', '--spi', '--proto', '--mode', '--tunnel-dst', '--tunnel-src'];
const ELEMENTS_MAX = 4;

type Read = (reader: RuleReader, draft: Draft, not: boolean) => void;

function element(word: string, value: (reader: RuleReader) => string): Read {
  return (reader, { elements }, not) => {
    const last = elements.at(-1) as Element;
    if (last.has(word)) refuse(reader, 'repeated-option', `\`${word}\` stands twice`, 'write --next before the second');
    last.set(word, `${bang(not)}${word} ${value(reader)}`);
  };
}

function endpoint(reader: RuleReader): string {
  const cidr = cidrIn(reader, takeValue(reader));
  return cidr.length === addressBits(cidr.ip) ? formatIp(cidr.ip) : formatCidr(cidr);
}

export const policy: MatchModule = matchModule<Draft>({
  name: 'policy',
  begin: () => ({ direction: undefined, policy: 'ipsec', strict: false, elements: [new Map()] }),
  repeatable: ['--reqid', '--spi', '--proto', '--mode', '--tunnel-dst', '--tunnel-src', '--next'],
  options: {
    '--dir': (reader, draft) => {
      draft.direction = wordIn(reader, takeValue(reader), ['in', 'out'] as const);
    },
    '--pol': (reader, draft) => {
      draft.policy = wordIn(reader, takeValue(reader), ['none', 'ipsec'] as const);
    },
    '--strict': (_reader, draft) => {
      draft.strict = true;
    },
    '--next': (reader, draft) => {
      if (draft.elements.length === ELEMENTS_MAX) refuse(reader, 'too-many', `a policy has at most ${ELEMENTS_MAX} elements`);
      draft.elements.push(new Map());
    },
  },
  negatable: {
    '--reqid': element('--reqid', (reader) => `${takeNumber(reader, U32)}`),
    '--spi': element('--spi', (reader) => hex(takeNumber(reader, U32))),
    '--proto': element('--proto', (reader) => wordIn(reader, takeValue(reader), ['ah', 'esp', 'ipcomp'])),
    '--mode': element('--mode', (reader) => wordIn(reader, takeValue(reader), ['transport', 'tunnel'])),
    '--tunnel-src': element('--tunnel-src', endpoint),
    '--tunnel-dst': element('--tunnel-dst', endpoint),
  },
  finish,
  format: ([match]) => (match?.kind === 'policy' ? match.words.join(' ') : ''),
});

function finish(
  reader: RuleReader,
  { direction, policy: asked, strict, elements }: Draft,
): [{ kind: 'policy'; ipsec: boolean; words: string[] }] {
  if (direction === undefined) return refuse(reader, 'missing-option', '`-m policy` needs --dir');
  const given = elements.some((each) => each.size > 0);
  if (asked === 'none' && (strict || given)) refuse(reader, 'wrong-option', '`--pol none` has no elements');
  if (elements.length > 1 && !strict) refuse(reader, 'missing-option', '--next needs --strict');
  if (strict && elements.some((each) => each.size === 0)) refuse(reader, 'missing-option', 'an element of a --strict policy is empty');
  const words = ['--dir', direction, '--pol', asked, ...(strict ? ['--strict'] : [])];
  for (const [i, each] of elements.entries()) {
    if (i > 0) words.push('--next');
    words.push(...ORDER.flatMap((word) => each.get(word) ?? []));
  }
  return [{ kind: 'policy', ipsec: asked === 'ipsec', words }];
}
