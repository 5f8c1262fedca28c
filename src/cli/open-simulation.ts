/** The settled cluster that `-c` and `-f` describe. */
import { resolve } from 'node:path';
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
  return simulation.applyDocuments(readManifestPath(resolve(path), '/'));
}
