/**
 * The world of a scenario: one Spec, made on first use. Whatever the Spec throws leaves with its place in the feature file, so that plain
 * cucumber-js prints it as well as `hopspec run` does. World parameters: `root`, the folder paths are relative to; `seed`; `on`.
 */
import { type IWorldOptions, setWorldConstructor, World } from '@cucumber/cucumber';
import { ClusterPool, createSpec, handOver, type Spec } from '../src/index.js';
import { relocate, type StepPlace } from './place.js';

interface Parameters {
  readonly root?: string;
  readonly seed?: number;
  readonly on?: 'sim' | 'lab' | 'both';
  /** A report that shows connections is asked for: it is handed them where it is the only one and in this process, and else finds them attached. */
  readonly traces?: 'attached' | 'handed';
}

/** Of the attachments that hold what a step asked of the network, or name it. */
const TRACES = 'application/vnd.hopspec.traces+json';
const HANDED = 'application/vnd.hopspec.traces';

/** Of this process. */
const clusters = new ClusterPool();

export class HopspecWorld extends World<Parameters> {
  /** Where the step that runs now stands; set by the hooks. */
  place: () => StepPlace | undefined;
  /** Where the last step with a doc string stands: a refusal of its text may come out later. */
  docStringPlace: () => StepPlace | undefined;
  /** `file:line` of the scenario, which `hopspec run` takes; set by the hooks. */
  scenario: () => string | undefined;
  #spec: Spec | undefined;

  constructor(options: IWorldOptions<Parameters>) {
    super(options);
    this.place = () => undefined;
    this.docStringPlace = () => undefined;
    this.scenario = () => undefined;
  }

  get spec(): Spec {
    const spec = (this.#spec ??= createSpec({
      root: this.parameters.root ?? process.cwd(),
      seed: this.parameters.seed,
      on: this.parameters.on,
      where: () => this.scenario(),
      keepsTraces: this.parameters.traces !== undefined,
      clusters,
    }));
    return watched(
      spec,
      (error) => this.attachTraces(error),
      (error) => this.#relocate(error),
    );
  }

  /** For the report, where there is one that shows them. */
  attachTraces(error?: unknown): void {
    if (this.parameters.traces === undefined || this.#spec === undefined) return;
    const traces = this.#spec.takeTraces(error);
    if (traces === undefined) return;
    if (this.parameters.traces === 'handed') this.attach(handOver(traces), HANDED);
    else this.attach(JSON.stringify(traces), TRACES);
  }

  /** What a step works out from its own words before it asks the Spec. */
  read<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.#relocate(error);
    }
  }

  /** The scenario is over. */
  release(): void {
    this.#spec?.release();
  }

  #relocate(error: unknown): unknown {
    return relocate(error, this.place(), this.docStringPlace, this.scenario());
  }

  /** False while no step has touched the Spec. */
  get hasSpec(): boolean {
    return this.#spec !== undefined;
  }
}

/** `done` is called after each method, with what it threw. */
function watched(spec: Spec, done: (error?: unknown) => void, relocated: (error: unknown) => unknown): Spec {
  return new Proxy(spec, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        let result: unknown;
        try {
          result = Reflect.apply(method, target, args);
        } catch (error) {
          done(error);
          throw relocated(error);
        }
        done();
        return result;
      };
    },
  });
}

setWorldConstructor(HopspecWorld);
