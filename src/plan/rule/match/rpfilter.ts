/** -m rpfilter: whether a route leads back to the source by the way the packet came (extensions/libxt_rpfilter.c). */
import { type MatchModule, matchModule } from '../module.js';

interface Draft {
  loose: boolean;
  validMark: boolean;
  acceptLocal: boolean;
  not: boolean;
}

export const rpfilter: MatchModule = matchModule<Draft>({
  name: 'rpfilter',
  begin: () => ({ loose: false, validMark: false, acceptLocal: false, not: false }),
  options: {
    '--loose': (_reader, draft) => {
      draft.loose = true;
    },
    '--validmark': (_reader, draft) => {
      draft.validMark = true;
    },
    '--accept-local': (_reader, draft) => {
      draft.acceptLocal = true;
    },
    '--invert': (_reader, draft) => {
      draft.not = true;
    },
  },
  finish: (_reader, draft) => [{ kind: 'rpfilter', ...draft }],
  format: ([match]) => {
    if (match?.kind !== 'rpfilter') return '';
    const words = [
      match.loose && '--loose',
      match.validMark && '--validmark',
      match.acceptLocal && '--accept-local',
      match.not && '--invert',
    ];
    return words.filter((word) => word !== false).join(' ');
  },
});
