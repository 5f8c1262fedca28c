/** What the operations of one script share: the simulation, once `cluster` has made it. */
import { inputError, type Simulation } from '../../index.js';

export class EvalWorld {
  #simulation: Simulation | undefined;

  get simulation(): Simulation {
    if (this.#simulation === undefined) throw inputError('no-cluster', 'the operation cluster must come first');
    this.#simulation.connections.note();
    return this.#simulation;
  }

  startAfresh(simulation: Simulation): void {
    this.#simulation = simulation;
  }
}
