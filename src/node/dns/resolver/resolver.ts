/**
 * What the resolvers of the two C libraries have in common: the settings of resolv.conf(5) that they read, what a server may reply, and what comes of a look-up.
 * Both were watched at work: glibc 2.36 and musl 1.2.3, asking servers that answer, refuse, fail or say nothing.
 */
import type { DnsAnswer } from '../../../packet/dns/record.js';
import type { ResolvConf } from '../resolv-conf.js';

export type Libc = 'glibc' | 'musl';

/** An answer to each type that was asked for; or nothing came in time; or the network told that nobody is there. */
export type Reply = readonly DnsAnswer[] | 'timeout' | 'unreachable';

export interface Asking {
  readonly conf: ResolvConf;
  /** Asks one server, by TCP what UDP cut short. */
  readonly ask: (server: string, name: string) => Reply;
  /** Several at once: which of those that answer differently comes first is chance. */
  readonly differ: () => never;
}

export type LookUpResult = 'NOERROR' | 'NODATA' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'TIMEOUT' | 'UNREACHABLE';

export interface LookedUp {
  readonly result: LookUpResult;
  /** That was found, or asked last. */
  readonly name: string;
  /** Of that name, one for each type. */
  readonly answers: readonly DnsAnswer[];
  /** How long it waited for nothing. */
  readonly seconds: number;
}

export interface ResolverOptions {
  readonly ndots: number;
  readonly timeout: number;
  readonly attempts: number;
}

const NDOTS_MAX = 15;
const TIMEOUT_MAX = 30;
const ATTEMPTS_MAX = 5;

export function resolverOptions({ options }: ResolvConf): ResolverOptions {
  const value = (name: string, unless: number, max: number): number => {
    const said = options.findLast((option) => option.startsWith(`${name}:`))?.slice(name.length + 1);
    return said === undefined ? unless : Math.min(Number(said), max);
  };
  return { ndots: value('ndots', 1, NDOTS_MAX), timeout: value('timeout', 5, TIMEOUT_MAX), attempts: value('attempts', 2, ATTEMPTS_MAX) };
}

/** Of the answers to one name: a type that has records is enough. */
export function resultOf(answers: readonly DnsAnswer[]): LookUpResult {
  if (answers.some(({ rcode, answer }) => rcode === 'NOERROR' && answer.length > 0)) return 'NOERROR';
  const rcode = (answers.find((one) => one.rcode === 'NOERROR' || one.rcode === 'NXDOMAIN') ?? answers[0])?.rcode;
  if (rcode === 'NOERROR') return 'NODATA';
  return rcode === 'NXDOMAIN' || rcode === 'SERVFAIL' ? rcode : 'REFUSED';
}

/** The name below a domain of the search path; the path may end with the root. */
export function below(name: string, domain: string): string {
  return domain === '.' ? `${name}.` : `${name}.${domain.replace(/\.$/, '')}.`;
}

export const dotsOf = (name: string): number => name.split('.').length - 1;
