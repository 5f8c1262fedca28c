/**
 * What whoever is reached on a name server's port says of a name: CoreDNS by its Corefile, the cache of a node by its own, and hosts outside of the cluster what
 * the cluster file gives names to.
 */
import { UnsupportedError, unsupported } from '../../base/errors.js';
import { familyOfText } from '../../base/ip-family.js';
import { podIps } from '../../api/object/pod-ips.js';
import type { Pod } from '../../api/types/core.js';
import { addressesOfHost } from '../../fabric/fabric-spec.js';
import { KUBEADM_COREFILE } from '../../node/dns/coredns/default-corefile.js';
import { type DnsServer, dnsServer, FAILURE, type Serving } from '../../node/dns/coredns/serve.js';
import { isNodeCache, localAddresses } from '../../node/dns/node-cache.js';
import { absolute, type DnsAnswer, type DnsQuestion } from '../../packet/dns/record.js';
import type { Simulation } from '../simulation.js';
import { confOf } from './pod-conf.js';

const TTL = 30;
const COREDNS = /(?:^|\/)coredns(?::|@|$)/;
/** Servers that ask each other: more than this is a circle. */
export const DEPTH_MAX = 6;

export interface AskedServer {
  /** Endpoint text of who was reached, and the port. */
  readonly who: string;
  readonly port: number;
  readonly address: string;
  readonly tcp: boolean;
  readonly depth: number;
  /** Asks the next server. */
  readonly forward: Serving['forward'];
}

export function answerAt(simulation: Simulation, asked: AskedServer, question: DnsQuestion): DnsAnswer {
  const [kind, namespace, name] = asked.who.split('/');
  if (kind === 'external') return outside(simulation, question);
  const pod = kind === 'pod' ? simulation.view().get('Pod', namespace, name ?? '') : undefined;
  if (pod !== undefined && asked.depth > DEPTH_MAX) {
    throw unsupported(
      'dns-loop',
      `${asked.who} is asked again by a server that it asks: name servers that forward in a circle are not modelled`,
    );
  }
  const corefile = pod === undefined ? undefined : corefileOf(simulation, pod);
  if (pod === undefined || corefile === undefined) {
    throw unsupported('unknown-dns-server', `${asked.who} answers on ${asked.address}, and what it would say of a name is not known`, {
      fix: 'CoreDNS is modelled: a container of an image .../coredns or .../k8s-dns-node-cache',
    });
  }
  const server = serverOf(corefile, asked.port);
  const serving: Serving = {
    view: simulation.view(),
    serial: simulation.store.revision,
    addresses: isNodeCache(pod) ? localAddresses(pod) : podIps(pod),
    tcp: asked.tcp,
    forward: asked.forward,
    nameservers: confOf(simulation, asked.who).nameservers,
    lookUp: (own) => lookUpSelf(server, serving, own, asked.depth),
  };
  return server.answer(serving, question);
}

const CHAIN_MAX = 8;

/** The whole server again, for what a name stands for: not for ever. */
function lookUpSelf(server: DnsServer, serving: Serving, question: DnsQuestion, depth: number): DnsAnswer {
  if (depth > CHAIN_MAX) return FAILURE;
  const inner: Serving = { ...serving, lookUp: (own) => lookUpSelf(server, inner, own, depth + 1) };
  return server.answer(inner, question);
}

const servers = new Map<string, DnsServer>();
const SERVERS_MAX = 50;

function serverOf(corefile: string, port: number): DnsServer {
  const key = `${port} ${corefile}`;
  const known = servers.get(key);
  if (known !== undefined) return known;
  if (servers.size >= SERVERS_MAX) servers.clear();
  const made = dnsServer(corefile, port);
  servers.set(key, made);
  return made;
}

/** Out of the ConfigMap that is mounted into it; kubeadm's where it mounts none. Undefined for a pod that is no such server. */
function corefileOf(simulation: Simulation, pod: Pod): string | undefined {
  const isCache = isNodeCache(pod);
  if (!isCache && !pod.spec.containers.some(({ image }) => COREDNS.test(image ?? ''))) return undefined;
  const { volumes = [] } = pod.spec as { readonly volumes?: readonly { readonly configMap?: { readonly name?: string } }[] };
  const names = volumes.flatMap(({ configMap }) => configMap?.name ?? []);
  const text = names.flatMap((name) => mapOf(simulation, pod.metadata.namespace ?? 'default', name)['Corefile'] ?? [])[0];
  if (!isCache) return text ?? KUBEADM_COREFILE;
  if (text === undefined) {
    throw new UnsupportedError([
      { code: 'no-corefile', message: `pod ${pod.metadata.namespace}/${pod.metadata.name} mounts no ConfigMap with a Corefile` },
    ]);
  }
  return withPillars(simulation, pod, text);
}

function mapOf(simulation: Simulation, namespace: string, name: string): Readonly<Record<string, string>> {
  const map = simulation.get('ConfigMap', namespace, name) as { readonly data?: Readonly<Record<string, string>> } | undefined;
  return map?.data ?? {};
}

/** What the cache of a node itself puts in for the names in its template. Source: kubernetes/dns cmd/node-cache/app/configmap.go. */
function withPillars(simulation: Simulation, pod: Pod, text: string): string {
  const args = pod.spec.containers.flatMap((container) => container.args ?? []);
  const service = args[args.indexOf('-upstreamsvc') + 1];
  const found =
    args.includes('-upstreamsvc') && service !== undefined ? simulation.get('Service', pod.metadata.namespace, service) : undefined;
  const address = (found as { readonly spec?: { readonly clusterIP?: string } } | undefined)?.spec?.clusterIP ?? '';
  return text.replaceAll('__PILLAR__CLUSTER__DNS__', address).replaceAll('__PILLAR__UPSTREAM__SERVERS__', '/etc/resolv.conf');
}

/** The outside world is what the cluster file says of it. */
export function outside({ externals }: Simulation, { name, type }: DnsQuestion): DnsAnswer {
  const host = externals.find((external) => absolute(external.name) === absolute(name));
  if (host === undefined) return { rcode: 'NXDOMAIN', answer: [], authority: [], extra: [] };
  const typeOf = (address: string): string => (familyOfText(address) === 'IPv4' ? 'A' : 'AAAA');
  const own = addressesOfHost(host).filter((address) => typeOf(address) === type);
  const answer = own.map((data) => ({ name, ttl: TTL, type, data }));
  return { rcode: 'NOERROR', answer, authority: [], extra: [] };
}
