/**
 * A look-up as a process in a pod or on a node makes it: the names of its search path in glibc's order, each asked of its name servers by UDP. The
 * questions travel like any packets: through the Service, the proxy, whatever drops them; an answer comes from whoever they reach. Outside of the cluster
 * just the hosts of the cluster file have names. What CoreDNS asks its own servers, and the node's own resolver, take no packets here.
 */
import { unsupported } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import type { Pod } from '../api/types/core.js';
import { absolute, type DnsAnswer, formatRecord, type Rcode } from '../node/dns/record.js';
import { namesToTry, podResolvConf, type ResolvConf } from '../node/dns/resolv-conf.js';
import { answerQuery, type ZoneSettings } from '../node/dns/zone.js';
import type { Trace } from '../trace/trace.js';
import { clusterDNS, ensureCoreDns } from './core-dns.js';
import { refuseUnmodelled } from './refuse-unmodelled.js';
import { findObject, type WantedName } from './lookup.js';
import type { Simulation } from './simulation.js';

export { formatRecord };

const DOMAIN = 'cluster.local';
const TTL = 30;
const DNS_PORT = 53;
/** Of the node's own resolver, which the simulation asks without packets. */
const NODE_RESOLVER = 'the resolver of the node';
const NODE_CONF: ResolvConf = { nameservers: [NODE_RESOLVER], search: [], options: [] };

export interface NameQuery {
  /** `pod/[NS/]NAME` or `node/NAME`. */
  readonly from: string;
  readonly name: string;
  /** `A` unless given. */
  readonly type?: string | undefined;
}

/** One question of a look-up, and what came of it. */
export interface AskedName {
  readonly name: string;
  readonly type: string;
  readonly server: string;
  /** `TIMEOUT` and `UNREACHABLE` where no answer came. */
  readonly rcode: Rcode | 'TIMEOUT' | 'UNREACHABLE';
}

export interface Resolution extends DnsAnswer {
  /** The name that was found, absolute; of the last question where none was. */
  readonly name: string;
  readonly queries: readonly AskedName[];
  /** What kept the questions from being answered, in the outcome that lost them. */
  readonly lost: Trace | undefined;
}

/** `lost` is set where any outcome of the network loses the question: a client that is lucky is no proof. */
export function resolveName(simulation: Simulation, { from, name, type = 'A' }: NameQuery): Resolution {
  ensureCoreDns(simulation);
  const conf = confOf(simulation, from);
  const queries: AskedName[] = [];
  let last: DnsAnswer | undefined;
  let noData: (DnsAnswer & { readonly name: string }) | undefined;
  let lastName = absolute(name);
  for (const wanted of namesToTry(name, conf)) {
    const question = { name: absolute(wanted), type: type.toUpperCase() };
    const asked = ask(simulation, from, conf, question);
    queries.push(...asked.queries);
    lastName = question.name;
    if (asked.answer === undefined) return { ...NO_ANSWER, name: lastName, queries, lost: asked.lost };
    last = asked.answer;
    if (last.rcode !== 'NOERROR') continue;
    if (last.answer.some((record) => record.type === question.type)) return { ...last, name: lastName, queries, lost: undefined };
    noData ??= { ...last, name: lastName };
  }
  // A name that is there without such a record is not forgotten for one that is not there (res_search of glibc).
  if (noData !== undefined) return { ...noData, queries, lost: undefined };
  return { ...(last ?? NO_ANSWER), name: lastName, queries, lost: undefined };
}

const NO_ANSWER: DnsAnswer = { rcode: 'SERVFAIL', answer: [], authority: [], extra: [] };

/** The addresses that a Service's name stands for: its own, or of a headless one those of its ready endpoints. */
export function addressesOfService(simulation: Simulation, wanted: WantedName): readonly string[] {
  const view = simulation.view();
  const { metadata, spec } = findObject(view, 'Service', wanted, simulation.namespace);
  if (spec.clusterIP !== 'None') return (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((text) => text.includes('.'));
  return view
    .list('EndpointSlice', metadata.namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
    .flatMap(({ endpoints }) => endpoints.filter(({ conditions }) => conditions?.ready ?? true).flatMap(({ addresses }) => addresses));
}

/** The resolv.conf of a pod or node. */
export function confOf(simulation: Simulation, from: string): ResolvConf {
  const { text } = simulation.source(from);
  const [kind, namespace, name = ''] = text.split('/');
  if (kind === 'node') return NODE_CONF;
  if (kind !== 'pod') throw unsupported('dns-of-outside', `${text} has no resolver that is modelled: pods and nodes look names up`);
  const pod: Pod = findObject(simulation.view(), 'Pod', { namespace, name: name.split('#')[0] ?? name }, 'default');
  refuseUnmodelled(simulation.view(), [`pod/${namespace}/${pod.metadata.name}`], 'names');
  return podResolvConf(pod, { clusterDNS: clusterDNS(simulation), clusterDomain: DOMAIN, node: NODE_CONF });
}

interface Asked {
  readonly answer: DnsAnswer | undefined;
  readonly queries: readonly AskedName[];
  readonly lost: Trace | undefined;
}

/** The servers in their order, until one answers. */
function ask(simulation: Simulation, from: string, conf: ResolvConf, question: { name: string; type: string }): Asked {
  const queries: AskedName[] = [];
  let lost: Trace | undefined;
  for (const server of conf.nameservers) {
    if (server === NODE_RESOLVER) {
      const answer = upstream(simulation, question.name, question.type);
      return { answer, queries: [...queries, { ...question, server, rcode: answer.rcode }], lost: undefined };
    }
    const trace = simulation.trace({ from, to: `ip/${server.includes(':') ? `[${server}]` : server}:${DNS_PORT}`, protocol: 'UDP' });
    const failed = trace.outcomes.find((outcome) => outcome.verdict !== 'delivered');
    if (failed === undefined) {
      for (const { server: who } of trace.outcomes) checkServer(simulation, who ?? '', server);
      const answer = answerQuery(simulation.view(), zoneOf(simulation), question);
      return { answer, queries: [...queries, { ...question, server, rcode: answer.rcode }], lost: undefined };
    }
    lost ??= trace;
    queries.push({ ...question, server, rcode: failed.verdict === 'timeout' ? 'TIMEOUT' : 'UNREACHABLE' });
  }
  return { answer: undefined, queries, lost };
}

/** Whoever else listens there may say anything. */
function checkServer(simulation: Simulation, endpoint: string, address: string): void {
  const [kind, namespace, name] = endpoint.split('/');
  const pod = kind === 'pod' ? simulation.view().get('Pod', namespace, name ?? '') : undefined;
  if (pod?.spec.containers.some(({ image }) => /(?:^|\/)coredns(?::|@|$)/.test(image ?? '')) === true) return;
  throw unsupported('unknown-dns-server', `${endpoint} answers on ${address}, and what it would say of a name is not known`, {
    fix: 'CoreDNS is modelled: a container of an image .../coredns',
  });
}

function zoneOf(simulation: Simulation): ZoneSettings {
  const upstreamOf = (name: string, type: string): DnsAnswer => upstream(simulation, name, type);
  return { domain: `${DOMAIN}.`, ttl: TTL, serial: simulation.store.revision, upstream: upstreamOf };
}

/** The outside world is what the cluster file says of it. */
function upstream({ externals }: Simulation, name: string, type: string): DnsAnswer {
  const host = externals.find((external) => absolute(external.name) === name);
  if (host === undefined) return { rcode: 'NXDOMAIN', answer: [], authority: [], extra: [] };
  const own = typeof parseIp(host.address) === 'number' ? 'A' : 'AAAA';
  const answer = own === type ? [{ name, ttl: TTL, type, data: host.address }] : [];
  return { rcode: 'NOERROR', answer, authority: [], extra: [] };
}
