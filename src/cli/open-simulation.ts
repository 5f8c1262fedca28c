/** The settled cluster that `-c` and `-f` describe. */
import { isAbsolute, resolve } from 'node:path';
import { createSimulation, readCluster, readManifestPath, type Simulation } from '../index.js';
import { readInput } from './read-input.js';

export interface SimulationFlags {
  readonly cluster: string;
  readonly manifests: readonly string[];
}

export function openSimulation({ cluster, manifests }: SimulationFlags): Simulation {
  const input = readInput(cluster);
  const simulation = createSimulation(readCluster(input.text, input.file));
  for (const path of manifests) applyPath(simulation, path);
  simulation.settle();
  return simulation;
}

export function applyPath(simulation: Simulation, path: string): readonly string[] {
  if (path === '-') {
    const { text, file } = readInput(path);
    return simulation.applyText(text, file);
  }
  // The user's own command line may name any file; only specs are kept within their project.
  if (isAbsolute(path) || path.startsWith('..')) return simulation.applyDocuments(readManifestPath(resolve(path), '/'));
  return simulation.applyDocuments(readManifestPath(path, process.cwd()));
}
