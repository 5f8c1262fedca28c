/** The CNI plug-in that a cluster names. Those that Kubernetes users know but that are not modelled yet are told apart from misspelt ones. */
import { inputError, unsupported } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { ClusterSpec } from '../../api/cluster.js';
import type { Cni } from '../agent.js';
import { bridge } from './bridge/bridge.js';
import { flannel } from './flannel/flannel.js';
import { none } from './none/none.js';

const PLUGINS: ReadonlyMap<string, Cni> = new Map([flannel, bridge, none].map((cni) => [cni.name, cni]));
const NOT_MODELLED = ['calico', 'cilium', 'weave', 'canal', 'kindnet', 'antrea', 'kube-router', 'ovn-kubernetes'];

/** Throws UnsupportedError for a plug-in that is not modelled, InputError for an unknown name. */
export function cniOfCluster(cluster: ClusterSpec): Cni {
  const { name } = cluster.cni;
  const plugin = PLUGINS.get(name);
  if (plugin !== undefined) return plugin;
  if (NOT_MODELLED.includes(name)) throw unsupported('cni', `the CNI plug-in "${name}" is not modelled`);
  const known = [...PLUGINS.keys(), ...NOT_MODELLED];
  const near = nearest(name, known);
  throw inputError('unknown-cni', `unknown CNI plug-in ${JSON.stringify(name)}`, {
    fix: near === undefined ? `known plug-ins: ${known.join(', ')}` : `did you mean ${near}?`,
  });
}
