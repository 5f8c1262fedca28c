/**
 * -m time: parts of the day and of the calendar (extensions/libxt_time.c). What is excluded is kept as its complement, as the tool keeps it;
 * the end of time is 2038, and is printed.
 */
import { civilFromDays, daysFromCivil } from '../../../base/civil-date.js';
import type { TimeMatch } from '../extension-match.js';
import { type MatchModule, matchModule } from '../module.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import { numberIn } from '../value/number.js';

type Draft = { -readonly [Field in Exclude<keyof TimeMatch, 'kind'>]: TimeMatch[Field] } & { utc: boolean };

const DAY = 86_400;
const DATE_MAX = 0x7fffffff;
/** Bits 1 to 31, and 1 to 7. */
const ALL_MONTH_DAYS = 0xfffffffe;
const ALL_WEEK_DAYS = 0xfe;
const WEEK_DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `2026-01-31T12:00:00`, from the year on as much of it as is given. */
function takeDate(reader: RuleReader): number {
  const word = takeValue(reader);
  const found = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?)?)?$/.exec(word);
  if (found === null) return refuse(reader, 'bad-date', `\`${word}\` is no date`, 'write it as 2026-01-31T12:00:00');
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const valid =
    year >= 1970 && year <= 2038 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 59;
  const seconds = daysFromCivil({ year, month, day }) * DAY + hour * 3600 + minute * 60 + second;
  if (!valid || seconds > DATE_MAX) refuse(reader, 'bad-date', `\`${word}\` is no date from 1970 to 2038-01-19T03:14:07`);
  return seconds;
}

function takeTime(reader: RuleReader): number {
  const word = takeValue(reader);
  const [, hours, minutes, seconds] = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(word) ?? [];
  const time = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  if (Number(hours) <= 23 && Number(minutes) <= 59 && Number(seconds ?? 0) <= 59) return time;
  return refuse(reader, 'bad-time', `\`${word}\` is no time of the day`, 'write it as 08:00 or 08:00:00');
}

function takeDays(reader: RuleReader, last: number, named: (word: string) => number): number {
  let days = 0;
  for (const word of takeValue(reader).split(',')) {
    const name = named(word);
    days |= 1 << (name > 0 ? name : numberIn(reader, word, { min: 1, max: last }));
  }
  return days >>> 0;
}

/** Two letters are enough. */
function weekDay(word: string): number {
  return word.length < 2 ? 0 : WEEK_DAYS.findIndex((day) => day.slice(0, 2).toLowerCase() === word.slice(0, 2).toLowerCase()) + 1;
}

export const time: MatchModule = matchModule<Draft>({
  name: 'time',
  begin: () => ({
    ...{ dateStart: 0, dateStop: DATE_MAX, dayStart: 0, dayStop: DAY - 1, monthDays: ALL_MONTH_DAYS, weekDays: ALL_WEEK_DAYS },
    ...{ contiguous: false, kernelTz: false, utc: false },
  }),
  options: {
    '--datestart': (reader, draft) => {
      draft.dateStart = takeDate(reader);
    },
    '--datestop': (reader, draft) => {
      draft.dateStop = takeDate(reader);
    },
    '--timestart': (reader, draft) => {
      draft.dayStart = takeTime(reader);
    },
    '--timestop': (reader, draft) => {
      draft.dayStop = takeTime(reader);
    },
    '--contiguous': (_reader, draft) => {
      draft.contiguous = true;
    },
    '--kerneltz': (_reader, draft) => {
      draft.kernelTz = true;
    },
    '--utc': (_reader, draft) => {
      draft.utc = true;
    },
  },
  negatable: {
    '--monthdays': (reader, draft, not) => {
      const days = takeDays(reader, 31, () => 0);
      draft.monthDays = (not ? ALL_MONTH_DAYS & ~days : days) >>> 0;
    },
    '--weekdays': (reader, draft, not) => {
      const days = takeDays(reader, 7, weekDay);
      draft.weekDays = not ? ALL_WEEK_DAYS & ~days : days;
    },
  },
  finish: (reader, { utc, ...match }) => {
    if (utc && match.kernelTz) refuse(reader, 'wrong-option', '--utc and --kerneltz exclude each other');
    if (match.dateStop < match.dateStart) refuse(reader, 'bad-range', '--datestop is before --datestart');
    if (match.contiguous && match.dayStart <= match.dayStop)
      refuse(reader, 'wrong-option', '--contiguous needs a time of the day that ends before it begins');
    return [{ kind: 'time', ...match }];
  },
  format: ([match]) => (match?.kind === 'time' ? format(match) : ''),
});

function format(match: TimeMatch): string {
  const words: string[] = [];
  if (match.dayStart !== 0 || match.dayStop !== DAY - 1)
    words.push(`--timestart ${formatTime(match.dayStart)} --timestop ${formatTime(match.dayStop)}`);
  const days = Array.from({ length: 31 }, (_, i) => i + 1).filter((day) => ((match.monthDays >>> day) & 1) === 1);
  if (match.monthDays !== ALL_MONTH_DAYS) words.push(`--monthdays ${days.join(',')}`);
  const named = WEEK_DAYS.filter((_, i) => ((match.weekDays >> (i + 1)) & 1) === 1);
  if (match.weekDays !== ALL_WEEK_DAYS) words.push(`--weekdays ${named.join(',')}`);
  if (match.dateStart !== 0) words.push(`--datestart ${formatDate(match.dateStart)}`);
  words.push(`--datestop ${formatDate(match.dateStop)}`);
  if (match.kernelTz) words.push('--kerneltz');
  if (match.contiguous) words.push('--contiguous');
  return words.join(' ');
}

const two = (value: number): string => `${value}`.padStart(2, '0');

function formatTime(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function formatDate(seconds: number): string {
  const { year, month, day } = civilFromDays(Math.floor(seconds / DAY));
  return `${year}-${two(month)}-${two(day)}T${formatTime(seconds % DAY)}`;
}
