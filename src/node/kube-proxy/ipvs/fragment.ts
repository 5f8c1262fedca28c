/**
 * kube-proxy's part of a node in IPVS mode: virtual servers, the device that makes their addresses the node's own, ipsets, and rules that ask
 * them. Source: Kubernetes 1.34 pkg/proxy/ipvs/{proxier,netlink_linux}.go. The texts are made for each node when a packet first reaches it.
 */
import type { NodeFragment } from '../../agent.js';
import type { ServiceModel } from '../service-model.js';
import { ipvsTables } from './rules.js';
import { setEntries, setsText } from './sets.js';
import { boundAddresses, type IpvsNode, virtualServers } from './virtual-servers.js';

export const IPVS_DEVICE = 'kube-ipvs0';

export function ipvsFragment({ ports }: ServiceModel, node: IpvsNode): NodeFragment {
  const entries = setEntries(ports, node);
  const addr = boundAddresses(ports, node).map((ip) => `${ip}/32`);
  const servers = ports.flatMap((port) => virtualServers(port, node));
  return {
    // Nothing ever sets it up: its addresses are the node's own all the same.
    links: [{ name: IPVS_DEVICE, kind: 'dummy', up: false, addr }],
    iptables: ipvsTables(ports, entries, node),
    ipset: setsText(entries),
    ipvs: servers.map((line) => `${line}\n`).join(''),
  };
}
