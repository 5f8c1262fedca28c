/**
 * The jumps from the built-in chains into kube-proxy's, in the order it makes them. Each is put first in its chain, so the last made ends up on
 * top. Source: Kubernetes 1.34 pkg/proxy/iptables/proxier.go (iptablesJumpChains, iptablesKubeletJumpChains).
 */
import type { TableFragment } from '../../agent.js';
import { comment } from './rule-text.js';

type Jump = TableFragment['jumps'][number];

const NEW = '-m conntrack --ctstate NEW ';
const EXTERNAL = `${NEW}${comment('kubernetes externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`;
const PORTALS = `${comment('kubernetes service portals')} -j KUBE-SERVICES`;
const FIREWALL = `${NEW}${comment('kubernetes load balancer firewall')} -j KUBE-PROXY-FIREWALL`;

const first = (chain: string, rule: string): Jump => ({ chain, at: 'first', rule });

const FILTER_JUMPS: readonly Jump[] = [
  first('INPUT', EXTERNAL),
  first('FORWARD', EXTERNAL),
  first('INPUT', `${comment('kubernetes health check service ports')} -j KUBE-NODEPORTS`),
  first('FORWARD', `${NEW}${PORTALS}`),
  first('OUTPUT', `${NEW}${PORTALS}`),
  first('FORWARD', `${comment('kubernetes forwarding rules')} -j KUBE-FORWARD`),
  first('INPUT', FIREWALL),
  first('OUTPUT', FIREWALL),
  first('FORWARD', FIREWALL),
];
const LOCALHOST_JUMPS: readonly Jump[] = [...FILTER_JUMPS, first('INPUT', '-j KUBE-FIREWALL'), first('OUTPUT', '-j KUBE-FIREWALL')];

export const NAT_JUMPS: readonly Jump[] = [
  first('OUTPUT', PORTALS),
  first('PREROUTING', PORTALS),
  first('POSTROUTING', `${comment('kubernetes postrouting rules')} -j KUBE-POSTROUTING`),
];

/** With localhost NodePorts the proxy guards 127.0.0.0/8 itself. */
export function filterJumps(localhostNodePorts: boolean): readonly Jump[] {
  return localhostNodePorts ? LOCALHOST_JUMPS : FILTER_JUMPS;
}
