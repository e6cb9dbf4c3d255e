import { z } from 'zod';
import { FailureAnswer, hostOutcome, moment, ownWindow } from '../api/words.ts';
import {
  capacityFields,
  detail,
  eta,
  progressFields,
  secondsOfHosts,
  share,
  wayFields,
} from './answer-parts.ts';
import { DefinePool, FreezeId, PoolName, RolloutId } from './request-bodies.ts';

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
    revision: z.int().describe('Its ETag.'),
    status: z.enum(['planned', 'active', 'over']),
  })
  .meta({ id: 'Freeze' });

const { by: _, ...link } = DefinePool.shape;

/** A host pool, as `poolView` shows it. */
export const PoolAnswer = z
  .strictObject({
    name: PoolName,
    ...link,
    ...wayFields,
    revision: z.int().describe('Its ETag.'),
    createdAt: moment,
    changedAt: moment,
    activeRollout: z.string().optional(),
    nextRollout: z.string().optional(),
    left: z
      .array(
        z.strictObject({
          host: z.string(),
          rollout: z.string().describe('The last that it was lost in.'),
          isGone: z.boolean().describe('Its machine was deleted: the next rollout makes it again.'),
          youCan: z.array(z.string()),
        }),
      )
      .optional()
      .describe('Hosts that rollouts left without a machine, or with one that is not all it was.'),
  })
  .meta({ id: 'HostPool' });

const finding = z.strictObject({ code: z.string(), message: z.string(), remedy: z.string() });
const said = { by: z.string(), reason: z.string(), at: moment };

const status = z.enum(['running', 'stopping', 'succeeded', 'failed', 'aborted']);

/** A rollout, as `rolloutView` shows it. */
export const RolloutAnswer = z
  .strictObject({
    id: RolloutId,
    hostPool: PoolName,
    imageSet: z.string(),
    channel: z.string(),
    version: z.string(),
    status,
    stage: z.enum(['claim', 'prepare', 'roll', 'release-pool', 'settle']).optional(),
    since: moment,
    waitingFor: z.string().optional(),
    nextLookAt: moment.optional(),
    deadline: moment.optional(),
    troubles: z.int().optional().describe('How often in a row Azure said no for now.'),
    failure: FailureAnswer.optional(),
    aborted: z.strictObject({ by: z.string(), reason: z.string() }).optional(),
    requested: z.strictObject({
      ...said,
      planHash: z.string().optional(),
      movement: z.string().optional().describe('Of the channel that wants it.'),
      rollbackOf: z.string().optional(),
      ownVersions: z
        .array(
          z.strictObject({ number: z.string(), imageVersionId: z.string(), instances: z.array(z.string()) }),
        )
        .optional()
        .describe('Of a rollback: the hosts that came from another version than most, and go back there.'),
      retryOf: z.string().optional().describe('The rollout that was over when hosts of it were tried again.'),
      only: z.array(z.string()).optional().describe('The instances that alone are brought.'),
      warnings: z
        .array(finding)
        .optional()
        .describe('What should be known of it and keeps it from nothing, such as `NotOfChannel`.'),
    }),
    rollbackOf: z.string().optional().describe('The rollout that it takes back.'),
    rolledBackBy: z.string().optional(),
    way: wayFields.way,
    ...progressFields,
    hosts: z.partialRecord(hostOutcome, z.int()).describe('How many of them came to what.'),
    skipped: z.array(z.strictObject({ host: z.string(), why: z.string() })),
    paused: z
      .strictObject({
        ...said,
        until: moment.optional(),
        code: z.literal('ModelChanged').optional(),
        detail: detail.optional(),
      })
      .optional(),
    canBePaused: z.boolean(),
    canBeAborted: z.boolean(),
  })
  .meta({ id: 'Rollout' });

const hours = { p50: z.number(), p90: z.number() };

/** What a rollout would do, before anything is done. */
export const PlanAnswer = z
  .strictObject({
    hostPool: PoolName,
    imageSet: z.string(),
    version: z.string(),
    planHash: z.string().describe('With it exactly this is started, or nothing.'),
    at: moment,
    hosts: z.strictObject({ total: z.int(), todo: z.int(), poweredOff: z.int() }),
    order: z.array(
      z.strictObject({
        host: z.string(),
        instanceId: z.string(),
        wave: z.int(),
        why: z.string(),
        window: ownWindow.optional(),
      }),
    ),
    waves: z.array(z.strictObject({ number: z.int(), upTo: z.int(), bakeMinutes: z.number() })),
    maxUnderWay: z.int(),
    drainAhead: z.int(),
    capacity: z.strictObject({
      ...capacityFields,
      floor: z.number().describe('What must remain.'),
      lowestPlanned: z.number(),
      curve: z.array(
        z.strictObject({
          minute: z.int(),
          usable: z.number(),
          floor: z.number().optional(),
          underWay: z.int(),
          workedOn: z.int(),
        }),
      ),
    }),
    eta,
    basis: z.strictObject({ hosts: z.int(), mostMinutesPerHost: z.number() }),
    ...wayFields,
    surge: z
      .strictObject({
        hosts: z.int(),
        hostHours: z.strictObject(hours),
        cost: z.strictObject({ ...hours, currency: z.string() }).optional(),
      })
      .optional()
      .describe('Hosts that are added before others are retired.'),
    armCalls: z.int(),
    blockers: z.array(finding).describe('What must change before it can be started.'),
    warnings: z.array(finding),
  })
  .meta({ id: 'RolloutPlan' });

/** Why a rollout is or is not moving. */
export const RolloutExplanation = z
  .strictObject({
    id: RolloutId,
    hostPool: PoolName,
    version: z.string(),
    status,
    movement: z.enum(['moving', 'waiting', 'blocked', 'paused', 'over']),
    since: moment,
    because: z.array(
      z.strictObject({
        code: z.string(),
        message: z.string(),
        detail: detail.optional(),
        until: moment.optional(),
      }),
    ),
    nextCheck: moment.optional(),
    youCan: z.array(z.string()),
    notices: z.array(z.strictObject({ code: z.string(), message: z.string(), hosts: z.array(z.string()) })),
    progress: z.strictObject({
      total: z.int(),
      left: z.int(),
      underWay: z.int(),
      done: z.int().optional(),
      'put-back': z.int().optional(),
      deferred: z.int().optional(),
      failed: z.int().optional(),
      quarantined: z.int().optional(),
      skipped: z.int(),
      percent: z.int(),
      added: z.strictObject({ there: z.int(), underWay: z.int() }).optional(),
    }),
    ...progressFields,
    eta,
  })
  .meta({ id: 'RolloutExplanation' });

/** Where the time of a rollout went, in seconds. */
export const TimelineAnswer = z
  .strictObject({
    id: RolloutId,
    from: moment,
    until: moment,
    seconds: z.number(),
    rollout: z.partialRecord(share, z.number()),
    stretches: z.array(z.strictObject({ share, from: moment, until: moment })),
    sum: z.strictObject(secondsOfHosts),
    foreignUpdates: z
      .array(z.strictObject({ name: z.string(), on: z.string(), at: moment }))
      .describe('Hosts that somebody else brought onto another image.'),
    hosts: z.array(
      z.strictObject({
        host: z.string(),
        outcome: hostOutcome,
        admittedAt: moment,
        endedAt: moment.optional(),
        ...secondsOfHosts,
      }),
    ),
  })
  .meta({ id: 'RolloutTimeline' });
