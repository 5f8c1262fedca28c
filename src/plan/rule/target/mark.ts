/**
 * -j MARK (extensions/libxt_MARK.c): every form becomes mark := (mark & ~mask) ^ value. --set-mark clears the bits it sets as
 * well as those of its mask; --set-xmark only those of its mask.
 */
import { type TargetModule, targetModule } from '../module.js';
import { refuse, type RuleReader } from '../rule-reader.js';
import { type MarkValue, takeMark } from '../value/mark.js';
import { takeNumber, U32 } from '../value/number.js';

export interface MarkDraft {
  set: MarkValue | undefined;
}

type Read = (reader: RuleReader, draft: MarkDraft) => void;

function changing(change: (reader: RuleReader) => MarkValue): Read {
  return (reader, draft) => {
    if (draft.set !== undefined) refuse(reader, 'repeated-option', 'one rule can change the mark once');
    draft.set = change(reader);
  };
}

/** Shared with CONNMARK, which takes the same five. */
export const MARK_CHANGES: Readonly<Record<string, Read>> = {
  '--set-mark': changing((reader) => {
    const { value, mask } = takeMark(reader);
    return { value, mask: (value | mask) >>> 0 };
  }),
  '--set-xmark': changing(takeMark),
  '--or-mark': changing((reader) => {
    const value = takeNumber(reader, U32);
    return { value, mask: value };
  }),
  '--and-mark': changing((reader) => ({ value: 0, mask: ~takeNumber(reader, U32) >>> 0 })),
  '--xor-mark': changing((reader) => ({ value: takeNumber(reader, U32), mask: 0 })),
};

export const mark: TargetModule = targetModule<MarkDraft>({
  name: 'MARK',
  begin: () => ({ set: undefined }),
  options: MARK_CHANGES,
  finish: (reader, { set }) => {
    if (set === undefined)
      return refuse(reader, 'missing-option', '`-j MARK` needs one of --set-mark, --set-xmark, --and-mark, --or-mark and --xor-mark');
    return { kind: 'mark', ...set };
  },
});
