/** `40s`, `1m30s`, `250ms`, `2h`: in microseconds; a bare number is seconds. */
import { inputError } from '../../index.js';

const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

export function durationUs(value: unknown): number {
  if (typeof value === 'number' && value >= 0) return Math.round(value * 1_000_000);
  const text = typeof value === 'string' ? value : '';
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/.test(text))
    throw inputError('bad-duration', `${JSON.stringify(value)} is not a duration`, { fix: 'e.g. 40s or 1m30s' });
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)) total += Number(count) * (UNITS[unit ?? ''] ?? 0);
  return Math.round(total);
}
