/** What kube-proxy's rules on one node depend on besides the Services: its settings and the node. */
import type { LocalDetector } from './local-detector.js';
import type { NodeTopology } from './topology.js';

export interface ProxyNode extends NodeTopology {
  readonly ip: string;
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  readonly localhostNodePorts: boolean;
  readonly tcpBeLiberal: boolean;
  readonly detector: LocalDetector | undefined;
  /** The addresses NodePorts are served on; undefined means every local one. */
  readonly nodePortIps: readonly string[] | undefined;
  /** More than 1000 endpoints in the cluster: rules of endpoints carry no comments. */
  readonly largeCluster: boolean;
}
