/**
 * -m time: parts of the day and of the calendar (time_mt of net/netfilter/xt_time.c). The clock is virtual: the plan's `epoch`, in seconds since 1970 UTC
 * and 0 unless given, is what it shows when the first flow begins. The kernel's time zone is UTC.
 */
import { civilFromDays } from '../../../base/civil-date.js';
import type { TimeMatch } from '../../../plan/rule/extension-match.js';
import type { Test } from '../evaluation.js';

const DAY = 86_400;

export function timeTest(match: TimeMatch): Test {
  return ({ host }) => holdsAt(match, host.wallSeconds?.() ?? 0);
}

export function holdsAt(match: TimeMatch, seconds: number): boolean {
  const { dayStart, dayStop } = match;
  if (seconds < match.dateStart || seconds > match.dateStop) return false;
  const time = seconds % DAY;
  let day = Math.floor(seconds / DAY);
  if (dayStart < dayStop) {
    if (time < dayStart || time > dayStop) return false;
  } else {
    if (time < dayStart && time > dayStop) return false;
    // After midnight it is still the day on which it began.
    if (match.contiguous && time <= dayStop) day--;
  }
  // 1970-01-01 was a Thursday.
  const weekDay = ((day + 3) % 7) + 1;
  if (((match.weekDays >>> weekDay) & 1) === 0) return false;
  return ((match.monthDays >>> civilFromDays(day).day) & 1) === 1;
}
