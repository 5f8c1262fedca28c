/** Random targets: every one that is modelled, where it may stand. Most let the packet go on, or the probes would see one rule each. */
import { extensionTarget } from './random-extension.js';
import { socketText } from './dialect.js';
import { MARKS, PORTS, type RulePlace, type RuleProtocol, sidesOf, type Vocabulary } from './vocabulary.js';

export interface Aim {
  readonly text: string;
  /** Goes between the header and the target, where the target asks for it. */
  readonly needs?: string;
}

type Make = (words: Vocabulary, proto: RuleProtocol, place: RulePlace) => Aim | undefined;

const plain =
  (text: string): Make =>
  () => ({ text });
const setMark: Make = ({ chance }) => ({ text: `MARK --${chance.pick(['set-xmark', 'set-mark'])} ${chance.pick(MARKS)}` });
const changeMark: Make = ({ chance }) => ({
  text: `MARK --${chance.pick(['or', 'and', 'xor'])}-mark ${chance.pick(['0x1', '0x4000', '0x2', '0xff'])}`,
});
const connmark: Make = ({ chance }) => ({
  text: chance.weighed([
    [2, `CONNMARK --set-xmark ${chance.pick(MARKS)}`],
    [2, `CONNMARK --save-mark${chance.maybe(40) ? ' --nfmask 0xff --ctmask 0xff' : ''}`],
    [2, `CONNMARK --restore-mark${chance.maybe(40) ? ' --nfmask 0xff --ctmask 0xff' : ''}`],
    [1, `CONNMARK --or-mark 0x8`],
  ]),
});

const ANYWHERE: readonly (readonly [number, Make])[] = [
  [3, plain('ACCEPT')],
  [2, plain('RETURN')],
  [1, plain('LOG --log-prefix "seen "')],
  [1, plain('NFLOG --nflog-group 5')],
  [1, plain('TRACE')],
];

/** New connections alone change sets, for a real socket sends more packets. */
const changeSet: Make = ({ chance, sets, tunnels }, proto) => {
  const growing = sets.filter(({ grows }) => grows);
  if (growing.length === 0 || tunnels || proto === undefined) return undefined;
  const set = chance.pick(growing);
  const options = chance.maybe(70)
    ? `--add-set ${set.name} ${sidesOf(chance, set)}${chance.maybe(40) ? ' --exist' : ''}`
    : `--del-set ${set.name} ${sidesOf(chance, set)}`;
  return { text: `SET ${options}`, needs: '-m conntrack --ctstate NEW' };
};

/** On the way through only what makes it less: a packet that goes round in a circle would never end. */
function changeTtl({ chance, dialect: { ttl } }: Vocabulary, { hook }: RulePlace): Aim {
  const ends = hook === 'INPUT' || hook === 'OUTPUT';
  if (!ends && chance.maybe(50))
    return { text: `${ttl.toUpperCase()} --${ttl}-set ${chance.pick(['1', '2', '40'])}`, needs: `-m ${ttl} --${ttl}-gt 40` };
  const change = ends ? chance.pick(['set 64', 'set 2', 'set 1', 'dec 1', 'inc 1', 'dec 70']) : chance.pick(['dec 1', 'dec 70']);
  return { text: `${ttl.toUpperCase()} --${ttl}-${change}` };
}

const extension: Make = (words, proto, place) => {
  const text = extensionTarget(words, place, proto);
  return text === undefined ? undefined : { text };
};

const RAW: readonly (readonly [number, Make])[] = [
  ...ANYWHERE.slice(0, 4),
  [2, plain('CT --notrack')],
  [1, plain('NOTRACK')],
  [1, plain('TRACE')],
  [1, plain('DROP')],
  [2, setMark],
  [3, extension],
];

const MANGLE: readonly (readonly [number, Make])[] = [
  ...ANYWHERE.slice(0, 4),
  [8, setMark],
  [3, changeMark],
  [6, connmark],
  [2, (words, _proto, place) => changeTtl(words, place)],
  [2, ({ chance }) => ({ text: `DSCP --set-dscp ${chance.pick(['0x0a', '0x2e', '0x00'])}` })],
  [2, ({ chance }) => ({ text: `TOS --set-tos ${chance.pick(['0x10/0x3f', '0x28/0xff', '0x00/0xff'])}` })],
  [1, (_words, proto) => (proto === 'tcp' ? { text: 'TCPMSS --set-mss 1200', needs: '-m tcp --tcp-flags SYN,RST SYN' } : undefined)],
  [2, changeSet],
  [3, extension],
  [1, plain('DROP')],
];

const FILTER: readonly (readonly [number, Make])[] = [
  ...ANYWHERE.slice(0, 4),
  [1, extension],
  [6, plain('ACCEPT')],
  [2, plain('DROP')],
  [1, setMark],
  [2, changeSet],
  [
    4,
    (words, proto) => ({
      text: `REJECT --reject-with ${proto === 'tcp' && words.chance.maybe(30) ? 'tcp-reset' : words.chance.pick(words.dialect.rejects)}`,
    }),
  ],
];

const DESTINATION: readonly (readonly [number, Make])[] = [
  ...ANYWHERE.slice(0, 3),
  [
    12,
    (words, proto) => ({
      text: `DNAT --to-destination ${socketText(words.chance.pick(words.addresses), port(words, proto))}${words.chance.maybe(10) ? ' --persistent' : ''}`,
    }),
  ],
  [2, (words) => ({ text: `DNAT --to-destination ${words.chance.pick(words.dialect.targets)}` })],
  [3, (words, proto) => ({ text: `REDIRECT${port(words, proto).replace(':', ' --to-ports ')}` })],
  [1, ({ chance, dialect }) => ({ text: `NETMAP --to ${chance.pick(dialect.networks)}` })],
  [1, setMark],
];

const SOURCE: readonly (readonly [number, Make])[] = [
  ...ANYWHERE.slice(0, 3),
  [
    8,
    (words) => ({
      text: `SNAT --to-source ${words.chance.pick([...words.addresses, ...words.dialect.nobody])}${words.chance.maybe(20) ? ' --random-fully' : ''}`,
    }),
  ],
  [
    1,
    (words, proto) =>
      proto === 'tcp' || proto === 'udp'
        ? { text: `SNAT --to-source ${socketText(words.chance.pick(words.addresses), ':40000-40100')}` }
        : undefined,
  ],
  [1, ({ chance, dialect }) => ({ text: `NETMAP --to ${chance.pick([dialect.networks[2], dialect.networks[0]])}` })],
];

const MASQUERADE: readonly (readonly [number, Make])[] = [
  ...SOURCE,
  [
    8,
    (words, proto) => ({
      text: `MASQUERADE${words.chance.weighed([
        [6, ''],
        [3, ' --random-fully'],
        [1, ' --random'],
        [1, proto === 'tcp' || proto === 'udp' ? ' --to-ports 50000-50100' : ''],
      ])}`,
    }),
  ],
];

function port({ chance }: Vocabulary, proto: RuleProtocol): string {
  return proto === 'icmp' || proto === undefined || chance.maybe(30) ? '' : `:${chance.pick(PORTS)}`;
}

export function randomTarget(words: Vocabulary, { table, hook }: RulePlace, proto: RuleProtocol): Aim {
  const source = hook === 'POSTROUTING' ? MASQUERADE : SOURCE;
  const nat = hook === 'PREROUTING' || hook === 'OUTPUT' ? DESTINATION : source;
  const from = { raw: RAW, mangle: MANGLE, nat, filter: FILTER, security: [...ANYWHERE, [1, plain('DROP')] as const] }[table];
  for (;;) {
    const aim = words.chance.weighed(from)(words, proto, { table, hook });
    if (aim !== undefined) return aim;
  }
}
