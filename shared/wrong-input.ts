import type { z } from 'zod';

export const missing = 'This field is required.';

/** What is wrong with a value, for a person: used where a schema has no words of its own. */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return missing;
  if (issue.code === 'invalid_type') return wrongType(issue.expected, issue.input);
  if (issue.code === 'invalid_value') return `One of ${issue.values.map(String).join(', ')}.`;
  if (issue.code === 'invalid_union' && Array.isArray(issue.options))
    return `One of ${issue.options.map(String).join(', ')}.`;
  if (issue.code === 'unrecognized_keys') return `There is no field ${issue.keys.join(', ')} here.`;
  if (issue.code === 'too_small') return `At least ${amount(issue.minimum, issue.origin)}.`;
  if (issue.code === 'too_big') return `At most ${amount(issue.maximum, issue.origin)}.`;
  return undefined;
}

const types: Readonly<Record<string, string>> = {
  string: 'Text',
  number: 'A number',
  int: 'A whole number',
  boolean: 'true or false',
  object: 'An object, { … }',
  record: 'An object, { … }',
  array: 'A list, [ … ]',
};

function wrongType(expected: string, input: unknown): string | undefined {
  const wanted = types[expected];
  if (expected === 'int' && typeof input === 'number') return 'A whole number.';
  // Of a query everything is text: what is none of a number comes here as NaN.
  if (Number.isNaN(input)) return wanted && `${wanted}, and not text.`;
  return wanted && `${wanted}, and not ${what(input)}.`;
}

/** The value itself is not said again: it may be a secret in the wrong place. */
function what(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  const names = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
  } as const;
  return (typeof input) in names ? names[typeof input as keyof typeof names] : 'this';
}

function amount(count: number | bigint, origin: string): string {
  if (origin === 'string') return `${count} character${count === 1 ? '' : 's'}`;
  if (origin === 'array') return count === 1 ? 'one' : String(count);
  return String(count);
}
