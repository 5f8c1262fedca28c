/**
 * Pod garbage collection (pkg/controller/podgc): pods of a node that was deleted are removed 40 s later. Pods that name a node which never existed
 * (copies of a live cluster) are left alone. Left out: the limit of 12500 terminated pods, the out-of-service taint, the 20 s
 * rhythm.
 */
import type { Controller, Write } from '../../api/controller.js';
import { podsByNode } from '../../api/object/pod-indexes.js';
import { refOf } from '../../api/object/key.js';

const QUARANTINE_US = 40_000_000;

export function createPodGcController(): Controller {
  const pods = podsByNode();
  /** Node → when it was deleted, µs. */
  const gone = new Map<string, number>();
  return {
    name: 'pod-garbage-collector-controller',
    watches: ['Node', 'Pod'],
    keys(event, view) {
      pods.observe(event);
      const { name } = event.object.metadata;
      if (event.object.kind !== 'Node') return [];
      if (event.type === 'ADDED') gone.delete(name);
      return event.type === 'DELETED' && pods.get(view, name).length > 0 ? [name] : [];
    },
    reconcile(name, { view, nowUs }) {
      if (view.get('Node', undefined, name) !== undefined) return [];
      const since = gone.get(name) ?? nowUs;
      gone.set(name, since);
      const leftUs = since + QUARANTINE_US - nowUs;
      if (leftUs > 0) return [{ op: 'requeue', afterUs: leftUs }];
      gone.delete(name);
      return pods.get(view, name).map((pod): Write => ({ op: 'delete', ref: refOf(pod), force: true }));
    },
  };
}
