/** A cluster whose CNI plug-in was not installed: no pod gets an address, and all but hostNetwork pods stay in ContainerCreating. */
import { inputError } from '../../../base/errors.js';
import type { Cni } from '../../agent.js';
import { isolatedNetns } from '../../pod-netns.js';

export const none: Cni = {
  name: 'none',
  node(context) {
    const field = Object.keys(context.cluster.cni.config)[0];
    if (field !== undefined)
      throw inputError('unknown-field', `unknown field ${JSON.stringify(field)} in cni.config`, { fix: 'CNI none has no settings' });
    return {};
  },
  allocate: () => [],
  pod: ({ cluster }) => isolatedNetns(cluster),
  cloudRoutes: () => [],
  explain: () => null,
};
