/** NodeUnschedulable: a cordoned node takes only pods that tolerate its taint (pkg/scheduler/framework/plugins/nodeunschedulable). */
import { isTolerated } from '../../api/object/toleration.js';
import { type Plugin, unresolvable } from '../plugin.js';

const REJECTION = unresolvable('node(s) were unschedulable');

export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  weight: 0,
  filter(pod) {
    const tolerated = isTolerated({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }, pod.spec.tolerations);
    return tolerated ? undefined : ({ node }) => (node.spec?.unschedulable === true ? REJECTION : undefined);
  },
};
