/**
 * RFC 3339 time stamps as the API writes them (metav1.Time: UTC, whole seconds), from and to microseconds since 1970.
 * Plain arithmetic on the proleptic Gregorian calendar, because nothing below the command line may read a clock.
 */
const US_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;

/** `2026-01-01T00:00:00Z` for microseconds since 1970-01-01T00:00:00Z; fractions of a second are cut off. */
export function formatTimestamp(us: number): string {
  const seconds = Math.floor(us / US_PER_SECOND);
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const { year, month, day } = civilOf(days);
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}Z`;
}

/** Microseconds since 1970, or undefined when the text is not such a time stamp. A fraction of a second is read too. */
export function parseTimestamp(text: string): number | undefined {
  const whole = text.length === 20 || text.charCodeAt(19) === 46 ? secondsOf(text) : Number.NaN;
  if (Number.isNaN(whole) || text.charCodeAt(text.length - 1) !== 90) return undefined;
  if (text.length === 20) return whole * US_PER_SECOND;
  const fraction = text.slice(19, -1);
  return /^\.\d+$/.test(fraction) ? whole * US_PER_SECOND + Math.round(Number(fraction) * US_PER_SECOND) : undefined;
}

/** Of `2026-01-01T00:00:00`; NaN when it is not of this form. Controllers ask often, so no pattern is matched. */
function secondsOf(text: string): number {
  const marks =
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    text.charCodeAt(10) === 84 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58;
  const days = daysOf(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
  const clock = digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60 + digits(text, 17, 19);
  return marks ? days * SECONDS_PER_DAY + clock : Number.NaN;
}

function digits(text: string, from: number, to: number): number {
  let n = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    n = n * 10 + digit;
  }
  return n;
}

/** The time stamp `seconds` later. Text that is no time stamp is given back as it is. */
export function addSeconds(text: string, seconds: number): string {
  const us = parseTimestamp(text);
  return us === undefined ? text : formatTimestamp(us + seconds * US_PER_SECOND);
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** Days since 1970-01-01 of a date; years begin in March so that the leap day is the last of its year. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilOf(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return { year: yoe + era * 400 + (month <= 2 ? 1 : 0), month, day: doy - Math.floor((153 * mp + 2) / 5) + 1 };
}
