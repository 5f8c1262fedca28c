/** What the two ends of a flow say to each other, where the probe knows it. What takes several segments of TCP has no words. */
import type { Payload } from '../../packet/payload.js';
import type { Runtime } from '../runtime.js';

export function requestOf(rt: Runtime): Payload | undefined {
  return rt.flow.exchange?.request;
}

export function answerOf(rt: Runtime, listener: string | undefined): Payload | undefined {
  return listener === undefined ? undefined : rt.flow.exchange?.answer(listener);
}

/** As one segment or, where `max` bytes are not enough, as data to be cut: `length` bytes where nothing is known. */
export function segmentOf(
  payload: Payload | undefined,
  length: number,
  max: number,
): { readonly length: number; readonly data?: Payload; readonly gsoSize?: number } {
  const bytes = payload?.bytes.length ?? length;
  if (bytes > max) return { length: bytes, gsoSize: max };
  return payload === undefined ? { length: bytes } : { length: bytes, data: payload };
}
