/** TaintToleration: NoSchedule and NoExecute taints filter, PreferNoSchedule ones count against a node (pkg/scheduler/framework/plugins/tainttoleration). */
import { isTolerated } from '../../api/object/toleration.js';
import { normalize, type Plugin, unresolvable } from '../plugin.js';

const REJECTION = unresolvable('node(s) had untolerated taint(s)');

export const taintToleration: Plugin = {
  name: 'TaintToleration',
  weight: 3,
  filter({ spec }) {
    return ({ node }) => {
      const taints = node.spec?.taints;
      if (taints === undefined) return undefined;
      return taints.some((taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, spec.tolerations)) ? REJECTION : undefined;
    };
  },
  score({ spec }, _, nodes) {
    const tolerations = spec.tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    const intolerable = nodes.map(
      ({ node }) =>
        (node.spec?.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)).length,
    );
    return normalize(intolerable, true);
  },
};
