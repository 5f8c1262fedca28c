/** ACCEPT, DROP, RETURN and REJECT. */
import type { RejectWith } from '../../../plan/rule/rule.js';
import type { Action } from '../evaluation.js';

export const accept: Action = () => 'accept';
export const returnToCaller: Action = () => 'return';

export const drop: Action = (e) => {
  e.decidedBy = e.hit;
  return 'drop';
};

/** `tcp-reset` answers TCP only; the rule must say -p tcp, so that others never come here. */
export function reject(rejectWith: RejectWith): Action {
  return (e) => {
    e.decidedBy = e.hit;
    e.rejectWith = rejectWith;
    return 'reject';
  };
}
