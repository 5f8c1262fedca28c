/**
 * The world of a scenario: one Spec, made on first use. Whatever the Spec throws leaves with its place in the feature file, so that plain
 * cucumber-js prints it as well as `hopspec run` does. World parameters: `root`, the folder paths are relative to; `seed`; `on`.
 */
import { type IWorldOptions, setWorldConstructor, World } from '@cucumber/cucumber';
import { createSpec, type Spec } from '../src/index.js';
import { relocate, type StepPlace } from './place.js';

interface Parameters {
  readonly root?: string;
  readonly seed?: number;
  readonly on?: 'sim' | 'lab' | 'both';
}

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
    }));
    return relocating(spec, (error) => this.#relocate(error));
  }

  /** What a step works out from its own words before it asks the Spec. */
  read<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.#relocate(error);
    }
  }

  #relocate(error: unknown): unknown {
    return relocate(error, this.place(), this.docStringPlace);
  }

  /** False while no step has touched the Spec. */
  get hasSpec(): boolean {
    return this.#spec !== undefined;
  }
}

function relocating(spec: Spec, relocated: (error: unknown) => unknown): Spec {
  return new Proxy(spec, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        try {
          return Reflect.apply(method, target, args) as unknown;
        } catch (error) {
          throw relocated(error);
        }
      };
    },
  });
}

setWorldConstructor(HopspecWorld);
