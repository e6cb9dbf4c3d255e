import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { PutSubscription } from '../../shared/notifications/request-bodies.ts';
import {
  DefinePool,
  PauseRollout,
  PlanRollout,
  PutFreeze,
  StartRollout,
} from '../../shared/rollouts/request-bodies.ts';
import { PutSchedule } from '../../shared/schedules/request-bodies.ts';

const schemas: [name: string, schema: z.ZodType][] = [
  ['host-pool-test', DefinePool],
  ['host-pool-production', DefinePool],
  ['host-pool-careful', DefinePool],
  ['host-pool-machines', DefinePool],
  ['host-pool-personal', DefinePool],
  ['host-pool-flexible', DefinePool],
  ['plan', PlanRollout],
  ['rollout', StartRollout],
  ['pause', PauseRollout],
  ['freeze', PutFreeze],
  ['schedule', PutSchedule],
  ['subscription', PutSubscription],
];

describe('the examples of requests', () => {
  it.each(schemas)('%s.json is one that is taken', (name, schema) => {
    const file = join(import.meta.dirname, '..', '..', 'examples', `${name}.json`);
    expect(schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).error).toBeUndefined();
  });
});
