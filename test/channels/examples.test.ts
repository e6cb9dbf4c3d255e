import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Promote, PutChannel, RollBack } from '../../shared/channels/request-bodies.ts';

const schemas: [name: string, schema: z.ZodType][] = [
  ['channel', PutChannel],
  ['promotion', Promote],
  ['rollback', RollBack],
];

describe('the examples of requests', () => {
  it.each(schemas)('%s.json is one that is taken', (name, schema) => {
    const file = join(import.meta.dirname, '..', '..', 'examples', `${name}.json`);
    expect(schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).error).toBeUndefined();
  });
});
