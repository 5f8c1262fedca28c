/**
 * kube-proxy's part of a node in IPVS mode: virtual servers, the device that makes their addresses the node's own, ipsets, and rules that ask
 * them. Source: Kubernetes 1.34 pkg/proxy/ipvs/{proxier,netlink_linux}.go. Each family has a half of its own; the device is one. The texts are made for
 * each node when a packet first reaches it.
 */
import { hostRange, type IpFamily } from '../../../base/ip-family.js';
import type { NodeFragment, TableFragment } from '../../agent.js';
import type { ServiceModel } from '../service-model.js';
import { ipvsTables } from './rules.js';
import { setEntries, setsText } from './sets.js';
import { boundAddresses, type IpvsNode, virtualServers } from './virtual-servers.js';

export const IPVS_DEVICE = 'kube-ipvs0';

/** What one family has. */
export interface IpvsHalf {
  readonly family: IpFamily;
  /** Of the device. */
  readonly addr: readonly string[];
  readonly tables: readonly TableFragment[];
  readonly ipset: string;
  readonly ipvs: string;
}

export function ipvsHalf({ ports }: ServiceModel, node: IpvsNode): IpvsHalf {
  const entries = setEntries(ports, node);
  const servers = ports.flatMap((port) => virtualServers(port, node));
  return {
    family: node.family,
    addr: boundAddresses(ports, node).map(hostRange),
    tables: ipvsTables(ports, entries, node),
    ipset: setsText(entries, node.family),
    ipvs: servers.map((line) => `${line}\n`).join(''),
  };
}

export function joinedHalves(halves: readonly IpvsHalf[]): Pick<NodeFragment, 'links' | 'ipset' | 'ipvs'> {
  return {
    // Nothing ever sets it up: its addresses are the node's own all the same.
    links: [{ name: IPVS_DEVICE, kind: 'dummy', up: false, addr: halves.flatMap(({ addr }) => addr) }],
    ipset: halves.map(({ ipset }) => ipset).join(''),
    ipvs: halves.map(({ ipvs }) => ipvs).join(''),
  };
}
