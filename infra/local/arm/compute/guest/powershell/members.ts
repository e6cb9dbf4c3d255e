import type { Session } from './session.ts';
import { PowerShellError } from './session.ts';
import { isTrue, itemsOf, numberFrom, textOf, Thing, unwrapped, type Method, type Value } from './values.ts';

/** A property of any value; of an array, that of each of its members. */
export function member(of: Value, name: string): Value {
  const wanted = name.toLowerCase();
  const isCount = wanted === 'count' || wanted === 'length';
  if (of instanceof Thing) return thingMember(of, wanted);
  if (of instanceof Date) return isCount ? 1 : dateMember(of, wanted);
  if (Array.isArray(of))
    return isCount ? of.length : unwrapped(of.flatMap((item) => itemsOf(member(item, name))));
  if (!isCount) return null;
  if (of === null) return 0;
  return wanted === 'length' && typeof of === 'string' ? of.length : 1;
}

function thingMember(of: Thing, wanted: string): Value {
  if (of.has(wanted)) return of.get(wanted);
  if (wanted === 'keys') return of.names;
  if (wanted === 'values') return of.names.map((name) => of.get(name));
  if (wanted === 'count') return of.type === 'hashtable' ? of.names.length : 1;
  return null;
}

function dateMember(date: Date, wanted: string): Value {
  const parts: Readonly<Record<string, number>> = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    // .NET counts from the year 1, in ten-millionths of a second.
    ticks: date.getTime() * 10_000 + 621_355_968_000_000_000,
  };
  return parts[wanted] ?? null;
}

type TextMethod = (text: string, given: readonly Value[]) => Value;

const first = (given: readonly Value[]): string => textOf(given[0] ?? null);

const TEXT: Readonly<Record<string, TextMethod>> = {
  trim: (text, given) => trimmed(text, first(given), 'both'),
  trimend: (text, given) => trimmed(text, first(given), 'end'),
  trimstart: (text, given) => trimmed(text, first(given), 'start'),
  toupper: (text) => text.toUpperCase(),
  toupperinvariant: (text) => text.toUpperCase(),
  tolower: (text) => text.toLowerCase(),
  tolowerinvariant: (text) => text.toLowerCase(),
  startswith: (text, given) => text.startsWith(first(given)),
  endswith: (text, given) => text.endsWith(first(given)),
  contains: (text, given) => text.includes(first(given)),
  indexof: (text, given) => text.indexOf(first(given)),
  replace: (text, given) => text.replaceAll(first(given), textOf(given[1] ?? null)),
  split: (text, given) => text.split(new RegExp(`[${escaped(first(given) || ' ')}]`)),
  substring: (text, given) => {
    const from = numberFrom(given[0] ?? null);
    return text.slice(from, given[1] === undefined ? undefined : from + numberFrom(given[1]));
  },
  padleft: (text, given) => text.padStart(numberFrom(given[0] ?? null)),
  padright: (text, given) => text.padEnd(numberFrom(given[0] ?? null)),
  tostring: (text) => text,
  equals: (text, given) => text === first(given),
  gettype: () => new Thing('type', { Name: 'String' }),
};

const DATE: Readonly<Record<string, (date: Date, given: readonly Value[]) => Value>> = {
  touniversaltime: (date) => date,
  tolocaltime: (date) => date,
  adddays: (date, given) => shifted(date, given, 86_400_000),
  addhours: (date, given) => shifted(date, given, 3_600_000),
  addminutes: (date, given) => shifted(date, given, 60_000),
  addseconds: (date, given) => shifted(date, given, 1000),
  tostring: (date, given) => formattedDate(date, first(given)),
};

/** What a method comes to; calling one on nothing is the error it is in PowerShell. */
export function methodOf(session: Session, of: Value, name: string): Method | undefined {
  const wanted = name.toLowerCase();
  if (of instanceof Thing) return thingMethod(of, name, wanted);
  if (of === null)
    throw new PowerShellError('You cannot call a method on a null-valued expression.', 'statement');
  if (of instanceof Date) return bound(DATE[wanted], of);
  if (Array.isArray(of)) return arrayMethod(of, wanted) ?? eachOf(session, of, name);
  return bound(TEXT[wanted], textOf(of)) ?? (wanted === 'tostring' ? () => textOf(of) : undefined);
}

function thingMethod(of: Thing, name: string, wanted: string): Method | undefined {
  if (wanted === 'getenumerator')
    return () => of.names.map((name) => new Thing('Entry', { Name: name, Key: name, Value: of.get(name) }));
  if (wanted === 'containskey') return (given) => of.has(first(given));
  const isTable = of.type === 'hashtable';
  if (wanted === 'add' && isTable) return (given) => changed(() => of.set(first(given), given[1] ?? null));
  if (wanted === 'remove' && isTable) return (given) => changed(() => of.delete(first(given)));
  return of.method(name);
}

function changed(change: () => void): null {
  change();
  return null;
}

function bound<T>(
  method: ((of: T, given: readonly Value[]) => Value) | undefined,
  of: T,
): Method | undefined {
  return method && ((given) => method(of, given));
}

function arrayMethod(of: Value[], wanted: string): Method | undefined {
  if (wanted === 'contains') return (given) => of.some((item) => textOf(item) === first(given));
  if (wanted === 'indexof') return (given) => of.findIndex((item) => textOf(item) === first(given));
  if (wanted === 'toarray') return () => of;
  return undefined;
}

/** A method that arrays do not have is called on each member. */
function eachOf(session: Session, of: Value[], name: string): Method {
  return (given) =>
    of.map((item) => {
      const answer = methodOf(session, item, name)?.(given) ?? null;
      return typeof answer === 'object' && answer !== null && 'next' in answer ? null : answer;
    });
}

function trimmed(text: string, letters: string, where: 'both' | 'start' | 'end'): string {
  const set = letters === '' ? String.raw`\s` : escaped(letters);
  let result = text;
  if (where !== 'end') result = result.replace(new RegExp(`^[${set}]+`), '');
  if (where !== 'start') result = result.replace(new RegExp(`[${set}]+$`), '');
  return result;
}

function escaped(letters: string): string {
  return letters.replaceAll(/[\]\\^-]/g, String.raw`\$&`);
}

function shifted(date: Date, given: readonly Value[], unit: number): Date {
  return new Date(date.getTime() + numberFrom(given[0] ?? null) * unit);
}

/** `o`, `s`, `u`, and pictures such as `yyyy-MM-ddTHH:mm:ssZ`. */
export function formattedDate(date: Date, picture: string): string {
  const iso = date.toISOString();
  if (picture === '') return textOf(date);
  if (picture === 'o' || picture === 'O') return iso.replace(/(\.\d{3})Z$/, '$10000Z');
  if (picture === 's') return iso.slice(0, 19);
  if (picture === 'u') return `${iso.slice(0, 19).replace('T', ' ')}Z`;
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    fff: iso.slice(20, 23),
  };
  return picture.replaceAll(/yyyy|MM|dd|HH|mm|ss|fff/g, (part) => parts[part] ?? part).replaceAll("'", '');
}

/** What `$x[i]` yields: of an array, of a string, of a hashtable. */
export function indexed(of: Value, at: Value): Value {
  if (Array.isArray(at)) return at.map((one) => indexed(of, one));
  if (of instanceof Thing) {
    const item = of.method('item');
    if (item) return item([at]) as Value;
    return of.has(textOf(at)) ? of.get(textOf(at)) : null;
  }
  const items = typeof of === 'string' ? of.split('') : itemsOf(of);
  return items.at(numberFrom(at)) ?? null;
}

/** `[type]` before a value. */
export function cast(type: string, value: Value): Value {
  if (/\[\]$|^(?:array|collections\.)/.test(type)) {
    const inner = type.replace(/\[\]$/, '');
    return itemsOf(value).map((item) => cast(inner, item));
  }
  if (type === 'string') return textOf(value);
  if (type === 'bool' || type === 'switch') return isTrue(value);
  if (type === 'datetime') return new Date(textOf(value));
  if (/^(?:u?int(?:16|32|64)?|u?long|byte)$/.test(type)) return wholeNumber(value, type);
  if (/^(?:double|decimal|single|float)$/.test(type)) return numberFrom(value);
  return value;
}

function wholeNumber(value: Value, type: string): number {
  const number = numberFrom(value);
  if (Number.isNaN(number)) {
    const text = `Cannot convert value "${textOf(value)}" to type "System.${type}".`;
    throw new PowerShellError(`${text} Error: "Input string was not in a correct format."`, 'statement');
  }
  // .NET rounds halves to the even number.
  const floor = Math.floor(number);
  return number - floor === 0.5 ? floor + (floor % 2) : Math.round(number);
}
