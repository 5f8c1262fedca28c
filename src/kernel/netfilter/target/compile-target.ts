/** One parsed target → its action. Jumps are the chain's business and are not made here. */
import type { Target } from '../../../plan/rule/rule.js';
import type { Action } from '../evaluation.js';
import { notrack, track } from './ct.js';
import { queue, tee, tproxy } from './elsewhere.js';
import { restoreMark, saveMark, setConnectionMark, setMark } from './mark.js';
import { masquerade } from './masquerade.js';
import { dnat, netmap, redirect, snat } from './nat.js';
import { mapPrefix } from './npt.js';
import { setDscp, setTos, setTtl, tcpMss } from './rewrite.js';
import { changeSets } from './set.js';
import { accept, drop, reject, returnToCaller } from './verdict.js';

const goOn: Action = () => 'continue';

export function compileTarget(target: Exclude<Target, { kind: 'jump' | 'goto' }> | undefined): Action {
  switch (target?.kind) {
    case undefined:
    case 'log':
    case 'nflog':
    case 'trace':
    case 'unseen':
      return goOn;
    case 'accept':
      return accept;
    case 'drop':
      return drop;
    case 'return':
      return returnToCaller;
    case 'reject':
      return reject(target.with);
    case 'mark':
      return setMark(target.value, target.mask);
    case 'connmark-set':
      return setConnectionMark(target.value, target.mask, target.shift);
    case 'connmark-save':
      return saveMark(target.nfMask, target.ctMask, target.shift);
    case 'connmark-restore':
      return restoreMark(target.nfMask, target.ctMask, target.shift);
    case 'dnat':
      return dnat(target.range);
    case 'snat':
      return snat(target.range);
    case 'masquerade':
      return masquerade(target.range);
    case 'redirect':
      return redirect(target.range);
    case 'netmap':
      return netmap(target.cidr);
    case 'notrack':
      return notrack;
    case 'ct':
      return target.notrack ? notrack : track(target.zone);
    case 'set':
      return changeSets(target);
    case 'tproxy':
      return tproxy(target);
    case 'tee':
      return tee(target);
    case 'nfqueue':
      return queue(target.bypass);
    case 'npt':
      return mapPrefix(target.side, target.from, target.to);
    case 'tcpmss':
      return tcpMss(target.mss);
    case 'dscp':
      return setDscp(target.value);
    case 'tos':
      return setTos(target.value, target.mask);
    case 'ttl':
    case 'hop-limit':
      return setTtl(target.op, target.value);
  }
}
