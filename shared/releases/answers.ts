import { z } from 'zod';
import { FailureAnswer, moment, override, ProofAnswer } from '../api/words.ts';
import { ReleaseId, ReleaseStatus } from './request-bodies.ts';

const said = { by: z.string(), reason: z.string(), at: moment };
const stages = ['build', 'soak', 'approve', 'enter', 'check', 'watch', 'settle'] as const;
const wentBack = z.strictObject({
  wentBack: z.array(z.string()).describe('The channels that went back.'),
  to: z.string().optional(),
  asked: z.strictObject({ by: z.string(), reason: z.string(), request: z.string() }).optional(),
});
const stopped = z.strictObject({ by: z.string(), reason: z.string() });
const superseded = z.strictObject({ newer: z.string(), channel: z.string() });
const because = z.strictObject({ reason: z.string() });

const OutcomeAnswer = z.strictObject({
  id: z.string(),
  status: z.string(),
  endedAt: moment.optional(),
  passed: z.int(),
  of: z.int(),
  wrong: z
    .array(z.strictObject({ name: z.string(), state: z.string(), evidence: z.string() }))
    .describe('The required checks that did not pass.'),
});

const ApprovalOfRelease = z.strictObject({
  id: z.string(),
  status: z.string(),
  expiresAt: moment,
  decisions: z.array(z.strictObject({ ...said, decision: z.string() })),
});

const ChannelOfRelease = z.strictObject({
  name: z.string(),
  state: z.enum([...stages, 'ahead', 'entered', 'passed', 'taken-back']),
  soakUntil: moment.optional(),
  approval: ApprovalOfRelease.optional(),
  proof: ProofAnswer.optional(),
  movement: z.int().optional().describe('Which movement of the channel brought it there.'),
  enteredAt: moment.optional(),
  appliedAt: moment.optional().describe('Since when all host pools of the channel are on it.'),
  validation: OutcomeAnswer.optional(),
  passedAt: moment.optional(),
  overrides: z.array(z.strictObject({ ...override, counts: z.boolean() })).optional(),
  takenBack: z.strictObject({ at: moment, refused: z.string().optional() }).optional(),
});

const who = {
  id: ReleaseId,
  imageSet: z.string(),
  version: z.string(),
  status: ReleaseStatus,
  channel: z.string().optional().describe('The one that it is at.'),
  stage: z.enum(stages).optional(),
  since: moment,
};

/** A release, as `releaseView` shows it. */
export const ReleaseAnswer = z
  .strictObject({
    ...who,
    waitingFor: z.string().optional(),
    nextLookAt: moment.optional(),
    paused: z
      .strictObject({ ...said, until: moment.optional().describe('When it goes on by itself.') })
      .optional(),
    failure: FailureAnswer.optional().describe('Why it is blocked.'),
    ending: z
      .discriminatedUnion('phase', [
        stopped.extend({ phase: z.literal('stopped') }),
        superseded.extend({ phase: z.literal('superseded') }),
        wentBack.extend({ phase: z.literal('rolled-back') }),
        because.extend({ phase: z.literal('revoked') }),
        because.extend({ phase: z.literal('canceled') }),
      ])
      .optional()
      .describe('How it will have ended, while it is stopping.'),
    stopped: stopped.optional(),
    superseded: superseded.optional(),
    'rolled-back': wentBack.optional(),
    revoked: because.optional(),
    canceled: because.optional(),
    requested: z.strictObject(said),
    imageVersionId: z.string().optional(),
    channels: z.array(ChannelOfRelease).describe('In their order, up to where it goes.'),
    people: z.array(
      z.strictObject({
        what: z.enum(['started', 'paused', 'resumed', 'stopped', 'overrode', 'rolled back']),
        ...said,
      }),
    ),
    canBePaused: z.boolean(),
    canBeResumed: z.boolean(),
    canBeOverridden: z.boolean(),
    canBeStopped: z.boolean(),
    canBeRolledBack: z.boolean(),
  })
  .meta({ id: 'Release' });

/** Why a release is or is not moving. */
export const ReleaseExplanation = z
  .strictObject({
    ...who,
    movement: z.enum(['moving', 'waiting', 'blocked', 'paused', 'over']),
    because: z.array(
      z.strictObject({ code: z.string(), message: z.string(), remedy: z.string().optional() }),
    ),
    nextCheck: moment.optional(),
    until: moment.optional(),
    youCan: z.array(z.string()),
  })
  .meta({ id: 'ReleaseExplanation' });
