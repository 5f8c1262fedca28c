/**
 * The sets and maps that lead from an address or port to a Service's chain, to a refusal, or to a firewall. Source: Kubernetes 1.34
 * pkg/proxy/nftables/proxier.go (setupNFTables, syncProxyRules), in the order they are made there. Elements are made when first read.
 */
import type { IpFamily } from '../../../base/ip-family.js';
import type { NftSet } from '../../../plan/nft/nft-ruleset.js';
import type { PortDecision } from '../port-decision.js';
import type { ProxyPort } from '../service-port.js';
import { NFT_ADDRESS } from './family-words.js';
import { internalChain, portBase } from './names.js';
import { hasFirewall } from './service-chains.js';

type DecisionOf = (port: ProxyPort) => PortDecision;

const PORT_KEY = 'inet_proto . inet_service';

/** Those that nodes share on which all ports stand the same. */
export function dispatchSets(ports: readonly ProxyPort[], decision: DecisionOf, family: IpFamily): readonly NftSet[] {
  const address = NFT_ADDRESS[family];
  const addressKey = `${address} . inet_proto . inet_service`;
  return [
    lazySet('cluster-ips', address, 'Active ClusterIPs', () => [...new Set(ports.map((port) => port.clusterIP))]),
    lazyMap('no-endpoint-services', addressKey, 'vmap to drop or reject packets to services with no endpoints', () =>
      ports.flatMap((port) => refusedAddresses(port, decision(port))),
    ),
    lazyMap('no-endpoint-nodeports', PORT_KEY, 'vmap to drop or reject packets to service nodeports with no endpoints', () =>
      ports
        .filter((port) => port.nodePort !== 0 && !decision(port).hasExternal)
        .map((port) => `${port.protocol} . ${port.nodePort} comment "${port.spn}" : ${refusal(decision(port))}`),
    ),
    lazyMap('firewall-ips', addressKey, 'destinations that are subject to LoadBalancerSourceRanges', () =>
      ports
        .filter(hasFirewall)
        .flatMap((port) => port.loadBalancerVIPs.map((ip) => `${at(port, ip)} comment "${port.spn}" : goto firewall-${portBase(port)}`)),
    ),
    lazyMap('service-ips', addressKey, 'ClusterIP, ExternalIP and LoadBalancer IP traffic', () =>
      ports.flatMap((port) => servedAddresses(port, decision(port))),
    ),
    lazyMap('service-nodeports', PORT_KEY, 'NodePort traffic', () =>
      ports
        .filter((port) => port.nodePort !== 0 && decision(port).hasEndpoints)
        .map((port) => `${port.protocol} . ${port.nodePort} : goto external-${portBase(port)}`),
    ),
  ];
}

/** The addresses a node serves NodePorts on. */
export function nodePortIps(ips: readonly string[], family: IpFamily): NftSet {
  return lazySet('nodeport-ips', NFT_ADDRESS[family], 'IPs that accept NodePort traffic', () => ips);
}

function at(port: ProxyPort, ip: string): string {
  return `${ip} . ${port.protocol} . ${port.port}`;
}

function servedAddresses(port: ProxyPort, decision: PortDecision): string[] {
  const elements: string[] = [];
  if (decision.hasInternal) elements.push(`${at(port, port.clusterIP)} : goto ${internalChain(port)}`);
  if (!decision.hasEndpoints) return elements;
  for (const ip of [...port.externalIPs, ...port.loadBalancerVIPs]) elements.push(`${at(port, ip)} : goto external-${portBase(port)}`);
  return elements;
}

function refusedAddresses(port: ProxyPort, decision: PortDecision): string[] {
  const ips: string[] = [];
  if (!decision.hasInternal) ips.push(port.clusterIP);
  if (port.externallyAccessible && !decision.hasExternal) ips.push(...port.externalIPs, ...port.loadBalancerVIPs);
  return ips.map((ip) => `${at(port, ip)} comment "${port.spn}" : ${refusal(decision)}`);
}

/** Nobody serves it: refuse. Somebody does, but not here: drop, so that a balancer notices. */
function refusal(decision: PortDecision): string {
  return decision.hasEndpoints ? 'drop' : 'goto reject-chain';
}

function lazyMap(name: string, key: string, comment: string, make: () => readonly string[]): NftSet {
  return lazyElements({ name, kind: 'map', key, value: 'verdict', flags: [], comment }, make);
}

function lazySet(name: string, key: string, comment: string, make: () => readonly string[]): NftSet {
  return lazyElements({ name, kind: 'set', key, flags: [], comment }, make);
}

function lazyElements(set: Omit<NftSet, 'elements'>, make: () => readonly string[]): NftSet {
  let elements: readonly string[] | undefined;
  return {
    ...set,
    get elements() {
      elements ??= make();
      return elements;
    },
  };
}
