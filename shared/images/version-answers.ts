import { z } from 'zod';
import { FailureAnswer, moment } from '../api/words.ts';
import { VersionStatus } from './request-bodies.ts';

/** How a version stands. */
export const status = VersionStatus.unwrap();
const text = z.string();
const names = z.array(text);
const said = z.strictObject({ by: text, reason: text });

/** What one step of the recipe came to. */
export const step = z.strictObject({
  name: text,
  exitCode: z.int(),
  seconds: z.number(),
  tail: text.describe('The end of what it wrote; the history has more.'),
  attempts: z.int(),
});

/** What a rule of the inspection found. */
export const FindingAnswer = z
  .strictObject({
    rule: text,
    weight: z.enum(['required', 'advisory']),
    outcome: z.enum(['passed', 'failed', 'waived', 'inconclusive']),
    evidence: text,
    remedy: text.optional(),
  })
  .meta({ id: 'Finding' });

/** How far a version is in a region. */
export const region = z.strictObject({
  state: z.enum([
    'desired',
    'replicating',
    'completed',
    'stalled',
    'failed',
    'repairing',
    'abandoned',
    'blocking',
    'removing',
  ]),
  percent: z.number(),
  completedAt: moment.optional(),
  required: z.boolean().optional().describe('Required, unless it says false.'),
});

/** What the status says besides itself. */
export const standing = {
  since: moment.describe('Since when it has that status, or is at that stage.'),
  stage: text.optional().describe('Where it is, or what failed.'),
  waitingFor: text.optional(),
  nextLookAt: moment.optional(),
  deadline: moment.optional().describe('When the stage is over, whatever it came to.'),
  troubles: z.int().optional().describe('How often in a row Azure said no for now.'),
  expiresAt: moment.optional().describe('Until when a retry can go on from its bench.'),
  failure: FailureAnswer.optional(),
  canceled: said.optional(),
  deprecated: said.optional(),
  revoked: said.extend({ rollback: z.boolean() }).optional(),
  deletion: said.optional(),
  before: status.optional().describe('What it is again, should its deletion not come to its end.'),
};

/** As it was asked for. */
export const requested = z.strictObject({
  by: text,
  at: moment,
  notes: text,
  recipe: z.strictObject({ revision: z.int(), hash: text }),
  priority: z.enum(['high', 'normal', 'low']),
  release: z.boolean(),
  upTo: text
    .optional()
    .describe('The last channel that its release goes to; the last of the set, unless said.'),
});

/** What came of a revocation. */
export const recall = z.strictObject({
  stopped: names.describe('The rollouts to it that were stopped.'),
  rolledBack: names.describe('The channels that were.'),
  noWayBack: z.array(z.strictObject({ channel: text, failure: FailureAnswer })),
  doneAt: moment.optional(),
  failure: FailureAnswer.optional().describe('Why it did not come to its end: revoke once more.'),
});
