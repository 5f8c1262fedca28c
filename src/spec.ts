/** One scenario: the cluster's steps of the simulation, and sentences about traffic judged by the claim engine on its traces. */
import { inputError } from './base/errors.js';
import { judgeConnectivity } from './claim/connectivity.js';
import type { Judgement } from './claim/judge/judgement.js';
import { judgeQualifiers, judgeTraffic } from './claim/judge/judge-traffic.js';
import { judgeSpread } from './claim/judge/judge-spread.js';
import { parseQualifier, parseSpreadClaim, parseTrafficClaim } from './claim/parse/traffic-claim.js';
import { judgePath } from './claim/path.js';
import { ClusterWorld } from './sim/cluster-world.js';
import { ClusterSteps } from './sim/spec/cluster-steps.js';
import type { PathLine, Spec, SpecOptions } from './sim/spec-contract.js';

class ScenarioSpec extends ClusterSteps implements Spec {
  #last: Judgement | undefined;

  claim(sentence: string): void {
    const previous = this.#last;
    this.#last = undefined;
    this.#last = judgeTraffic(parseTrafficClaim(sentence), this.#world(), previous);
  }

  qualifier(sentence: string): void {
    judgeQualifiers(parseQualifier(sentence), this.#judged(sentence), this.#world());
  }

  spread(sentence: string): void {
    judgeSpread(parseSpreadClaim(sentence), this.#world());
  }

  path(lines: readonly PathLine[], mode: 'gaps' | 'exactly', direction: 'request' | 'reply'): void {
    judgePath(lines, { mode, direction }, this.#judged('the path'), this.#world());
  }

  connectivity(protocol: 'TCP' | 'UDP' | 'SCTP', port: number, table: readonly (readonly string[])[]): void {
    judgeConnectivity(table, { protocol, port }, this.#world());
  }

  #world(): ClusterWorld {
    const { simulation, options } = this;
    return new ClusterWorld(simulation, (from, to, protocol) => replayLine(options.where?.(), from, to, protocol));
  }

  #judged(sentence: string): Judgement {
    if (this.#last !== undefined) return this.#last;
    throw inputError('no-claim', `"${sentence}" is about the last claim, and there is none`, { fix: 'begin with a sentence such as `Then pod A can reach pod B`' });
  }
}

/** The scenario itself is what makes the trace again; without one, the trace is named. */
function replayLine(where: string | undefined, from: string, to: string, protocol: string): string {
  if (where !== undefined) return `npx hopspec run ${where}`;
  return `npx hopspec trace -c CLUSTER -f MANIFESTS --from ${from} --to ${to}${protocol === 'TCP' ? '' : ` --protocol ${protocol}`}`;
}

export function createSpec(options: SpecOptions): Spec {
  return new ScenarioSpec(options);
}
