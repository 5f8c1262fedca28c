/** One parsed target → its action. Jumps are the chain's business and are not made here. */
import { unsupported } from '../../../base/errors.js';
import type { Target } from '../../../plan/rule/rule.js';
import type { Action } from '../evaluation.js';
import { restoreMark, saveMark, setConnectionMark, setMark } from './mark.js';
import { masquerade } from './masquerade.js';
import { dnat, netmap, redirect, snat } from './nat.js';
import { setDscp, setTos, setTtl, tcpMss } from './rewrite.js';
import { changeSets } from './set.js';
import { accept, drop, reject, returnToCaller } from './verdict.js';

const goOn: Action = () => 'continue';

/** NOTRACK: no connection for this packet. What came over the loopback, or answers a packet, has one already and keeps it. */
const notrack: Action = ({ passage }) => {
  if (passage.ct === undefined) passage.state = 'UNTRACKED';
  return 'continue';
};

export function compileTarget(target: Exclude<Target, { kind: 'jump' | 'goto' }> | undefined): Action {
  switch (target?.kind) {
    case undefined:
    case 'log':
    case 'nflog':
    case 'trace':
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
      return setConnectionMark(target.value, target.mask);
    case 'connmark-save':
      return saveMark(target.nfMask, target.ctMask);
    case 'connmark-restore':
      return restoreMark(target.nfMask, target.ctMask);
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
      if (target.zone !== undefined) throw unsupported('target-ct-zone', '-j CT --zone is not modelled');
      return target.notrack ? notrack : goOn;
    case 'set':
      return changeSets(target);
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
