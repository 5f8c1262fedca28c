/**
 * The cluster that the Given steps of a scenario make: described, then made on first need, and given pods and manifests. Where it is described anew,
 * what was given meanwhile is given again. Steps that were all done before, in another scenario, wait until their cluster is needed: that one may be had.
 */
import { inputError } from '../../base/errors.js';
import { beginLag } from '../lag-proxy.js';
import { createSimulation, type Simulation } from '../simulation.js';
import type { SpecOptions } from '../spec-contract.js';
import { standingOf } from '../standing.js';
import { ClusterDraft } from './cluster-draft.js';
import type { Lent } from './cluster-pool.js';

type Describes = (draft: ClusterDraft) => void;
type Gives = (simulation: Simulation) => void;

/** All that a step says; undefined where that is not the whole of what decides what it makes. */
export type Words = readonly unknown[] | undefined;

export class GivenCluster {
  readonly #options: SpecOptions;
  readonly #draft = new ClusterDraft();
  readonly #describing: Describes[] = [];
  readonly #giving: Gives[] = [];
  #described = 0;
  #given = 0;
  #simulation: Simulation | undefined;
  #lent: Lent | undefined;
  /** Everything that the steps said; undefined where the cluster may be nobody else's. */
  #words: string | undefined;
  /** Somebody has changed the cluster, or asked about it. */
  #hasBegun = false;
  #manualTime = false;

  constructor(options: SpecOptions) {
    this.#options = options;
    this.#words = options.clusters && JSON.stringify([options.root, options.seed]);
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The running cluster, made on first need. */
  get simulation(): Simulation {
    return this.#hasBegun ? this.#make() : this.#begin();
  }

  #begin(): Simulation {
    const lent = this.#simulation === undefined && this.#words !== undefined ? this.#options.clusters?.take(this.#words) : undefined;
    this.#simulation ??= lent?.simulation;
    if (lent !== undefined) this.#given = this.#giving.length;
    const simulation = this.#make();
    beginLag(simulation);
    this.#hasBegun = true;
    this.#lent = lent ?? { simulation, standing: standingOf(simulation) };
    return simulation;
  }

  /** With everything that was given by now. */
  #make(): Simulation {
    if (this.#simulation === undefined) {
      this.#describe();
      if (this.#options.seed !== undefined) this.#draft.seed(this.#options.seed);
      this.#given = 0;
      this.#simulation = createSimulation(this.#draft.spec);
      this.#simulation.settles = !this.#manualTime;
    }
    for (; this.#given < this.#giving.length; this.#given++) this.#giving[this.#given]?.(this.#simulation);
    return this.#simulation;
  }

  #describe(): void {
    for (; this.#described < this.#describing.length; this.#described++) this.#describing[this.#described]?.(this.#draft);
  }

  describe(words: Words, describes: Describes): void {
    if (this.#hasBegun) {
      throw inputError('cluster-exists', 'the cluster runs already and cannot be described any more', {
        fix: 'say what the cluster is before the first When or Then',
      });
    }
    this.#simulation = undefined;
    this.#do(words, this.#describing, describes, () => this.#describe());
  }

  give(words: Words, gives: Gives): void {
    this.#do(words, this.#giving, gives, () => void this.#make());
  }

  /** A step that throws has not been done. */
  #do<T>(words: Words, steps: T[], step: T, catchUp: () => void): void {
    const before = this.#words;
    // What is given to a cluster that runs is given to one that others may not have.
    const now = before === undefined || words === undefined || this.#hasBegun ? undefined : `${before}\n${JSON.stringify(words)}`;
    const { clusters } = this.#options;
    steps.push(step);
    this.#words = now;
    if (now !== undefined && this.#simulation === undefined && clusters?.knows(now) === true) return;
    try {
      catchUp();
    } catch (error) {
      steps.pop();
      this.#words = undefined;
      throw error;
    }
    if (now !== undefined) clusters?.note(now);
  }

  /** From now on the cluster settles only when time is moved. */
  timeIsManual(): void {
    if (this.#giving.length > 0) this.#make();
    this.#words = undefined;
    this.#manualTime = true;
    if (this.#simulation !== undefined) this.#simulation.settles = false;
  }

  /** The scenario is over: nobody asks any more. */
  release(): void {
    if (this.#lent !== undefined && this.#words !== undefined) this.#options.clusters?.giveBack(this.#words, this.#lent);
    this.#lent = undefined;
    this.#simulation = undefined;
    this.#hasBegun = false;
  }
}
