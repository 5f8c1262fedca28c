/**
 * Events about objects (core/v1 Event, client-go `tools/record`): an equal one (same object, type, reason and message) is counted up
 * instead of written anew. Left out: series, spam limits, and their expiry after an hour.
 */
import type { Store } from './store.js';
import type { Event } from './types/core.js';
import type { KubeObject } from './types/meta.js';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Who says it, e.g. `default-scheduler`. */
  readonly component?: string | undefined;
  readonly nowText: string;
}

export function recordEvent(store: Store, about: KubeObject, text: EventText): Event {
  const { type, reason, message, component, nowText } = text;
  const namespace = about.metadata.namespace ?? 'default';
  const name = `${about.metadata.name}.${hashOf([about.kind, about.metadata.uid ?? '', type, reason, message].join('\n'))}`;
  const known = store.view().get('Event', namespace, name);
  if (known !== undefined) {
    return store.patch<Event>({ kind: 'Event', namespace, name }, (event) => ({
      ...event,
      count: (event.count ?? 1) + 1,
      lastTimestamp: nowText,
    }));
  }
  const { apiVersion, kind, metadata } = about;
  const involvedObject = { apiVersion, kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
  const source = component === undefined ? {} : { source: { component }, reportingComponent: component };
  const times = { firstTimestamp: nowText, lastTimestamp: nowText };
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    type,
    reason,
    message,
    count: 1,
    involvedObject,
    ...source,
    ...times,
  };
  return store.create(event);
}

/** 64 bits of FNV-1a, two 32-bit halves from different bases, as 16 hex digits. */
function hashOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x01000193) ^ (a >>> 13);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
