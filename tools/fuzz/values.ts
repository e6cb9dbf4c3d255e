import fc, { type Arbitrary } from 'fast-check';
import type { Document, Schema } from './document.ts';

/** Text that others have stumbled over: control characters, escapes, queries, paths, what objects inherit. */
export const oddText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '../../etc/passwd',
    '%00',
    '%2e%2e',
    '\u0000',
    '\u2028',
    '\ud800',
    '😀',
    'ﬀ',
    'İ',
    "' or 1 eq 1 or '",
    '"; DROP TABLE',
    '<script>',
    '${7*7}',
    '{{x}}',
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'NaN',
    '1e309',
    '-1',
    'a\\b',
    'a#b',
    'a?b',
    'a/b',
    'a\r\nx: y',
    '9999-99-99T99:99:99Z',
    '4294967296.0.0',
    '1.0.0',
    'CON',
    'a'.repeat(65),
    'a'.repeat(5_000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

/** Any JSON, and what is often taken for something else. */
export const oddValue: Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], [null], {
    '': 0,
  }),
  fc.constantFrom<unknown>(['a', 'a'], { length: 1 }, { toString: 1 }, { valueOf: null }, { by: {} }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(nested(2_000)),
);

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let n = 0; n < depth; n += 1) value = [value];
  return value;
}

/** Values that a schema takes, or nearly: formats beyond its patterns are the app's own. */
export function fitting(schema: Schema, document: Document, depth = 0): Arbitrary<unknown> {
  const { resolve } = document;
  const is = resolve(schema);
  if (is.const !== undefined) return fc.constant(is.const);
  if (is.enum) return fc.constantFrom(...is.enum);
  if (is.anyOf ?? is.oneOf ?? is.allOf) return together(is, document, depth);
  const type = typeof is.type === 'string' ? is.type : is.type?.[0];
  const make = Object.hasOwn(makers, type ?? '') ? makers[type as keyof typeof makers] : undefined;
  return make ? make(is, document, depth) : fc.jsonValue({ maxDepth: 1 });
}

const makers = {
  object: objects,
  array: arrays,
  integer: numbers,
  number: numbers,
  boolean: () => fc.boolean(),
  string: texts,
};

function together({ anyOf, oneOf, allOf }: Schema, document: Document, depth: number): Arbitrary<unknown> {
  const each = (of: readonly Schema[]) => of.map((one) => fitting(one, document, depth));
  if (!allOf) return fc.oneof(...each(anyOf ?? oneOf ?? []));
  return fc.tuple(...each(allOf)).map((all) => Object.assign({}, ...(all as object[])) as unknown);
}

function arrays({ items = {}, minItems = 0 }: Schema, document: Document, depth: number): Arbitrary<unknown> {
  if (depth > 6) return fc.constant([]);
  return fc.array(fitting(items, document, depth + 1), { minLength: minItems, maxLength: minItems + 2 });
}

function numbers({ type, minimum = -5, maximum = 100 }: Schema): Arbitrary<unknown> {
  return type === 'integer'
    ? fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31 - 1) })
    : fc.double({ min: minimum, max: maximum, noNaN: true });
}

function objects(
  { properties = {}, required = [] }: Schema,
  document: Document,
  depth: number,
): Arbitrary<unknown> {
  const fields = Object.entries(properties).filter(([name]) => depth < 6 || required.includes(name));
  return fc.record(
    Object.fromEntries(fields.map(([name, one]) => [name, fitting(one, document, depth + 1)])),
    { requiredKeys: required.filter((name) => name in properties) },
  );
}

function texts({ pattern, format, maxLength = 60 }: Schema): Arbitrary<unknown> {
  if (format === 'date-time') {
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
  }
  if (format === 'uuid') return fc.uuid();
  if (format === 'uri') return fc.webUrl();
  if (pattern === undefined) return fc.string({ unit: 'grapheme', maxLength: Math.min(maxLength, 60) });
  try {
    return fc.stringMatching(new RegExp(pattern), { size: 'small' });
  } catch {
    return oddText;
  }
}

/** A body with something wrong in it, somewhere: one value is another, gone, or there twice. */
export function mutated(body: unknown): Arbitrary<unknown> {
  const places = placesIn(body);
  return fc
    .tuple(
      fc.constantFrom(...places),
      fc.oneof(
        oddValue.map((value) => ({ kind: 'set' as const, value })),
        fc.constant({ kind: 'drop' as const }),
        fc.tuple(oddText, oddValue).map(([name, value]) => ({ kind: 'add' as const, name, value })),
      ),
    )
    .map(([place, change]) => changed(body, place, change));
}

type Change =
  | { readonly kind: 'set'; readonly value: unknown }
  | { readonly kind: 'drop' }
  | { readonly kind: 'add'; readonly name: string; readonly value: unknown };
type Place = readonly (string | number)[];

function placesIn(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, one]) => placesIn(one, [...at, name]))];
}

function changed(body: unknown, [step, ...rest]: Place, change: Change): unknown {
  if (step === undefined) return atPlace(body, change);
  const copy: Record<string, unknown> = (
    Array.isArray(body) ? [...(body as unknown[])] : { ...(body as object) }
  ) as Record<string, unknown>;
  if (rest.length === 0 && change.kind === 'drop') delete copy[step];
  else copy[step] = changed(copy[step], rest, change);
  return copy;
}

function atPlace(value: unknown, change: Change): unknown {
  if (change.kind === 'set') return change.value;
  if (change.kind === 'drop') return undefined;
  if (typeof value !== 'object' || value === null) return change.value;
  // As a field of its own, even where objects inherit one of that name.
  return Object.defineProperty({ ...value }, change.name, {
    value: change.value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
