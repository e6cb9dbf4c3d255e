import { regexOf } from '../pattern.ts';
import { isTrue, itemsOf, numberFrom, textOf, Thing, type Value } from './values.ts';

/** What an operator needs of the script it stands in: `-match` leaves `$Matches` behind. */
export interface Matching {
  matches: Value;
}

type Operator = (left: Value, right: Value, matching: Matching) => Value;

/** A comparison with an array on its left picks from the array; with a single value it says yes or no. */
function filtering(holds: (left: Value, right: Value, matching: Matching) => boolean): Operator {
  return (left, right, matching) =>
    Array.isArray(left) ? left.filter((item) => holds(item, right, matching)) : holds(left, right, matching);
}

function arithmetic(compute: (left: number, right: number) => number): Operator {
  return (left, right) => compute(numberFrom(left), numberFrom(right));
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  '+': add,
  '-': subtract,
  '*': (left, right) =>
    typeof left === 'string' ? left.repeat(numberFrom(right)) : numberFrom(left) * numberFrom(right),
  '/': arithmetic((left, right) => left / right),
  '%': arithmetic((left, right) => left % right),
  '-eq': filtering((left, right) => same(left, right)),
  '-ne': filtering((left, right) => !same(left, right)),
  '-gt': filtering((left, right) => order(left, right) > 0),
  '-ge': filtering((left, right) => order(left, right) >= 0),
  '-lt': filtering((left, right) => order(left, right) < 0),
  '-le': filtering((left, right) => order(left, right) <= 0),
  '-match': filtering((left, right, matching) => matches(left, right, matching)),
  '-notmatch': filtering((left, right, matching) => !matches(left, right, matching)),
  '-like': filtering((left, right) => isLike(textOf(left), textOf(right))),
  '-notlike': filtering((left, right) => !isLike(textOf(left), textOf(right))),
  '-contains': (left, right) => itemsOf(left).some((item) => same(item, right)),
  '-notcontains': (left, right) => !itemsOf(left).some((item) => same(item, right)),
  '-in': (left, right) => itemsOf(right).some((item) => same(item, left)),
  '-notin': (left, right) => !itemsOf(right).some((item) => same(item, left)),
  '-join': (left, right) =>
    itemsOf(left)
      .map((item) => textOf(item))
      .join(textOf(right)),
  '-split': (left, right) => {
    const [pattern = null] = itemsOf(right);
    return itemsOf(left).flatMap((item) => textOf(item).split(regexOf(textOf(pattern), 'i')));
  },
  '-replace': (left, right) => {
    const [pattern = null, by = null] = itemsOf(right);
    const replaced = itemsOf(left).map((item) =>
      textOf(item).replaceAll(regexOf(textOf(pattern), 'gi'), textOf(by)),
    );
    return Array.isArray(left) ? replaced : (replaced[0] ?? '');
  },
  '-f': format,
  '..': range,
  '-and': (left, right) => isTrue(left) && isTrue(right),
  '-or': (left, right) => isTrue(left) || isTrue(right),
  '-xor': (left, right) => isTrue(left) !== isTrue(right),
  '-band': arithmetic((left, right) => left & right),
  '-bor': arithmetic((left, right) => left | right),
  '-bxor': arithmetic((left, right) => left ^ right),
  '-is': (left, right) => isOfType(left, textOf(right)),
  '-isnot': (left, right) => !isOfType(left, textOf(right)),
  '-as': (left) => left,
};

/** `c` and `i` before a comparison's name only say whether case counts; it never does here. */
export function operate(operator: string, left: Value, right: Value, matching: Matching): Value {
  const found = OPERATORS[operator] ?? OPERATORS[operator.replace(/^-[ci]/, '-')];
  return found ? found(left, right, matching) : null;
}

function add(left: Value, right: Value): Value {
  if (Array.isArray(left)) return [...left, ...itemsOf(right)];
  if (left === null) return right;
  if (typeof left === 'string') return left + textOf(right);
  if (left instanceof Date) return new Date(left.getTime() + numberFrom(right));
  return numberFrom(left) + numberFrom(right);
}

function subtract(left: Value, right: Value): Value {
  if (!(left instanceof Date)) return numberFrom(left) - numberFrom(right);
  return right instanceof Date
    ? timeSpan(left.getTime() - right.getTime())
    : new Date(left.getTime() - numberFrom(right));
}

/** A length of time, as subtracting two moments yields it. */
export function timeSpan(ms: number): Thing {
  return new Thing('TimeSpan', {
    TotalSeconds: ms / 1000,
    TotalMinutes: ms / 60_000,
    TotalHours: ms / 3_600_000,
    TotalDays: ms / 86_400_000,
    TotalMilliseconds: ms,
  });
}

/** The right side is taken for what the left one is; case does not count. */
export function same(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right;
  if (typeof left === 'number') return left === numberFrom(right);
  if (typeof left === 'boolean') return left === isTrue(right);
  if (left instanceof Date) return left.getTime() === timeFrom(right);
  return textOf(left).toLowerCase() === textOf(right).toLowerCase();
}

function order(left: Value, right: Value): number {
  if (typeof left === 'number' || left === null) return numberFrom(left) - numberFrom(right);
  if (left instanceof Date) return left.getTime() - timeFrom(right);
  return textOf(left).localeCompare(textOf(right), 'en', { sensitivity: 'accent' });
}

function timeFrom(value: Value): number {
  return value instanceof Date ? value.getTime() : Date.parse(textOf(value));
}

function matches(left: Value, right: Value, matching: Matching): boolean {
  const found = regexOf(textOf(right), 'i').exec(textOf(left));
  if (!found) return false;
  const groups = { ...found.groups, ...Object.fromEntries(found.map((text, index) => [index, text])) };
  matching.matches = new Thing('hashtable', groups);
  return true;
}

/** Wildcards: `*`, `?` and sets of letters. */
export function isLike(text: string, pattern: string): boolean {
  const expression = pattern.replaceAll(/[.+^${}()|\\*?]/g, (letter) =>
    letter === '*' ? '.*' : letter === '?' ? '.' : `\\${letter}`,
  );
  return regexOf(`^${expression}$`, 'is').test(text);
}

function format(left: Value, right: Value): string {
  const given = itemsOf(right);
  return textOf(left).replaceAll(/\{(\d+)(?::([A-Za-z])(\d*))?\}/g, (_, index, kind, digits) =>
    formatted(given[Number(index)] ?? null, String(kind ?? ''), Number(digits || 0)),
  );
}

/** The few of .NET's format strings that scripts use: `N1`, `X8`, `D2`, `F2`. */
function formatted(value: Value, kind: string, digits: number): string {
  const upper = kind.toUpperCase();
  if (upper === 'X') {
    const hex = (numberFrom(value) >>> 0).toString(16).padStart(digits, '0');
    return kind === 'X' ? hex.toUpperCase() : hex;
  }
  if (upper === 'D') return String(numberFrom(value)).padStart(digits, '0');
  return upper === 'N' || upper === 'F' ? numberFrom(value).toFixed(digits) : textOf(value);
}

function range(left: Value, right: Value): Value {
  const [from, to] = [numberFrom(left), numberFrom(right)];
  const step = from <= to ? 1 : -1;
  return Array.from(
    { length: Math.min(Math.abs(to - from), 100_000) + 1 },
    (_, index) => from + index * step,
  );
}

function isOfType(value: Value, type: string): boolean {
  if (/string/i.test(type)) return typeof value === 'string';
  if (/int|long|double/i.test(type)) return typeof value === 'number';
  if (/bool/i.test(type)) return typeof value === 'boolean';
  if (/\[\]|array/i.test(type)) return Array.isArray(value);
  return value instanceof Thing && value.type.toLowerCase() === type.toLowerCase();
}
