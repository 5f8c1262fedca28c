/**
 * The plug-in forward: asks other servers, of which any that answers will do. Source: CoreDNS plugin/forward/{forward,setup}.go: by the transport that the question
 * came by unless told; who cannot be reached is passed over, and after five seconds of that the answer is SERVFAIL.
 */
import { unsupported } from '../../../base/errors.js';
import type { DnsAnswer, DnsQuestion } from '../../../packet/dns/record.js';
import { type Directive, zoneOfName, zonesOf } from './corefile.js';
import type { Serving } from './serve.js';

/** All but the first three decide how long and how often, or in which order, servers are asked. */
export const FORWARD_OPTIONS = [
  'force_tcp',
  'prefer_udp',
  'except',
  'max_concurrent',
  'expire',
  'max_fails',
  'health_check',
  'policy',
  'max_idle_conns',
  'max_age',
];
const DNS_PORT = '53';

type Forward = (serving: Serving, question: DnsQuestion, next: () => DnsAnswer) => DnsAnswer;

export function forwardSettings({ args, block }: Directive): Forward {
  const [from = '.', ...to] = args;
  const zones = zonesOf(from);
  for (const { name } of block) {
    if (!FORWARD_OPTIONS.includes(name)) throw unsupported('corefile', `the option "${name}" of CoreDNS's plug-in forward is not modelled`);
  }
  for (const text of to) if (/^(tls|https|grpc):/.test(text)) throw unsupported('corefile', `forwarding to ${text} is not modelled`);
  const has = (name: string): boolean => block.some((one) => one.name === name);
  const except = block.filter(({ name }) => name === 'except').flatMap((one) => one.args.flatMap(zonesOf));
  return (serving, question, next) => {
    if (zoneOfName(zones, question.name) === undefined || zoneOfName(except, question.name) !== undefined) return next();
    const upstreams = to.flatMap((text) => (text.startsWith('/') ? serving.nameservers : [bare(text)]));
    const tcp = has('force_tcp') || (serving.tcp && !has('prefer_udp'));
    return anyOf(upstreams.map((upstream) => () => serving.forward(upstream, question, tcp)));
  };
}

/** Which is asked first is chance: those that answer must agree. */
function anyOf(asks: readonly (() => DnsAnswer)[]): DnsAnswer {
  const answers = asks.map((ask) => ask());
  const [first, ...others] = answers.filter(({ rcode }) => rcode !== 'SERVFAIL');
  if (others.some((other) => JSON.stringify(other) !== JSON.stringify(first)))
    throw unsupported('servers-differ', 'the servers that CoreDNS forwards to answer differently, and which it asks is chance');
  return first ?? { rcode: 'SERVFAIL', answer: [], authority: [], extra: [] };
}

function bare(text: string): string {
  const address = text.replace(/^dns:\/\//, '');
  const port = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(address);
  if (port === null) return address;
  if (port[3] !== DNS_PORT) throw unsupported('corefile', `forwarding to ${text} is not modelled: port 53 alone is`);
  return port[1] ?? port[2] ?? address;
}
