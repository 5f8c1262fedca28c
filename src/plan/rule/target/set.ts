/** -j SET: adds to and deletes from ipsets (extensions/libxt_SET.c). Left out: --map-set, unsupported by name. */
import { type TargetModule, targetModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { SetUse } from '../rule.js';
import { takeName, wordIn } from '../value/name.js';
import { takeNumber, U32 } from '../value/number.js';

interface Draft {
  add: SetUse | undefined;
  del: SetUse | undefined;
  exist: boolean;
  timeout: number | undefined;
}

const SIDES = ['src', 'dst'] as const;
const SET_NAME_MAX = 31;

/** `NAME src,dst`. */
export function takeSetUse(reader: RuleReader): SetUse {
  const name = takeName(reader, SET_NAME_MAX);
  const sides = takeValue(reader).split(',');
  return { name, sides: sides.map((each) => wordIn(reader, each, SIDES)) };
}

export function formatSetUse({ name, sides }: SetUse): string {
  return `${name} ${sides.join(',')}`;
}

export const set: TargetModule = targetModule<Draft>({
  name: 'SET',
  begin: () => ({ add: undefined, del: undefined, exist: false, timeout: undefined }),
  options: {
    '--add-set': (reader, draft) => {
      draft.add = takeSetUse(reader);
    },
    '--del-set': (reader, draft) => {
      draft.del = takeSetUse(reader);
    },
    '--exist': (_reader, draft) => {
      draft.exist = true;
    },
    '--timeout': (reader, draft) => {
      draft.timeout = takeNumber(reader, U32);
    },
  },
  unmodelled: ['--map-set', '--map-mark', '--map-prio', '--map-queue'],
  finish: (reader, draft) => {
    if (draft.add === undefined && draft.del === undefined) refuse(reader, 'missing-option', '`-j SET` needs --add-set or --del-set');
    return { kind: 'set', ...draft };
  },
});
