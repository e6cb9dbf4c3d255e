import { z } from 'zod';
import { FreezeId, PoolName } from './request-bodies.ts';

const moment = z.iso.datetime();

/** A freeze, as `freezeView` shows it. */
export const FreezeAnswer = z
  .strictObject({
    id: FreezeId,
    scope: z.union([
      z.strictObject({ kind: z.literal('all') }),
      z.strictObject({ kind: z.literal('image-set'), name: z.string() }),
      z.strictObject({ kind: z.literal('host-pool'), name: PoolName }),
    ]),
    reason: z.string(),
    from: moment,
    until: moment,
    by: z.string(),
    at: moment.describe('When it was put.'),
    status: z.enum(['planned', 'active', 'over']),
  })
  .meta({ id: 'Freeze' });
