/** Claims about time: what is so within a while, which moves virtual time from change to change, and what was so at every moment of the scenario. */
import { ClaimMismatch } from '../../base/errors.js';
import { timestamp } from '../../base/clock.js';
import { parseTimestamp } from '../../base/timestamp.js';
import { findCondition } from '../../api/object/condition.js';
import type { StoreEvent } from '../../api/controller.js';
import type { Node, Pod } from '../../api/types/core.js';
import type { ObjectMeta } from '../../api/types/meta.js';
import { findObject } from '../lookup.js';
import type { Simulation } from '../simulation.js';
import { type ExpectContext, find, isReady, mismatch, objectText, plural, withinText, type Wording } from './expect-objects.js';

const US_PER_SECOND = 1_000_000;

/** Judges now, and again after every change, until it holds or the time is over. The last mismatch says how long it was waited for. */
export function within(simulation: Simulation, seconds: number, judge: () => void): void {
  const endUs = simulation.time.nowUs + seconds * US_PER_SECOND;
  for (;;) {
    try {
      judge();
      return;
    } catch (error) {
      if (!(error instanceof ClaimMismatch) || simulation.time.nowUs >= endUs) throw error;
    }
    simulation.time.advanceToNext(endUs);
  }
}

export function expectNodeReady(context: ExpectContext, name: string, wanted: boolean, seconds: number): void {
  const node: Node = findObject(context.view, 'Node', { namespace: undefined, name }, context.namespace);
  const ready = findCondition(node.status?.conditions, 'Ready');
  if ((ready?.status === 'True') === wanted) return;
  const state = wanted ? 'Ready' : 'NotReady';
  throw mismatch(
    'node-ready',
    `${withinText(seconds)}${name} is ${state}`,
    state,
    wanted ? `NotReady: ${ready?.message ?? 'no kubelet has reported'}` : `Ready: ${ready?.message ?? ''}`,
    wanted ? {} : { because: 'a silent node counts as lost after 50 s (40 s before Kubernetes 1.32)' },
  );
}

/** From the first moment at which it had so many ready replicas. */
export function expectNeverBelow(simulation: Simulation, context: ExpectContext, wording: Wording, count: number): void {
  const owner = find(context, wording);
  const sentence = `at no time is ${objectText(wording)} below ${plural(count, 'ready replica')}`;
  const ready = new Set<string>();
  const owners = new Set([owner.metadata.uid]);
  let most = 0;
  for (const event of simulation.store.events(0)) {
    if (event.object.kind === 'ReplicaSet' && isOwned(event.object.metadata, owners)) owners.add(event.object.metadata.uid);
    if (event.object.kind !== 'Pod' || !isOwned(event.object.metadata, owners)) continue;
    const { uid = '' } = event.object.metadata;
    if (servesStill(event)) ready.add(uid);
    else ready.delete(uid);
    most = Math.max(most, ready.size);
    if (most < count || ready.size >= count) continue;
    const happened = `${ready.size} ready, when pod ${event.object.metadata.name} ${whatBefell(event)}`;
    throw mismatch('never-below', sentence, `${plural(count, 'ready replica')} or more, once there were so many`, happened);
  }
  if (most < count)
    throw mismatch('never-below', sentence, plural(count, 'ready replica'), `it never had more than ${plural(most, 'ready replica')}`);
}

function isOwned({ ownerReferences }: ObjectMeta, owners: ReadonlySet<string | undefined>): boolean {
  return ownerReferences?.some(({ controller, uid }) => controller === true && owners.has(uid)) === true;
}

function servesStill({ type, object }: StoreEvent): boolean {
  return type !== 'DELETED' && object.metadata.deletionTimestamp === undefined && isReady(object as Pod);
}

function whatBefell({ object, type }: StoreEvent): string {
  if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined) return 'was deleted';
  const since = findCondition((object as Pod).status?.conditions, 'Ready')?.lastTransitionTime;
  return `stopped being ready${since === undefined ? '' : ` ${secondsInto(since)} s into the scenario`}`;
}

function secondsInto(time: string): number {
  return ((parseTimestamp(time) ?? 0) - (parseTimestamp(timestamp(0)) ?? 0)) / US_PER_SECOND;
}
