/**
 * musl: asks all servers at once and takes the first answer, within one time for all of it; whoever fails or refuses is as good as silent, and so is who is not
 * there. A name with dots enough is asked as it is alone, and a name that is there without the records ends the search. Source: musl
 * src/network/{lookup_name,res_msend}.c; what is cut short is asked again by TCP as of 1.2.4.
 */
import { type Asking, below, dotsOf, type LookedUp, type Reply, resolverOptions, resultOf } from './resolver.js';

export function lookUpWithMusl(asking: Asking, name: string): LookedUp {
  const { ndots } = resolverOptions(asking.conf);
  const searches = !name.endsWith('.') && dotsOf(name) < ndots;
  const names = [...(searches ? asking.conf.search.map((domain) => below(name, domain)) : []), name.endsWith('.') ? name : `${name}.`];
  let last: LookedUp | undefined;
  for (const wanted of names) {
    last = send(asking, wanted);
    if (last.result !== 'NXDOMAIN') return last;
  }
  return last as LookedUp;
}

function send(asking: Asking, name: string): LookedUp {
  const { timeout, attempts } = resolverOptions(asking.conf);
  const { nameservers } = asking.conf;
  const replies = nameservers.map((server) => asking.ask(server, name));
  const good = replies.filter((reply): reply is Exclude<Reply, string> => typeof reply !== 'string' && isTaken(reply));
  const [first, ...others] = good;
  if (first !== undefined) {
    if (others.some((other) => JSON.stringify(other) !== JSON.stringify(first))) asking.differ();
    return { result: resultOf(first), name, answers: first, seconds: 0 };
  }
  for (let attempt = 1; attempt < attempts; attempt++) for (const server of nameservers) asking.ask(server, name);
  const failed = replies.find((reply) => typeof reply !== 'string');
  if (failed !== undefined) return { result: resultOf(failed), name, answers: failed, seconds: timeout };
  return { result: 'TIMEOUT', name, answers: [], seconds: timeout };
}

function isTaken(reply: Exclude<Reply, string>): boolean {
  return reply.every(({ rcode }) => rcode === 'NOERROR' || rcode === 'NXDOMAIN');
}
