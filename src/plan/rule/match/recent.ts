/** -m recent: a named list of addresses and when they were last seen (extensions/libxt_recent.c); kube-proxy keeps session affinity in it. */
import { formatIp, type Ip } from '../../../base/ip.js';
import { type MatchModule, matchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { ipIn } from '../value/address.js';
import { takeName } from '../value/name.js';
import { takeNumber, U16, U32 } from '../value/number.js';
import { bang } from '../value/quote.js';

type Recent = Extract<Match, { kind: 'recent' }>;
type Draft = { -readonly [Field in keyof Recent]: Recent[Field] } & { given: boolean };

const WHOLE: Ip = -1;
const WHOLE_6: Ip = (1n << 128n) - 1n;

function setOp(op: Recent['op']): (reader: RuleReader, draft: Draft, not: boolean) => void {
  return (reader, draft, not) => {
    if (draft.given) refuse(reader, 'repeated-option', 'only one of --set, --rcheck, --update and --remove can stand in one -m recent');
    draft.given = true;
    draft.op = op;
    draft.not = not;
  };
}

function finish(reader: RuleReader, { given, ...match }: Draft): readonly Match[] {
  const { op, seconds, hitcount, reap, rttl } = match;
  if (!given) refuse(reader, 'missing-option', '`-m recent` needs one of --set, --rcheck, --update and --remove');
  const counts = op === 'rcheck' || op === 'update';
  if (!counts && (seconds !== undefined || hitcount !== undefined || rttl)) {
    refuse(reader, 'wrong-option', '--seconds, --hitcount and --rttl belong to --rcheck and --update');
  }
  if (reap && seconds === undefined) refuse(reader, 'missing-option', '`--reap` needs --seconds');
  return [match];
}

export const recent: MatchModule = matchModule<Draft>({
  name: 'recent',
  begin: () => ({
    kind: 'recent',
    op: 'set',
    name: 'DEFAULT',
    side: 'source',
    mask: undefined,
    seconds: undefined,
    hitcount: undefined,
    reap: false,
    rttl: false,
    not: false,
    given: false,
  }),
  negatable: { '--set': setOp('set'), '--rcheck': setOp('rcheck'), '--update': setOp('update'), '--remove': setOp('remove') },
  options: {
    '--name': (reader, draft) => {
      draft.name = takeName(reader, 199);
    },
    '--seconds': (reader, draft) => {
      draft.seconds = takeNumber(reader, { min: 1, max: U32.max });
    },
    '--hitcount': (reader, draft) => {
      draft.hitcount = takeNumber(reader, U16);
    },
    '--mask': (reader, draft) => {
      const mask = ipIn(reader, takeValue(reader));
      draft.mask = mask === WHOLE || mask === WHOLE_6 ? undefined : mask;
    },
    '--reap': (_reader, draft) => {
      draft.reap = true;
    },
    '--rttl': (_reader, draft) => {
      draft.rttl = true;
    },
    '--rsource': (_reader, draft) => {
      draft.side = 'source';
    },
    '--rdest': (_reader, draft) => {
      draft.side = 'destination';
    },
  },
  finish,
  format: ([match], six) => (match?.kind === 'recent' ? format(match, six) : ''),
});

function format({ not, op, seconds, reap, hitcount, rttl, name, mask, side }: Recent, six: boolean): string {
  const words = [`${bang(not)}--${op}`];
  if (seconds !== undefined) words.push(`--seconds ${seconds}`);
  if (reap) words.push('--reap');
  if (hitcount !== undefined) words.push(`--hitcount ${hitcount}`);
  if (rttl) words.push('--rttl');
  words.push(`--name ${name}`, `--mask ${formatIp(mask ?? (six ? WHOLE_6 : WHOLE))}`, side === 'source' ? '--rsource' : '--rdest');
  return words.join(' ');
}
