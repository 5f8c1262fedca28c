/**
 * glibc: the search path in order, the name as it is before or after it; each name asked of the servers one after another, twice. Source: glibc
 * resolv/{res_query,res_send}.c. An answer is one with any record; a name of which nothing came ends the search, and then is asked as it is.
 */
import { unsupported } from '../../../base/errors.js';
import { type Asking, below, dotsOf, type LookedUp, type LookUpResult, resolverOptions, resultOf } from './resolver.js';

export function lookUpWithGlibc(asking: Asking, name: string): LookedUp {
  const { search, options, nameservers } = asking.conf;
  if (options.includes('rotate') && nameservers.length > 1)
    throw unsupported('resolver-option', 'the option rotate of resolv.conf is not modelled: whom glibc asks first then is chance');
  const { ndots } = resolverOptions(asking.conf);
  const whole = name.endsWith('.');
  const asIs = whole ? name : `${name}.`;
  let seconds = 0;
  const tried: LookedUp[] = [];
  const query = (wanted: string): LookedUp => {
    const got = send(asking, wanted);
    seconds += got.seconds;
    tried.push(got);
    return { ...got, seconds };
  };
  const first = whole || dotsOf(name) >= ndots ? query(asIs) : undefined;
  if (first !== undefined && (whole || first.result === 'NOERROR')) return first;
  for (const domain of search) {
    const got = query(below(name, domain));
    if (got.result === 'NOERROR' || got.result === 'UNREACHABLE') return got;
    if (!['NODATA', 'NXDOMAIN', 'SERVFAIL'].includes(got.result)) break;
  }
  // The root may be on the path; and a bare word may be kept from it.
  if (first === undefined && !search.includes('.') && !(options.includes('no-tld-query') && dotsOf(name) === 0)) {
    const got = query(asIs);
    if (got.result === 'NOERROR') return got;
  }
  return { ...worth(tried, first), seconds };
}

/** What the caller is told: of the name as it was tried first; else that there was a name, or a server that failed; else of the last. */
function worth(tried: readonly LookedUp[], first: LookedUp | undefined): LookedUp {
  const of = (result: LookUpResult): LookedUp | undefined => tried.find((one) => one.result === result);
  return first ?? of('NODATA') ?? of('SERVFAIL') ?? (tried.at(-1) as LookedUp);
}

/** One name: the servers in turn, and all of that again. */
function send({ conf, ask }: Asking, name: string): LookedUp {
  const { timeout, attempts } = resolverOptions(conf);
  const { nameservers } = conf;
  let seconds = 0;
  let failed: LookedUp | undefined;
  let waited = false;
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (const [i, server] of nameservers.entries()) {
      const reply = ask(server, name);
      if (reply === 'unreachable') continue;
      if (reply === 'timeout') {
        seconds += patience(timeout, i, nameservers.length);
        waited = true;
        continue;
      }
      const result = resultOf(reply);
      const got = { result, name, answers: reply, seconds };
      if (result !== 'SERVFAIL' && result !== 'REFUSED') return got;
      failed = got;
    }
  }
  if (failed !== undefined) return { ...failed, seconds };
  return { result: waited ? 'TIMEOUT' : 'UNREACHABLE', name, answers: [], seconds };
}

/** Servers that come later are given more, of which each has its share. */
function patience(timeout: number, i: number, servers: number): number {
  return i === 0 ? timeout : Math.max(1, Math.floor((timeout << i) / servers));
}
