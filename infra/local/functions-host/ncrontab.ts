import { StartError } from './start-error.ts';

/** When something is due, by the wall clock of UTC. */
export interface Schedule {
  /** The first moment later than `after`, both in ms since 1970. */
  readonly next: (after: number) => number;
  /** Whether it can come more than once within a minute; Azure then keeps no record of it. */
  readonly withinAMinute: boolean;
}

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: months },
  { name: 'day of week', least: 0, most: 6, names: days },
];

const second = 1000;
const day = 24 * 3600 * second;
const longestWait = 41 * 366 * day; // a 29 February on a given weekday can be 40 years away around 2100

/** An NCRONTAB expression of five fields, or six with seconds first, as the timer trigger reads it. */
export function ncrontab(expression: string): Schedule {
  const refuse = (why: string) =>
    new StartError(`The schedule expression '${expression}' was not recognized: ${why}.`);
  const given = expression.trim().split(/\s+/);
  if (given.length === 5) given.unshift('0');
  if (given.length !== fields.length) {
    const timeSpan = /^[\d.]*:?\d+:\d+/.test(expression)
      ? ' (a TimeSpan works only on an App Service plan)'
      : '';
    throw refuse(`it has ${given.length} fields, not 5 or 6${timeSpan}`);
  }
  const sets = fields.map((field, index) => values(field, given[index] ?? '', refuse));
  const schedule = { next: (after: number) => next(sets, after), withinAMinute: (sets[0]?.size ?? 0) > 1 };
  if (!Number.isFinite(schedule.next(0))) throw refuse('it never comes');
  return schedule;
}

// NCrontab wants day of month AND day of week to fit, unlike cron.
function next(sets: Set<number>[], after: number): number {
  const [seconds, minutes, hours, daysOfMonth, ofYear, daysOfWeek] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const from = Math.floor(after / second) * second + second;
  const fits = (at: Date) =>
    ofYear.has(at.getUTCMonth() + 1) && daysOfMonth.has(at.getUTCDate()) && daysOfWeek.has(at.getUTCDay());
  for (let midnight = Math.floor(from / day) * day; midnight < from + longestWait; midnight += day) {
    if (!fits(new Date(midnight))) continue;
    const found = timeOfDay([hours, minutes, seconds], Math.max(0, from - midnight) / second);
    if (found !== undefined) return midnight + found * second;
  }
  return Infinity;
}

function timeOfDay(
  [hours, minutes, seconds]: [Set<number>, Set<number>, Set<number>],
  from: number,
): number | undefined {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      if (start + 59 < from) continue;
      for (const each of seconds) if (start + each >= from) return start + each;
    }
  }
  return undefined;
}

function values(field: Field, text: string, refuse: (why: string) => StartError): Set<number> {
  const found = new Set<number>();
  for (const item of text.split(',')) {
    const { range = '', step } = /^(?<range>[^/]+)(?:\/(?<step>\d+))?$/.exec(item)?.groups ?? {};
    const every = step === undefined ? 1 : Number(step);
    if (range === '' || every < 1) throw refuse(`'${item}' is not a ${field.name}`);
    const [from, to] = bounds(field, range, step !== undefined, (each) =>
      refuse(`'${each}' is not a ${field.name}`),
    );
    for (let value = from; value <= to; value += every) found.add(value);
  }
  return new Set([...found].toSorted((a, b) => a - b));
}

function bounds(
  field: Field,
  range: string,
  stepped: boolean,
  refuse: (item: string) => StartError,
): [number, number] {
  if (range === '*') return [field.least, field.most];
  const ends = range.split('-').map((each) => value(field, each, refuse));
  const [from, to] = ends as [number, number | undefined];
  if (ends.length > 2) throw refuse(range);
  // `5/15` begins at 5 and runs to the end; a range given backwards is turned round.
  if (to === undefined) return [from, stepped ? field.most : from];
  return from <= to ? [from, to] : [to, from];
}

function value({ least, most, names }: Field, text: string, refuse: (item: string) => StartError): number {
  const named =
    text.length >= 3 ? (names ?? []).findIndex((name) => name.startsWith(text.toLowerCase())) : -1;
  if (named >= 0) return least + named;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) throw refuse(text);
  return number;
}
