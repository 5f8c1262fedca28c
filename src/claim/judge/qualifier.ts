/** Which judge decides which qualifier: one file per family, one line per kind. */
import type { Qualifier } from '../traffic-claim.js';
import { judgeEncapsulation } from './encapsulation.js';
import { judgeAnsweredOn, judgeSpreadOver } from './endpoints.js';
import { judgeDropped, judgeFate } from './fate.js';
import type { Finding, Sight } from './finding.js';
import { judgeMss } from './mss.js';
import { judgeNat } from './nat.js';
import { judgePathMtu } from './path-mtu.js';
import { judgeProxyHeader } from './proxy-header.js';
import { judgeServerSees } from './server-sees.js';
import { judgeHops, judgePasses, judgeReplyThrough, judgeStaysOn } from './way.js';

/** Undefined where the qualifier holds for this outcome. `sentence` is the one its spans point into. */
export function judgeQualifier(qualifier: Qualifier, sight: Sight, sentence: string): Finding | undefined {
  switch (qualifier.kind) {
    case 'snat':
    case 'dnat':
      return judgeNat(qualifier, sight, sentence);
    case 'server-sees':
      return judgeServerSees(qualifier, sight, sentence);
    case 'proxy-header':
      return judgeProxyHeader(qualifier, sight, sentence);
    case 'encapsulated':
      return judgeEncapsulation(qualifier, sight);
    case 'passes':
      return judgePasses(qualifier, sight);
    case 'stays-on':
      return judgeStaysOn(qualifier, sight);
    case 'answered-on':
      return judgeAnsweredOn(qualifier, sight);
    case 'spread-over':
      return judgeSpreadOver(qualifier, sight);
    case 'hops':
      return judgeHops(qualifier, sight);
    case 'path-mtu':
      return judgePathMtu(qualifier, sight);
    case 'mss':
      return judgeMss(qualifier, sight);
    case 'dropped':
      return judgeDropped(qualifier, sight);
    case 'fate':
      return judgeFate(qualifier, sight);
    case 'reply-through':
      return judgeReplyThrough(qualifier, sight);
  }
}
