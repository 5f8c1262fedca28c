/** A kube-proxy falls behind what is written, or catches up. */
import { inputError } from '../base/errors.js';
import { findObject } from './lookup.js';
import type { Simulation } from './simulation.js';

/** Of every node where none is named; by 0 it is abreast again. What has been written by now it knows. */
export function lagProxy(simulation: Simulation, node: string | undefined, us: number): void {
  if (simulation.cluster.kubeProxy.mode === 'none')
    throw inputError('no-kube-proxy', 'there is no kube-proxy in this cluster that could lag', {
      fix: 'give it one: `Given kube-proxy runs in iptables mode`',
    });
  const view = simulation.view();
  const name =
    node === undefined ? undefined : findObject(view, 'Node', { namespace: undefined, name: node }, simulation.namespace).metadata.name;
  simulation.proxyLag.set(name, us);
}

/** What is there at first, everybody knows. */
export function beginLag(simulation: Simulation): void {
  simulation.view();
  simulation.proxyLag.begin();
}
