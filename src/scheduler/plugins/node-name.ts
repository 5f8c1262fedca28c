/**
 * NodeName: spec.nodeName is obeyed (pkg/scheduler/framework/plugins/nodename). The scheduler itself never sees such a pod, because it counts as bound;
 * the filter speaks when one is asked about.
 */
import { type Plugin, unresolvable } from '../plugin.js';

const REJECTION = unresolvable("node(s) didn't match the requested node name");

export const nodeName: Plugin = {
  name: 'NodeName',
  weight: 0,
  filter({ spec }) {
    return spec.nodeName === undefined ? undefined : ({ name }) => (name === spec.nodeName ? undefined : REJECTION);
  },
};
