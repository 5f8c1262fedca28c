/**
 * -m helper, -m connlabel and --ctexpire: what few rules ask about the connection (net/netfilter/xt_helper.c, xt_connlabel.c, xt_conntrack.c).
 * No connection is another's, as a helper's expectations would make it.
 */
import type { Match, Range } from '../../../plan/rule/rule.js';
import { connectionOrTemplate } from '../conntrack/template.js';
import { connectionOf, type Test } from '../evaluation.js';

export function helperTest(not: boolean): Test {
  return () => not;
}

/** --set sets the label of a connection that has it not, and holds. Labels are known to their namespace by connection. */
export function connlabelTest(label: number, set: boolean, not: boolean): Test {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection === undefined) return not;
    if (connection.labels?.has(label) === true) return !not;
    if (!set) return not;
    connection.labels ??= new Set();
    connection.labels.add(label);
    return !not;
  };
}

/** Whole seconds that are left; a connection that is not yet confirmed has none. */
export function ctExpireTest({ from, to }: Range, not: boolean, all: readonly Match[]): Test {
  const besideState = all.some(({ kind }) => kind === 'ct-state');
  return ({ passage, host }) => {
    const connection = connectionOrTemplate(passage);
    if (connection === undefined) return besideState;
    const seconds = connection.confirmed ? Math.max(0, Math.floor((connection.expiresUs - host.nowUs()) / 1_000_000)) : 0;
    return (seconds >= from && seconds <= to) !== not;
  };
}
