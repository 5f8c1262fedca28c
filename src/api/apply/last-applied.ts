/** The annotation in which `kubectl apply` keeps what it applied last. */
import type { KubeObject } from '../types/meta.js';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Fields = Readonly<Record<string, unknown>>;

/** What was applied last; undefined when the object was made otherwise. */
export function lastApplied(object: KubeObject): Fields | undefined {
  const text = object.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
}

/** The object as given, noted on itself. Status is not applied and so not noted. */
export function withLastApplied<T extends Fields>(applied: T): T {
  const { status: _, ...noted } = applied;
  const metadata = (applied['metadata'] ?? {}) as { annotations?: Readonly<Record<string, string>> };
  const { [LAST_APPLIED]: __, ...others } = metadata.annotations ?? {};
  const annotations = { ...others, [LAST_APPLIED]: `${JSON.stringify({ ...noted, metadata: { annotations: {}, ...metadata } })}\n` };
  return { ...applied, metadata: { ...metadata, annotations } };
}
