/** What the scheduler would do with a pod now, without doing it. */
import { inputError } from '../base/errors.js';
import type { Pod } from '../api/types/core.js';
import { admitManifest } from '../manifest/admit.js';
import { documentsOf } from '../manifest/document.js';
import { schedule, type ScheduleResult } from '../scheduler/schedule.js';
import { findObject } from './lookup.js';
import type { Simulation } from './simulation.js';

/** `pod` is `[namespace/]name` of one that is there, or a manifest. */
export function scheduleNow(simulation: Simulation, pod: unknown): ScheduleResult {
  const view = simulation.view();
  const { namespace } = simulation;
  if (typeof pod === 'string') {
    const [name = '', ns] = pod.split('/').reverse();
    return schedule(findObject(view, 'Pod', { namespace: ns, name }, namespace), view);
  }
  const [document] = documentsOf([pod], 'schedule');
  const admitted = document === undefined ? undefined : admitManifest(document, { view, namespace });
  if (admitted?.kind !== 'Pod') throw inputError('wrong-kind', 'schedule takes a Pod', { fix: 'its name, or its manifest' });
  return schedule(admitted as Pod, view);
}
