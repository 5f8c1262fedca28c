/**
 * The resolv.conf that the kubelet writes for a pod. Source: Kubernetes 1.34 pkg/kubelet/network/dns/dns.go: the policy says whose servers and search path it
 * begins with, dnsConfig is added to it, and what is more than the limits is cut.
 */
import type { Pod } from '../../api/types/core.js';

export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  /** `ndots:5` and the like. */
  readonly options: readonly string[];
}

export interface DnsOfNode {
  /** kubelet's clusterDNS and clusterDomain. */
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  /** The node's own /etc/resolv.conf. */
  readonly node: ResolvConf;
}

const NAMESERVERS_MAX = 3;
const SEARCH_MAX = 32;
const SEARCH_LENGTH_MAX = 2048;

export function podResolvConf({ metadata, spec }: Pod, { clusterDNS, clusterDomain, node }: DnsOfNode): ResolvConf {
  const namespace = metadata.namespace ?? 'default';
  const usesCluster =
    spec.dnsPolicy === 'ClusterFirstWithHostNet' || ((spec.dnsPolicy ?? 'ClusterFirst') === 'ClusterFirst' && spec.hostNetwork !== true);
  const base: ResolvConf =
    spec.dnsPolicy === 'None'
      ? { nameservers: [], search: [], options: [] }
      : usesCluster && clusterDNS.length > 0
        ? {
            nameservers: clusterDNS,
            search: [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...node.search],
            options: ['ndots:5'],
          }
        : node;
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  return {
    nameservers: unique([...base.nameservers, ...nameservers]).slice(0, NAMESERVERS_MAX),
    search: cutSearch(unique([...base.search, ...searches])),
    options: mergeOptions(base.options, options),
  };
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function cutSearch(search: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let length = 0;
  for (const domain of search.slice(0, SEARCH_MAX)) {
    length += domain.length + (kept.length === 0 ? 0 : 1);
    if (length > SEARCH_LENGTH_MAX) break;
    kept.push(domain);
  }
  return kept;
}

/** Of two of one name the pod's own holds. */
function mergeOptions(
  base: readonly string[],
  own: readonly { readonly name?: string | undefined; readonly value?: string | undefined }[],
): readonly string[] {
  const merged = new Map(base.map((text) => [text.split(':')[0] ?? text, text]));
  for (const { name = '', value } of own) merged.set(name, value === undefined || value === '' ? name : `${name}:${value}`);
  return [...merged.values()];
}

/** As the file has it. */
export function formatResolvConf({ nameservers, search, options }: ResolvConf): string {
  return [
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
