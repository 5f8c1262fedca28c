/** The resolver of a pod or node: its resolv.conf, and the C library that reads it. */
import { inputError, unsupported } from '../../base/errors.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import type { Pod } from '../../api/types/core.js';
import { formatResolvConf, podResolvConf, type ResolvConf } from '../../node/dns/resolv-conf.js';
import type { Libc } from '../../node/dns/resolver/resolver.js';
import { findObject } from '../lookup.js';
import { refuseUnmodelled } from '../refuse-unmodelled.js';
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
  refuseUnmodelled(simulation.view(), [`pod/${pod.metadata.namespace}/${pod.metadata.name}`], 'names');
  const clusterDomain = simulation.cluster.dns?.clusterDomain ?? DOMAIN;
  return podResolvConf(pod, { clusterDNS: clusterDNS(simulation), clusterDomain, node });
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
