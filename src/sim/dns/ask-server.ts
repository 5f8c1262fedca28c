/**
 * One question to one name server, by packets: which way it goes is found once for each size that could make a difference; whoever it reaches says what it knows. In
 * every outcome of the network the answer must be the same.
 */
import { cidrContains, parseCidr } from '../../base/cidr.js';
import { unsupported } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { type DnsAnswer, type DnsQuestion, formatRecord } from '../../packet/dns/record.js';
import { isNodeCache, localAddresses } from '../../node/dns/node-cache.js';
import { encodeDns, fitAnswer, UDP_SIZE } from '../../packet/dns/wire.js';
import { formatDns } from '../../packet/dns/format-dns.js';
import type { Exchange } from '../../kernel/contract.js';
import type { Trace } from '../../trace/trace.js';
import type { TraceQuery } from '../contract.js';
import type { Simulation } from '../simulation.js';
import { listenerOwner } from '../listeners.js';
import { isRelay } from '../relay/onward.js';
import { answerAt, outside } from './name-servers.js';
import { NODE_RESOLVER } from './pod-conf.js';

const DNS_PORT = 53;
const TCP_SIZE = 65_535;
const FAILED: DnsAnswer = { rcode: 'SERVFAIL', answer: [], authority: [], extra: [] };

export interface ServerQuery {
  /** Endpoint text. */
  readonly from: string;
  readonly server: string;
  readonly question: DnsQuestion;
  readonly tcp: boolean;
  readonly udpSize: number | undefined;
  readonly depth: number;
}

export interface Asked {
  readonly reply: DnsAnswer | 'timeout' | 'unreachable';
  /** Endpoint texts. */
  readonly servers: readonly string[];
  /** Of this question, or of one that its server asked on. */
  readonly lost: Trace | undefined;
}

export class AskedServers {
  readonly #simulation: Simulation;
  readonly #ways = new Map<string, Trace>();
  /** The traffic that questions were, in order. */
  readonly asked: TraceQuery[] = [];
  /** The first question that was lost between servers. */
  #lostBehind: Trace | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  ask(query: ServerQuery): Asked {
    const { server, question } = query;
    if (server === NODE_RESOLVER) return { reply: outside(this.#simulation, question), servers: [], lost: undefined };
    this.#lostBehind = undefined;
    const trace = this.#way(query);
    const failed = trace.outcomes.find(({ verdict }) => verdict !== 'delivered');
    if (failed !== undefined) return { reply: failed.verdict === 'timeout' ? 'timeout' : 'unreachable', servers: [], lost: trace };
    const places = new Map(trace.outcomes.map((outcome) => [`${outcome.server} ${portOf(outcome.serverSees?.dst)}`, outcome]));
    const answers = [...places.values()].map((outcome) => this.#answer(query, outcome.server ?? '', portOf(outcome.serverSees?.dst)));
    const [first, ...others] = answers;
    if (first === undefined || others.some((other) => recordsOf(other) !== recordsOf(first))) {
      throw unsupported('servers-differ', `the servers behind ${server} answer differently, and which of them is asked is chance`);
    }
    return { reply: first, servers: [...new Set(trace.outcomes.map((outcome) => outcome.server ?? ''))], lost: this.#lostBehind };
  }

  /** What the two ends send each other, for a capture. */
  exchange(query: ServerQuery, id: number): Exchange {
    const payload = (bytes: Uint8Array, text: string): Exchange['request'] => ({ bytes: query.tcp ? framed(bytes) : bytes, text });
    const message = { id, question: query.question, reply: undefined, udpSize: query.udpSize };
    const request = encodeDns(message);
    return {
      request: payload(request, formatDns(message, request.length)),
      answer: (listener) => {
        if (isRelay(listener))
          throw unsupported('capture-of-relay', 'the packets of a look-up that a program in user space passes on are not modelled');
        const reply = this.#uncut(query, listenerOwner(listener), Number(listener.split(':')[2] ?? DNS_PORT));
        const fit = fitAnswer({ ...message, reply }, sizeOf(query));
        return payload(fit.bytes, formatDns({ ...message, reply: fit.reply }, fit.bytes.length));
      },
    };
  }

  #answer(query: ServerQuery, who: string, port: number): DnsAnswer {
    const reply = this.#uncut(query, who, port);
    const { question, udpSize } = query;
    return fitAnswer({ id: 0, question, reply, udpSize }, sizeOf(query)).reply;
  }

  #uncut(query: ServerQuery, who: string, port: number): DnsAnswer {
    const forward = (upstream: string, question: DnsQuestion, tcp: boolean): DnsAnswer => {
      const asked = this.ask({ ...query, from: who, server: upstream, question, tcp, depth: query.depth + 1 });
      this.#lostBehind ??= asked.lost;
      return typeof asked.reply === 'string' ? FAILED : asked.reply;
    };
    const { server, tcp, depth, question } = query;
    return answerAt(this.#simulation, { who, port, address: server, tcp, depth, forward }, question);
  }

  #way({ from, server, tcp }: ServerQuery): Trace {
    const key = `${from} ${server} ${tcp}`;
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const to = `${this.#isOutside(server) ? `external/${server}` : `ip/${server.includes(':') ? `[${server}]` : server}`}:${DNS_PORT}`;
    const query = { from, to, port: DNS_PORT, protocol: tcp ? 'TCP' : 'UDP' };
    this.asked.push(query);
    const trace = this.#simulation.trace(query);
    this.#ways.set(key, trace);
    return trace;
  }

  /** Neither a node, nor of the cluster's ranges, nor of one link, nor what a node's name server calls itself: a host of the world. */
  #isOutside(server: string): boolean {
    const ip = parseIp(server);
    const { cluster } = this.#simulation;
    if (ip === undefined || cluster.nodes.some(({ addresses }) => addresses.includes(server))) return false;
    if (
      this.#simulation
        .view()
        .list('Pod')
        .some((pod) => isNodeCache(pod) && localAddresses(pod).includes(server))
    )
      return false;
    const ranges = [...cluster.podCIDRs, ...cluster.serviceCIDRs, ...LOCAL].flatMap((text) => parseCidr(text) ?? []);
    return !ranges.some((range) => typeof range.ip === typeof ip && cidrContains(range, ip));
  }
}

const LOCAL = ['127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10'];

function sizeOf({ tcp, udpSize }: ServerQuery): number {
  return tcp ? TCP_SIZE : (udpSize ?? UDP_SIZE);
}

/** By TCP the length goes before the message. */
function framed(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([bytes.length >> 8, bytes.length & 0xff, ...bytes]);
}

function portOf(socket: string | undefined): number {
  return Number(/:(\d+)$/.exec(socket ?? '')?.[1] ?? DNS_PORT);
}

function recordsOf({ rcode, answer, authority, extra }: DnsAnswer): string {
  return [rcode, ...[...answer, ...extra].map(formatRecord).sort(), ...authority.map(formatRecord)].join('\n');
}
