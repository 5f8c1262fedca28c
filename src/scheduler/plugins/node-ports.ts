/** NodePorts: two pods of one node cannot have the same host port, protocol and address (pkg/scheduler/framework/plugins/nodeports). */
import { hostPorts, hostPortsClash } from '../../api/object/host-ports.js';
import { type Plugin, rejected } from '../plugin.js';

const REJECTION = rejected("node(s) didn't have free ports for the requested pod ports");

export const nodePorts: Plugin = {
  name: 'NodePorts',
  weight: 0,
  filter({ spec }) {
    const wanted = hostPorts(spec);
    if (wanted.length === 0) return undefined;
    return ({ pods }) => (pods.some((pod) => hostPortsClash(wanted, pod.spec)) ? REJECTION : undefined);
  },
};
