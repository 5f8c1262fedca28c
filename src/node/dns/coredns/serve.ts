/**
 * CoreDNS as a server: which of its server blocks a name belongs to, and the plug-ins of that block in CoreDNS's own order, whatever the order in the file.
 * Source: CoreDNS core/dnsserver/server.go, plugin.cfg; plugin/{hosts,rewrite,forward}. Plug-ins that decide no answer are passed over; others are
 * refused by name. Left out: caches, which remember nothing here.
 */
import { unsupported } from '../../../base/errors.js';
import type { StoreView } from '../../../api/view.js';
import { absolute, type DnsAnswer, type DnsQuestion } from '../../../packet/dns/record.js';
import { type Directive, parseCorefile, type ServerBlock, zoneOfName } from './corefile.js';
import { forwardSettings } from './forward.js';
import { answerHosts, hostsSettings } from './hosts.js';
import { answerKubernetes } from './kubernetes.js';
import { kubernetesSettings } from './kubernetes-settings.js';
import { rewriteRules, rewritten } from './rewrite.js';

/** Who serves, and what a server needs of the world. */
export interface Serving {
  readonly view: StoreView;
  /** Serial number of the zone. */
  readonly serial: number;
  /** Where the server listens. */
  readonly addresses: readonly string[];
  /** The question came by TCP. */
  readonly tcp: boolean;
  /** Asks another server, by packets. */
  readonly forward: (upstream: string, question: DnsQuestion, tcp: boolean) => DnsAnswer;
  /** Name servers of this server's own /etc/resolv.conf. */
  readonly nameservers: readonly string[];
  /** Asks this server itself. */
  readonly lookUp: (question: DnsQuestion) => DnsAnswer;
}

type Plugin = (serving: Serving, question: DnsQuestion, next: (question?: DnsQuestion) => DnsAnswer) => DnsAnswer;

/** In the order they are asked. */
export const ORDER = ['rewrite', 'hosts', 'kubernetes', 'forward'];
export const INERT: readonly string[] = [
  ...['errors', 'log', 'health', 'ready', 'prometheus', 'loop', 'reload', 'loadbalance', 'cache', 'debug', 'bind', 'cancel'],
  ...['pprof', 'trace', 'metadata', 'root', 'nsid', 'timeouts'],
];
export const NO_SERVER: DnsAnswer = { rcode: 'REFUSED', answer: [], authority: [], extra: [] };
export const FAILURE: DnsAnswer = { rcode: 'SERVFAIL', answer: [], authority: [], extra: [] };

export interface DnsServer {
  readonly blocks: readonly ServerBlock[];
  answer(serving: Serving, question: DnsQuestion): DnsAnswer;
}

export function dnsServer(corefile: string, port: number): DnsServer {
  const blocks = parseCorefile(corefile).filter((block) => block.port === port);
  const chains = new Map(blocks.map((block) => [block, chainOf(block)]));
  return {
    blocks,
    answer: (serving, question) => {
      const zone = zoneOfName(
        blocks.flatMap(({ zones }) => zones),
        absolute(question.name),
      );
      const block = blocks.find(({ zones }) => zone !== undefined && zones.includes(zone));
      const chain = block === undefined ? undefined : chains.get(block);
      return chain === undefined ? NO_SERVER : walk(chain, serving, question);
    },
  };
}

function walk([first, ...rest]: readonly Plugin[], serving: Serving, question: DnsQuestion): DnsAnswer {
  return first === undefined ? FAILURE : first(serving, question, (changed = question) => walk(rest, serving, changed));
}

function chainOf(block: ServerBlock): readonly Plugin[] {
  const strange = block.plugins.find(({ name }) => !ORDER.includes(name) && !INERT.includes(name));
  if (strange !== undefined) {
    throw unsupported('corefile', `CoreDNS's plug-in ${strange.name} is not modelled`, { fix: `modelled: ${ORDER.join(', ')}` });
  }
  return ORDER.flatMap((name) =>
    pluginsOf(
      name,
      block.plugins.filter((one) => one.name === name),
      block.zones,
    ),
  );
}

function pluginsOf(name: string, directives: readonly Directive[], zones: readonly string[]): readonly Plugin[] {
  if (directives.length === 0) return [];
  if (name === 'rewrite') {
    const rules = rewriteRules(directives);
    return [(_serving, question, next) => rewritten(rules, question, next)];
  }
  return directives.map((directive): Plugin => {
    if (name === 'hosts') {
      const settings = hostsSettings(directive, zones);
      return (_serving, question, next) => answerHosts(settings, question, next);
    }
    if (name === 'forward') return forwardSettings(directive);
    const settings = kubernetesSettings(directive, zones);
    return (serving, question, next) => answerKubernetes({ view: serving.view, settings }, serving, question, next);
  });
}
