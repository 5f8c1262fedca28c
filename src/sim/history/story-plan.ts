/**
 * A cluster's plan as it follows another one on a network that runs: agents change it in place. Of mode ipvs a server of TCP that is no endpoint any more stays,
 * without weight, for those who are connected (Kubernetes 1.34 pkg/proxy/ipvs/graceful_termination.go; it is deleted when nobody is, which nobody can
 * tell). Servers of UDP and SCTP, and those of a Service that is deleted, are gone at once.
 */
import { unsupported } from '../../base/errors.js';
import type { Ip } from '../../base/ip.js';
import { textOf } from '../../plan/plan-json.js';
import type { ListenerPlan, NetnsPlan, PlanSource } from '../../plan/plan.js';
import type { ClusterPlan } from '../cluster-plan.js';

export class StoryPlan implements PlanSource {
  readonly apart = true;
  readonly inPlace = true;
  readonly #plan: ClusterPlan;
  readonly #before: StoryPlan | undefined;
  readonly #made = new Map<string, NetnsPlan>();

  constructor(plan: ClusterPlan, before: StoryPlan | undefined) {
    this.#plan = plan;
    this.#before = before;
  }

  netns(name: string): NetnsPlan | undefined {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const plan = this.#plan.netns(name);
    if (plan?.ipvs === undefined) return plan;
    const earlier = this.#before?.netns(name)?.ipvs;
    if (earlier === undefined || earlier === plan.ipvs) return plan;
    const now = textOf(plan.ipvs);
    const left = quiesced(textOf(earlier).split('\n'), now.split('\n'));
    const made = left.length === 0 ? plan : { ...plan, ipvs: `${now}${left.join('\n')}\n` };
    this.#made.set(name, made);
    return made;
  }

  listeners(netns: string): readonly ListenerPlan[] {
    return this.#plan.listeners(netns);
  }

  peer(netns: string, device: string): { readonly netns: string; readonly name: string } | undefined {
    return this.#plan.peer(netns, device);
  }

  mayAnswer(netns: string, ip: Ip, device: string): boolean {
    return this.#plan.mayAnswer(netns, ip, device);
  }
}

const SERVICE = /^-A (-t \S+) -s (\S+)/;
const SERVER = /^-a (-t \S+) (-r \S+ -m) -w \d+$/;

/** They keep a server without weight in mind, and call nobody else in its place: whether it is there makes a difference to others. */
const BY_HASH = new Set(['dh', 'mh', 'sh']);

/** Servers of services that are there still, and have them no more. */
function quiesced(earlier: readonly string[], now: readonly string[]): readonly string[] {
  const services = new Map<string, string>();
  for (const line of now) {
    const [, service, scheduler] = SERVICE.exec(line) ?? [];
    if (service !== undefined && scheduler !== undefined) services.set(service, scheduler);
  }
  const servers = new Set(now.flatMap((line) => serverOf(line)?.join(' ') ?? []));
  return earlier.flatMap((line) => {
    const [service, server] = serverOf(line) ?? [];
    const scheduler = services.get(service ?? '');
    if (scheduler === undefined || servers.has(`${service} ${server}`)) return [];
    if (BY_HASH.has(scheduler)) throw drainingByHash(scheduler);
    return [`-a ${service} ${server} -w 0`];
  });
}

function drainingByHash(scheduler: string): Error {
  const what = `whom scheduler ${scheduler} of IPVS calls while a server that is no endpoint any more keeps its connections is not modelled`;
  return unsupported('draining-by-hash', what, { fix: 'ask with another scheduler, e.g. rr' });
}

function serverOf(line: string): readonly [service: string, server: string] | undefined {
  const [, service, server] = SERVER.exec(line) ?? [];
  return service === undefined || server === undefined ? undefined : [service, server];
}
