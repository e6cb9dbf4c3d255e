import { StartError } from './start-error.ts';

type Test = (value: string) => boolean;

const int32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const int64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

const whole = (text: string, [least, most]: readonly [bigint, bigint]) =>
  /^\s*[+-]?\d+\s*$/.test(text) &&
  BigInt(text.trim().replace('+', '')) >= least &&
  BigInt(text.trim().replace('+', '')) <= most;
const number = (text: string) => /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text);

/** ASP.NET Core's inline constraints without arguments, by name. */
const plain: Record<string, Test> = {
  int: (value) => whole(value, int32),
  long: (value) => whole(value, int64),
  bool: (value) => /^\s*(true|false)\s*$/i.test(value),
  // .NET's Guid.TryParse, without the hexadecimal form nobody writes in a URL.
  guid: (value) =>
    /^(?:[\da-f]{32}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\{[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\}|\([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\))$/i.test(
      value,
    ),
  datetime: (value) => /\d/.test(value) && !Number.isNaN(Date.parse(value)),
  decimal: (value) => /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(value),
  double: number,
  float: number,
  alpha: (value) => /^[a-z]*$/i.test(value),
  required: (value) => value !== '',
};

/** Those with numbers in brackets: how many they take, and what they then ask. */
const numeric: Record<string, { counts: number[]; of: (...bounds: bigint[]) => Test }> = {
  length: {
    counts: [1, 2],
    of:
      (least = 0n, most = least) =>
      (value) =>
        within(BigInt(value.length), least, most),
  },
  minlength: {
    counts: [1],
    of:
      (least = 0n) =>
      (value) =>
        BigInt(value.length) >= least,
  },
  maxlength: {
    counts: [1],
    of:
      (most = 0n) =>
      (value) =>
        BigInt(value.length) <= most,
  },
  min: {
    counts: [1],
    of:
      (least = 0n) =>
      (value) =>
        whole(value, [least, int64[1]]),
  },
  max: {
    counts: [1],
    of:
      (most = 0n) =>
      (value) =>
        whole(value, [int64[0], most]),
  },
  range: {
    counts: [2],
    of:
      (least = 0n, most = 0n) =>
      (value) =>
        whole(value, [least, most]),
  },
};

const within = (value: bigint, least: bigint, most: bigint) => value >= least && value <= most;

/** The test that one constraint, as written after a `:`, puts a value to; unknown ones stop the start. */
export function constraint(text: string, route: string): Test {
  const refused = new StartError(
    `The route template '${route}' has a constraint '${text}' that cannot be resolved.`,
  );
  const [, name = '', argument] = /^([^(]*)(?:\((.*)\))?$/s.exec(text) ?? [];
  if (argument === undefined) return own(plain, name) ?? fail(refused);
  if (name === 'regex') return regex(argument, refused);
  const bounds = argument.split(',').map((each) => each.trim());
  const kind = own(numeric, name);
  if (!kind?.counts.includes(bounds.length) || !bounds.every((each) => /^-?\d+$/.test(each))) throw refused;
  return kind.of(...bounds.map(BigInt));
}

function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function fail(error: Error): never {
  throw error;
}

// ASP.NET Core ignores case here, and matches anywhere unless the expression is anchored.
function regex(expression: string, refused: StartError): Test {
  try {
    const compiled = new RegExp(expression, 'i');
    return (value) => compiled.test(value);
  } catch {
    throw refused;
  }
}
