/** The resolver of a pod or node: its resolv.conf, and the C library that reads it. */
import { inputError, unsupported } from '../../base/errors.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { podIps } from '../../api/object/pod-ips.js';
import type { Node, Pod } from '../../api/types/core.js';
import { formatResolvConf, podResolvConf, type ResolvConf } from '../../node/dns/resolv-conf.js';
import type { Libc } from '../../node/dns/resolver/resolver.js';
import { findObject, nodeAddress } from '../lookup.js';
import type { Simulation } from '../simulation.js';
import { clusterDNS } from './core-dns.js';

export { formatResolvConf };

const DOMAIN = 'cluster.local';
/** Of the node's own resolver, which the simulation asks without packets where the cluster file names no server. */
export const NODE_RESOLVER = 'the resolver of the node';

/** The resolv.conf of a pod or node. */
export function confOf(simulation: Simulation, from: string): ResolvConf {
  const node = nodeConf(simulation);
  const { text } = simulation.source(from);
  if (text.startsWith('node/')) return node;
  const pod = podOf(simulation, text);
  return podResolvConf(pod, { clusterDNS: clusterDNS(simulation), clusterDomain: domainOf(simulation), node });
}

function domainOf({ cluster }: Simulation): string {
  return cluster.dns?.clusterDomain ?? DOMAIN;
}

function nodeConf({ cluster }: Simulation): ResolvConf {
  const { nameservers = [NODE_RESOLVER], searches = [], options = [] } = cluster.dns ?? {};
  return { nameservers, search: searches, options };
}

function podOf(simulation: Simulation, text: string): Pod {
  const [kind, namespace, name = ''] = text.split('/');
  if (kind !== 'pod') throw unsupported('dns-of-outside', `${text} has no resolver that is modelled: pods and nodes look names up`);
  return findObject(simulation.view(), 'Pod', { namespace, name: name.split('#')[0] ?? name }, 'default');
}

/** What its /etc/hosts says of a name, as the kubelet writes it: localhost, the pod's own name, and its aliases; of a node itself, its name. */
export function hostsFileOf(simulation: Simulation, from: string, name: string): readonly string[] {
  const { text } = simulation.source(from);
  const view = simulation.view();
  const entries = text.startsWith('node/')
    ? nodeHosts(view.get('Node', undefined, text.slice('node/'.length)))
    : podHosts(podOf(simulation, text), domainOf(simulation));
  const wanted = name.replace(/\.$/, '').toLowerCase();
  return entries.filter(({ names }) => names.includes(wanted)).map(({ ip }) => ip);
}

interface HostsLine {
  readonly ip: string;
  readonly names: readonly string[];
}

const LOCALHOST: readonly HostsLine[] = [
  { ip: '127.0.0.1', names: ['localhost'] },
  { ip: '::1', names: ['localhost', 'ip6-localhost', 'ip6-loopback'] },
];

function nodeHosts(node: Node | undefined): readonly HostsLine[] {
  return node === undefined ? LOCALHOST : [...LOCALHOST, { ip: nodeAddress(node), names: [node.metadata.name] }];
}

/** Of a pod on the node's network the node's own, of which nothing but localhost is known. */
function podHosts({ metadata, spec, status }: Pod, domain: string): readonly HostsLine[] {
  const { hostAliases = [] } = spec as {
    readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[];
  };
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => ({ ip, names: hostnames.map((one) => one.toLowerCase()) }));
  if (spec.hostNetwork === true) return [...LOCALHOST, ...aliases];
  const host = spec.hostname ?? metadata.name;
  const names = [host, `${host}.${spec.subdomain ?? ''}.${metadata.namespace}.svc.${domain}`];
  const own = podIps({ status }).map((ip) => ({ ip, names }));
  return [...LOCALHOST, ...own, ...aliases];
}

/** glibc, unless the pod or its image says that it is musl. */
export function libcOf(simulation: Simulation, from: string): Libc {
  const { text } = simulation.source(from);
  if (text.startsWith('node/')) return 'glibc';
  const { metadata, spec } = podOf(simulation, text);
  const said = metadata.annotations?.[ANNOTATIONS.resolver];
  if (said === 'glibc' || said === 'musl') return said;
  if (said !== undefined) {
    throw inputError('bad-resolver', `annotation ${ANNOTATIONS.resolver} of pod ${metadata.name} is "${said}"`, {
      fix: 'write glibc or musl',
    });
  }
  const container = text.split('#')[1];
  const image = spec.containers.find(({ name }) => container === undefined || name === container)?.image ?? '';
  return /alpine|musl/.test(image) ? 'musl' : 'glibc';
}
