/** -j CONNMARK (extensions/libxt_CONNMARK.c): sets the connection's mark, or copies between it and the packet's. */
import { type TargetModule, targetModule } from '../module.js';
import { refuse, type RuleReader } from '../rule-reader.js';
import { takeNumber, U32 } from '../value/number.js';
import { MARK_CHANGES, type MarkDraft } from './mark.js';

interface Draft extends MarkDraft {
  copy: 'connmark-save' | 'connmark-restore' | undefined;
  nfMask: number;
  ctMask: number;
  masked: boolean;
  shift: number;
}

function copying(copy: 'connmark-save' | 'connmark-restore'): (reader: RuleReader, draft: Draft) => void {
  return (reader, draft) => {
    if (draft.copy !== undefined) refuse(reader, 'repeated-option', 'one rule can save or restore the mark, not both');
    draft.copy = copy;
  };
}

function shifting(sign: 1 | -1): (reader: RuleReader, draft: Draft) => void {
  return (reader, draft) => {
    if (draft.shift !== 0) refuse(reader, 'repeated-option', 'one rule can shift the mark once');
    draft.shift = sign * takeNumber(reader, { min: 0, max: 32 });
  };
}

export const connmark: TargetModule = targetModule<Draft>({
  name: 'CONNMARK',
  begin: () => ({ set: undefined, copy: undefined, nfMask: 0xffffffff, ctMask: 0xffffffff, masked: false, shift: 0 }),
  options: {
    ...MARK_CHANGES,
    '--save-mark': copying('connmark-save'),
    '--restore-mark': copying('connmark-restore'),
    '--nfmask': (reader, draft) => {
      draft.nfMask = takeNumber(reader, U32);
      draft.masked = true;
    },
    '--ctmask': (reader, draft) => {
      draft.ctMask = takeNumber(reader, U32);
      draft.masked = true;
    },
    '--left-shift-mark': shifting(1),
    '--right-shift-mark': shifting(-1),
    '--mask': (reader, draft) => {
      draft.nfMask = draft.ctMask = takeNumber(reader, U32);
      draft.masked = true;
    },
  },
  finish: (reader, { set, copy, nfMask, ctMask, masked, shift }) => {
    const shifted = shift === 0 ? {} : { shift };
    if (set !== undefined && (copy !== undefined || masked))
      refuse(reader, 'wrong-option', 'masks of their own belong to --save-mark and --restore-mark');
    if (set !== undefined) return { kind: 'connmark-set', ...set, ...shifted };
    if (copy !== undefined) return { kind: copy, nfMask, ctMask, ...shifted };
    return refuse(reader, 'missing-option', '`-j CONNMARK` needs --set-mark, --save-mark or --restore-mark');
  },
});
