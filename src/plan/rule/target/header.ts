/** -j TCPMSS, DSCP, TOS and TTL, which rewrite a field (extensions/libxt_TCPMSS.c, libxt_DSCP.c, libxt_TOS.c, libipt_TTL.c). */
import { type TargetModule, targetModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Target } from '../rule.js';
import { takeDscp, takeDscpClass, takeTos, type TosValue } from '../value/dscp.js';
import { numberIn, takeNumber, U16, U8 } from '../value/number.js';

export const tcpmss: TargetModule = targetModule<{ mss: number | undefined; clamp: boolean }>({
  name: 'TCPMSS',
  begin: () => ({ mss: undefined, clamp: false }),
  options: {
    '--set-mss': (reader, draft) => {
      draft.mss = takeNumber(reader, { min: 1, max: U16.max - 40 });
    },
    '--clamp-mss-to-pmtu': (_reader, draft) => {
      draft.clamp = true;
    },
  },
  finish: (reader, { mss, clamp }) => {
    if (clamp === (mss !== undefined)) refuse(reader, 'missing-option', '`-j TCPMSS` needs either --set-mss or --clamp-mss-to-pmtu');
    return { kind: 'tcpmss', mss };
  },
});

export const dscp: TargetModule = targetModule<{ value: number | undefined }>({
  name: 'DSCP',
  begin: () => ({ value: undefined }),
  options: {
    '--set-dscp': (reader, draft) => {
      draft.value = takeDscp(reader);
    },
    '--set-dscp-class': (reader, draft) => {
      draft.value = takeDscpClass(reader);
    },
  },
  finish: (reader, { value }) =>
    value === undefined ? refuse(reader, 'missing-option', '`-j DSCP` needs --set-dscp or --set-dscp-class') : { kind: 'dscp', value },
});

interface TosDraft {
  set: TosValue | undefined;
}

function takeTosValue(reader: RuleReader): number {
  return numberIn(reader, takeValue(reader), U8);
}

export const tos: TargetModule = targetModule<TosDraft>({
  name: 'TOS',
  begin: () => ({ set: undefined }),
  options: {
    '--set-tos': (reader, draft) => {
      draft.set = takeTos(reader, 0xff);
    },
    '--and-tos': (reader, draft) => {
      draft.set = { value: 0, mask: ~takeTosValue(reader) & 0xff };
    },
    '--or-tos': (reader, draft) => {
      const value = takeTosValue(reader);
      draft.set = { value, mask: value };
    },
    '--xor-tos': (reader, draft) => {
      draft.set = { value: takeTosValue(reader), mask: 0 };
    },
  },
  finish: (reader, { set }) => (set === undefined ? refuse(reader, 'missing-option', '`-j TOS` needs --set-tos') : { kind: 'tos', ...set }),
});

type Ttl = Extract<Target, { kind: 'ttl' | 'hop-limit' }>;

function readTtl(op: Ttl['op'], min: number, kind: Ttl['kind'] = 'ttl'): (reader: RuleReader, draft: { ttl: Ttl | undefined }) => void {
  return (reader, draft) => {
    if (draft.ttl !== undefined) refuse(reader, 'repeated-option', 'one rule can change the TTL once');
    draft.ttl = { kind, op, value: takeNumber(reader, { min, max: U8.max }) };
  };
}

export const ttl: TargetModule = targetModule<{ ttl: Ttl | undefined }>({
  name: 'TTL',
  begin: () => ({ ttl: undefined }),
  options: { '--ttl-set': readTtl('set', 0), '--ttl-inc': readTtl('inc', 1), '--ttl-dec': readTtl('dec', 1) },
  finish: (reader, draft) => draft.ttl ?? refuse(reader, 'missing-option', '`-j TTL` needs --ttl-set, --ttl-inc or --ttl-dec'),
});

/** The same for IPv6 (extensions/libip6t_HL.c). */
export const hl: TargetModule = targetModule<{ ttl: Ttl | undefined }>({
  name: 'HL',
  begin: () => ({ ttl: undefined }),
  options: {
    '--hl-set': readTtl('set', 0, 'hop-limit'),
    '--hl-inc': readTtl('inc', 1, 'hop-limit'),
    '--hl-dec': readTtl('dec', 1, 'hop-limit'),
  },
  finish: (reader, draft) => draft.ttl ?? refuse(reader, 'missing-option', '`-j HL` needs --hl-set, --hl-inc or --hl-dec'),
});
