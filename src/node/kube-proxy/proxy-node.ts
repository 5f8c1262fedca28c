/** What kube-proxy's rules on one node depend on besides the Services: its settings and the node. */
import type { IpFamily } from '../../base/ip-family.js';
import type { LocalDetector } from './local-detector.js';
import type { NodeTopology } from './topology.js';

export interface ProxyNode extends NodeTopology {
  readonly family: IpFamily;
  /** The node's own address of the family; empty where it has none. */
  readonly ip: string;
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  /** Never of IPv6. */
  readonly localhostNodePorts: boolean;
  readonly tcpBeLiberal: boolean;
  readonly detector: LocalDetector | undefined;
  /** The addresses NodePorts are served on; undefined means every local one. */
  readonly nodePortIps: readonly string[] | undefined;
  /** More than 1000 endpoints in the cluster: rules of endpoints carry no comments. */
  readonly largeCluster: boolean;
}
