/**
 * A look-up as a process in a pod or on a node makes it: its C library's resolver asks the name servers of its resolv.conf for the names of its search path. The
 * questions travel like any packets: through the Service, the proxy, whatever drops them; an answer comes from whoever they reach, which may ask on in
 * the same way. What is cut short is asked again by TCP. A resolver sends again from the socket that it has, and so goes the same way again.
 */
import { unsupported } from '../../base/errors.js';
import type { ResolvConf } from '../../node/dns/resolv-conf.js';
import { lookUpWithGlibc } from '../../node/dns/resolver/glibc.js';
import { lookUpWithMusl } from '../../node/dns/resolver/musl.js';
import type { Libc, LookUpResult, Reply } from '../../node/dns/resolver/resolver.js';
import { formatRecord, type DnsAnswer, type Rcode } from '../../packet/dns/record.js';
import type { Trace } from '../../trace/trace.js';
import type { TraceQuery } from '../contract.js';
import { findObject, type WantedName } from '../lookup.js';
import type { Simulation } from '../simulation.js';
import { type Asked, AskedServers } from './ask-server.js';
import { ensureCoreDns } from './core-dns.js';
import { confOf, hostsFileOf, libcOf } from './pod-conf.js';

export { formatRecord };

export interface NameQuery {
  /** `pod/[NS/]NAME` or `node/NAME`. */
  readonly from: string;
  readonly name: string;
  /** Asked for together, as programs ask for both kinds of address. */
  readonly types: readonly string[];
}

/** One question of a look-up, and what came of it. */
export interface AskedName {
  readonly name: string;
  readonly type: string;
  readonly server: string;
  /** `TIMEOUT` and `UNREACHABLE` where no answer came. */
  readonly rcode: Rcode | 'TIMEOUT' | 'UNREACHABLE';
  /** `tcp` where UDP had cut the answer short. */
  readonly transport: 'udp' | 'tcp';
}

export interface Resolution extends DnsAnswer {
  readonly result: LookUpResult;
  /** The name that was found, absolute; of the last question where none was. */
  readonly name: string;
  readonly queries: readonly AskedName[];
  /** Whom the questions reached, as endpoint texts. */
  readonly servers: readonly string[];
  /** What kept the questions from being answered, in the outcome that lost them. */
  readonly lost: Trace | undefined;
  /** How long the resolver waited for answers that did not come. */
  readonly seconds: number;
  readonly libc: Libc;
  readonly conf: ResolvConf;
  /** The traffic that it was, of servers that asked on too. */
  readonly traffic: readonly TraceQuery[];
}

/** A question is lost where any outcome of the network loses it: a client that is lucky is no proof. */
export function resolveName(simulation: Simulation, { from, name, types }: NameQuery): Resolution {
  ensureCoreDns(simulation);
  const conf = confOf(simulation, from);
  const libc = libcOf(simulation, from);
  const known = hostsAnswer(simulation, from, name, types);
  if (known !== undefined) return { ...known, ...NOBODY_ASKED, name, libc, conf };
  const asks = new AskedServers(simulation);
  const queries: AskedName[] = [];
  const servers = new Set<string>();
  const withoutSix = libc === 'glibc' && conf.options.includes('no-aaaa');
  const wanted = types.map((type) => type.toUpperCase()).filter((type) => type !== 'AAAA' || !withoutSix || types.length === 1);
  const udpSize = libc === 'glibc' && conf.options.includes('edns0') ? EDNS_SIZE : undefined;
  const always = libc === 'glibc' && conf.options.includes('use-vc');
  let lost: Trace | undefined;
  const ask = (server: string, asked: string): Reply => {
    const askAll = (tcp: boolean): Reply => {
      const replies = wanted.map((type) => {
        const got = asks.ask({ from, server, question: { name: asked, type }, tcp, udpSize, depth: 0 });
        queries.push(toQuery(server, { name: asked, type }, got, tcp));
        for (const who of got.servers) servers.add(who);
        lost ??= got.lost;
        return got.reply;
      });
      return replies.find((reply) => typeof reply === 'string') ?? (replies as readonly DnsAnswer[]);
    };
    const first = askAll(always);
    return typeof first !== 'string' && !always && first.some(({ truncated }) => truncated === true) ? askAll(true) : first;
  };
  const looked = (libc === 'musl' ? lookUpWithMusl : lookUpWithGlibc)({ conf, ask, differ }, name);
  return {
    ...joined(looked.answers),
    ...looked,
    queries,
    servers: [...servers],
    traffic: asks.asked,
    lost,
    libc,
    conf,
    rcode: rcodeOf(looked.result),
  };
}

const NOBODY_ASKED = { result: 'NOERROR', queries: [], servers: [], traffic: [], lost: undefined, seconds: 0 } as const;

/** /etc/hosts goes before any server, for addresses: of one family it is enough. */
function hostsAnswer(simulation: Simulation, from: string, name: string, types: readonly string[]): DnsAnswer | undefined {
  const records = hostsFileOf(simulation, from, name).map((data) => ({ name, ttl: 0, type: data.includes(':') ? 'AAAA' : 'A', data }));
  const answer = records.filter(({ type }) => types.includes(type));
  return answer.length === 0 ? undefined : { rcode: 'NOERROR', answer, authority: [], extra: [] };
}

/** Of glibc since 2.31. */
const EDNS_SIZE = 1200;

function differ(): never {
  throw unsupported('servers-differ', 'the name servers answer differently, and musl takes the answer that comes first');
}

function toQuery(server: string, { name, type }: { name: string; type: string }, { reply }: Asked, tcp: boolean): AskedName {
  const rcode = reply === 'timeout' ? 'TIMEOUT' : reply === 'unreachable' ? 'UNREACHABLE' : reply.rcode;
  return { name, type, server, rcode, transport: tcp ? 'tcp' : 'udp' };
}

function joined(answers: readonly DnsAnswer[]): Pick<DnsAnswer, 'answer' | 'authority' | 'extra'> {
  const of = (key: 'answer' | 'authority' | 'extra'): DnsAnswer['answer'] => {
    const all = answers.flatMap((one) => one[key]);
    return [...new Map(all.map((record) => [formatRecord(record), record])).values()];
  };
  return { answer: of('answer'), authority: of('authority'), extra: of('extra') };
}

function rcodeOf(result: LookUpResult): Rcode {
  if (result === 'NODATA') return 'NOERROR';
  return result === 'TIMEOUT' || result === 'UNREACHABLE' ? 'SERVFAIL' : result;
}

/** The addresses that a Service's name stands for: its own, or of a headless one those of its ready endpoints. */
export function addressesOfService(simulation: Simulation, wanted: WantedName): readonly string[] {
  const view = simulation.view();
  const { metadata, spec } = findObject(view, 'Service', wanted, simulation.namespace);
  if (spec.clusterIP !== 'None') return spec.clusterIPs ?? [spec.clusterIP ?? ''];
  return view
    .list('EndpointSlice', metadata.namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
    .flatMap(({ endpoints }) => endpoints.filter(({ conditions }) => conditions?.ready ?? true).flatMap(({ addresses }) => addresses));
}
