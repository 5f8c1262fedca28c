/** -m comment and -m nfacct: both hold for every packet; the second counts it in a named accounting object. */
import { listingModule, type MatchModule } from '../module.js';
import { refuse, takeText } from '../rule-reader.js';
import { takeName } from '../value/name.js';
import { quote } from '../value/quote.js';

const COMMENT_MAX = 256;

export const comment: MatchModule = listingModule({
  name: 'comment',
  needs: '--comment',
  options: {
    '--comment': (reader, matches) => {
      const text = takeText(reader);
      if (text.length > COMMENT_MAX) refuse(reader, 'long-comment', `the comment is longer than ${COMMENT_MAX} characters`);
      matches.push({ kind: 'comment', text });
    },
  },
  format: ([match]) => (match?.kind === 'comment' ? `--comment ${quote(match.text)}` : ''),
});

export const nfacct: MatchModule = listingModule({
  name: 'nfacct',
  needs: '--nfacct-name',
  options: { '--nfacct-name': (reader, matches) => matches.push({ kind: 'nfacct', name: takeName(reader, 31) }) },
  format: ([match]) => (match?.kind === 'nfacct' ? `--nfacct-name ${quote(match.name)}` : ''),
});
