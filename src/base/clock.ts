/**
 * Virtual time: microseconds since the start of the simulation. As a timestamp the start is 2026-01-01T00:00:00Z, so that
 * objects carry real-looking RFC 3339 times that never vary.
 */
const EPOCH_DAYS = 20454; // 2026-01-01 in days since 1970-01-01.
const US_PER_SECOND = 1_000_000;

/** RFC 3339 with whole seconds, as metav1.Time prints. */
export function timestamp(us: number): string {
  const seconds = Math.floor(us / US_PER_SECOND);
  const { year, month, day } = civilDate(EPOCH_DAYS + Math.floor(seconds / 86400));
  const rest = seconds % 86400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':');
  return `${year}-${two(month)}-${two(day)}T${clock}Z`;
}

/** Days since 1970-01-01 → the proleptic Gregorian date (the usual era arithmetic, eras of 400 years beginning in March). */
function civilDate(days: number): { year: number; month: number; day: number } {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** The µs of a Go-style duration (`40s`, `1m30s`, `500ms`, `2h`), or undefined. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(h|ms|us|µs|m|s))+$/.test(text)) return undefined;
  let us = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|µs|m|s)/g)) us += Number(amount) * (UNIT_US[unit ?? ''] ?? 0);
  return Math.round(us);
}

const UNIT_US: Readonly<Record<string, number>> = { h: 3_600_000_000, m: 60_000_000, s: US_PER_SECOND, ms: 1000, us: 1, µs: 1 };
