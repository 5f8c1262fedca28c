/** -j SET: adds to and deletes from ipsets, and gives the packet what its element says (extensions/libxt_SET.c). */
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
  map: SetUse | undefined;
  readonly what: Set<'mark' | 'prio' | 'queue'>;
}

const WHAT = ['mark', 'prio', 'queue'] as const;
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
  begin: () => ({ add: undefined, del: undefined, exist: false, timeout: undefined, map: undefined, what: new Set() }),
  options: {
    '--add-set': (reader, draft) => {
      draft.add = takeSetUse(reader);
    },
    '--del-set': (reader, draft) => {
      draft.del = takeSetUse(reader);
    },
    '--map-set': (reader, draft) => {
      draft.map = takeSetUse(reader);
    },
    '--map-mark': (_reader, { what }) => void what.add('mark'),
    '--map-prio': (_reader, { what }) => void what.add('prio'),
    '--map-queue': (_reader, { what }) => void what.add('queue'),
    '--exist': (_reader, draft) => {
      draft.exist = true;
    },
    '--timeout': (reader, draft) => {
      draft.timeout = takeNumber(reader, U32);
    },
  },
  finish: (reader, { map, what, ...draft }) => {
    if (draft.add === undefined && draft.del === undefined && map === undefined)
      refuse(reader, 'missing-option', '`-j SET` needs --add-set, --del-set or --map-set');
    if (map === undefined && what.size > 0) refuse(reader, 'missing-option', '--map-mark, --map-prio and --map-queue need --map-set');
    if (map === undefined) return { kind: 'set', ...draft };
    if (what.size === 0) refuse(reader, 'missing-option', '--map-set needs --map-mark, --map-prio or --map-queue');
    return { kind: 'set', ...draft, map: { ...map, what: WHAT.filter((each) => what.has(each)) } };
  },
});
