/** Listeners and probes over IPv6: twins of those over IPv4. */
import type { ListenerDraft, ProbeDraft } from '../draft.js';
import { twinAddress } from './twin-address.js';

export function twinListener(listener: ListenerDraft): ListenerDraft | undefined {
  const ip = twinAddress(listener.ip);
  return ip === undefined ? undefined : { ...listener, id: `${listener.id} six`, ip };
}

/** Several routers have the first address of a segment, and who answers for it is chance. */
const ANYCAST = /^192\.168\.\d+\.0$/;

export function twinProbe({ src, ...probe }: ProbeDraft): ProbeDraft | undefined {
  const dst = ANYCAST.test(probe.dst) ? undefined : twinAddress(probe.dst);
  const from = src === undefined ? undefined : twinAddress(src);
  return dst === undefined ? undefined : { ...probe, dst, ...(from === undefined ? {} : { src: from }) };
}
