/**
 * The rules of mode userspace: what goes to a Service is turned to the proxy's own port on this node, by REDIRECT where it comes in and by DNAT to the node's
 * address where the node itself sends it. Source: Kubernetes 1.25 pkg/proxy/userspace/proxier.go (iptablesInit, openOnePortal, openNodePort). Spelt as
 * iptables-save prints them. Nothing is masqueraded: it is the proxy that calls the endpoint, from the node.
 */
import { type Chain, lazyChain } from '../../../plan/ruleset.js';
import type { TableFragment } from '../../agent.js';
import { comment, LOCAL_DESTINATION } from '../iptables/rule-text.js';
import type { Portal } from './portals.js';

type Jump = TableFragment['jumps'][number];

const PORTALS = comment('handle ClusterIPs; NOTE: this must be before the NodePort rules');
const NODE_PORTS = `${LOCAL_DESTINATION} ${comment('handle service NodePorts; NOTE: this must be the last rule in the chain')}`;

const NAT_JUMPS: readonly Jump[] = [
  { chain: 'PREROUTING', at: 'first', rule: `${PORTALS} -j KUBE-PORTALS-CONTAINER` },
  { chain: 'OUTPUT', at: 'first', rule: `${PORTALS} -j KUBE-PORTALS-HOST` },
  { chain: 'PREROUTING', at: 'last', rule: `${NODE_PORTS} -j KUBE-NODEPORT-CONTAINER` },
  { chain: 'OUTPUT', at: 'last', rule: `${NODE_PORTS} -j KUBE-NODEPORT-HOST` },
];
const FILTER_JUMPS: readonly Jump[] = [
  { chain: 'INPUT', at: 'first', rule: `${comment('Ensure that non-local NodePort traffic can flow')} -j KUBE-NODEPORT-NON-LOCAL` },
];

/** `hostIP` is the node's address of the interface with its default route. */
export function portalTables(portals: readonly Portal[], hostIP: string): readonly TableFragment[] {
  return [
    { table: 'filter', chains: [rulesOf('KUBE-NODEPORT-NON-LOCAL', portals, letIn)], jumps: FILTER_JUMPS },
    {
      table: 'nat',
      chains: [
        rulesOf('KUBE-NODEPORT-CONTAINER', portals, (portal) => nodePortRules(portal, redirect(portal))),
        rulesOf('KUBE-NODEPORT-HOST', portals, (portal) => nodePortRules(portal, translate(portal, hostIP))),
        rulesOf('KUBE-PORTALS-CONTAINER', portals, containerRules),
        rulesOf('KUBE-PORTALS-HOST', portals, (portal) => hostRules(portal, hostIP)),
      ],
      jumps: NAT_JUMPS,
    },
  ];
}

function rulesOf(name: string, portals: readonly Portal[], rules: (portal: Portal) => readonly string[]): Chain {
  return lazyChain(name, () => portals.flatMap(rules));
}

function redirect({ proxyPort }: Portal): string {
  return `-j REDIRECT --to-ports ${proxyPort}`;
}

function translate({ proxyPort }: Portal, hostIP: string): string {
  return `-j DNAT --to-destination ${hostIP}:${proxyPort}`;
}

function containerRules(portal: Portal): readonly string[] {
  const { port, ingressIPs } = portal;
  return [
    `${call(portal, port.port, port.clusterIP)} ${redirect(portal)}`,
    ...port.externalIPs.flatMap((ip) => [
      `${call(portal, port.port, ip)} -m physdev ! --physdev-is-in ${redirect(portal)}`,
      `${call(portal, port.port, ip)} ${LOCAL_DESTINATION} ${redirect(portal)}`,
    ]),
    ...ingressIPs.map((ip) => `${call(portal, port.port, ip)} ${redirect(portal)}`),
  ];
}

function hostRules(portal: Portal, hostIP: string): readonly string[] {
  const { port, ingressIPs } = portal;
  return [
    `${call(portal, port.port, port.clusterIP)} ${translate(portal, hostIP)}`,
    ...port.externalIPs.map((ip) => `${call(portal, port.port, ip)} ${LOCAL_DESTINATION} ${translate(portal, hostIP)}`),
    ...ingressIPs.map((ip) => `${call(portal, port.port, ip)} ${translate(portal, hostIP)}`),
  ];
}

function nodePortRules(portal: Portal, target: string): readonly string[] {
  const { nodePort } = portal.port;
  return nodePort === 0 ? [] : [`${call(portal, nodePort)} ${target}`];
}

/** The proxy's own port, past a filter that lets nothing in. */
function letIn(portal: Portal): readonly string[] {
  return portal.port.nodePort === 0 ? [] : [`${call(portal, portal.proxyPort)} -m state --state NEW -j ACCEPT`];
}

function call({ port: { protocol, spn } }: Portal, dport: number, ip?: string): string {
  return `${ip === undefined ? '' : `-d ${ip}/32 `}-p ${protocol} ${comment(spn)} -m ${protocol} --dport ${dport}`;
}
