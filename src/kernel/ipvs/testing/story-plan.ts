/** A story of IPVS as a plan: its steps in short, with `$T` for the service of TCP, `$1` for the first server, and so on, said of one family's addresses. */
import type { Plan, ProbePlan } from '../../../plan/plan.js';
import { readProbe } from '../../testing/probe-text.js';
import { type Director, directorPlan } from './director.js';

/** Of one family: the virtual address, and each server's. */
export interface Ends {
  readonly vip: string;
  /** The director itself, on the client's side. */
  readonly director: string;
  server(n: number): string;
  client(n: number): string;
}

export const FOUR: Ends = { vip: '10.9.0.1', director: '10.0.1.1', server: (n) => `10.0.2.1${n}`, client: (n) => `10.0.1.${n}` };
export const SIX: Ends = { vip: '[fd00:9::1]', director: 'fd00:1::1', server: (n) => `[fd00:2::1${n}]`, client: (n) => `fd00:1::${n}` };

export interface Story extends Omit<Director, 'probes'> {
  readonly steps: readonly Step[];
}

export type More = Pick<ProbePlan, 'keep' | 'reuse' | 'close' | 'conntrack'>;

/** What happens first, in words: `stop s1:80`, lines of `ipvsadm -R`, `after 300`; then who calls whom. */
export interface Step {
  readonly first: readonly string[];
  readonly text: string;
  readonly more: More;
}

export function planOf({ steps, ...director }: Story, ends: Ends): Plan {
  const said = (text: string): string =>
    text
      .replaceAll('$T', `-t ${ends.vip}:80`)
      .replaceAll('$U', `-u ${ends.vip}:53`)
      .replaceAll('$S', `--sctp-service ${ends.vip}:80`)
      .replaceAll('$V', ends.vip)
      .replaceAll('$D', ends.director)
      .replaceAll(/\$c(\d)/g, (_, n: string) => ends.client(Number(n)))
      .replaceAll(/\$(\d)/g, (_, n: string) => ends.server(Number(n)));
  const plan = directorPlan({ ...director, ipvs: director.ipvs.map(said), probes: [] });
  return { ...plan, probes: steps.flatMap((step, i) => probesOf(step, i, steps, said)) };
}

/** What is to happen some time before a call comes with a call of the director itself. */
// eslint-disable-next-line eslint/max-params
function probesOf({ first, text, more }: Step, i: number, steps: readonly Step[], said: (text: string) => string): readonly ProbePlan[] {
  const ipvs = first.filter((line) => line.startsWith('-')).map((line) => `${said(line)}\n`);
  const opening = more.reuse === undefined ? text : (steps[Number(more.reuse)]?.text ?? '');
  const probe = readProbe(String(i), said(opening));
  const afterMs = first.flatMap((line) => (line.startsWith('after ') ? [Number(line.slice(6))] : []))[0];
  const stop = first.filter((line) => line.startsWith('stop ')).map((line) => line.slice(5));
  const change = {
    ...(ipvs.length === 0 ? {} : { change: { d: { ipvs: ipvs.join('') } } }),
    ...(stop.length === 0 ? {} : { stop }),
  };
  const asked = {
    ...probe,
    ...(more.reuse === undefined ? {} : { sport: undefined, src: undefined }),
    ...more,
    ...(afterMs === undefined ? {} : { afterMs }),
  };
  if (Object.keys(change).length === 0 || afterMs === undefined) return [{ ...asked, ...change }];
  return [{ ...readProbe(`before ${i}`, said('c icmp $D')), ...change }, asked];
}
