import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SecretRef } from '../shared/images/step-fields.ts';
import { inWords } from '../shared/wrong-input.ts';

const said = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: inWords }).error?.issues[0]?.message;

describe('what is wrong with a value', () => {
  it.each<[schema: z.ZodType, value: unknown, message: string]>([
    [z.string(), undefined, 'This field is required.'],
    [z.enum(['a', 'b']), undefined, 'This field is required.'],
    [z.string(), 7, 'Text, and not a number.'],
    [z.number(), 'seven', 'A number, and not text.'],
    [z.coerce.number(), 'seven', 'A number, and not text.'],
    [z.int(), 1.5, 'A whole number.'],
    [z.boolean(), 'yes', 'true or false, and not text.'],
    [z.array(z.string()), {}, 'A list, [ … ], and not an object.'],
    [z.strictObject({}), [], 'An object, { … }, and not a list.'],
    [z.strictObject({}), null, 'An object, { … }, and not null.'],
    [z.record(z.string(), z.string()), 'x', 'An object, { … }, and not text.'],
    [z.enum(['Windows', 'Linux']), 'windows', 'One of Windows, Linux.'],
    [
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('a') }),
        z.strictObject({ kind: z.literal('b') }),
      ]),
      { kind: 'c' },
      'One of a, b.',
    ],
    [z.strictObject({}), { note: 1 }, 'There is no field note here.'],
    [z.string().min(1), '', 'At least 1 character.'],
    [z.string().max(4), 'abcde', 'At most 4 characters.'],
    [z.array(z.string()).min(1), [], 'At least one.'],
    [z.number().max(100), 101, 'At most 100.'],
    [z.string().min(1, 'Its own words.'), '', 'Its own words.'],
    [SecretRef, {}, 'This field is required.'],
  ])('%# is said in words', (schema, value, message) => {
    expect(said(schema, value)).toBe(message);
  });

  it('X8: is not said again where a secret stands instead of its reference', () => {
    const message = said(SecretRef, 'hunter2');
    expect(message).toContain('never the secret itself');
    expect(message).not.toContain('hunter2');
  });
});
