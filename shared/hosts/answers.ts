import { z } from 'zod';
import { FailureAnswer, hostOutcome, moment, ownWindow } from '../api/words.ts';

const order = { by: z.string(), reason: z.string(), at: moment };
const ends = {
  outcome: hostOutcome,
  why: z.string(),
  code: z.string().optional(),
  endedAt: moment.optional(),
};

/** What a rollout knows of each of its hosts. */
const hostFields = {
  instanceId: z.string(),
  name: z.string(),
  sessionHost: z.string().describe('Its name in the host pool; empty if it is not registered there.'),
  ...ends,
  admittedAt: moment,
  like: z.string().optional().describe('The instance that a host which is added is made after.'),
  for: z.string().optional().describe('The host that takes the place of one that is retired.'),
  from: z.string().optional().describe('The image version that it came from.'),
  keptBy: z.string().optional().describe('The work of an earlier rollout that keeps what its machine is.'),
  ownWindow: ownWindow.optional(),
  skip: z.strictObject(order).optional(),
  again: z.strictObject({ ...order, was: z.strictObject(ends) }).optional(),
  givenBack: z.literal(true).optional(),
  attempt: z.int().optional(),
  goAt: moment.optional(),
  backAt: moment.optional(),
};

const recordFields = {
  ...hostFields,
  task: z.enum(['add', 'retire']).optional(),
  seconds: z.strictObject({
    users: z.number(),
    turn: z.number().optional(),
    azure: z.number(),
    own: z.number(),
  }),
};

/** What the rollout knows of a host by itself; its users are told of where its hosts are listed. */
const HostRecordAnswer = z.strictObject(recordFields).meta({ id: 'HostRecord' });

/** What becomes of a host that somebody decided on; without one it is on no record yet. */
export const HostOrderAnswer = z
  .strictObject({ rollout: z.string(), host: HostRecordAnswer.optional() })
  .meta({ id: 'HostOrder' });

const someone = { session: z.string(), user: z.string(), at: moment };
const confirmed = z.boolean().describe('False if nobody knows whether the message arrived.');

const users = {
  told: z.array(
    z.strictObject({
      ...someone,
      confirmed,
      reminded: z
        .array(z.strictObject({ at: moment, confirmed, minutes: z.number() }))
        .optional()
        .describe('By the minutes before the end of the grace.'),
    }),
  ),
  loggedOff: z.array(z.strictObject({ ...someone, disconnectedSince: moment.optional() })),
};

/** What the work on a host adds to what its rollout knows, as `hostView` shows it. */
const workFields = {
  status: z.enum(['running', 'putting-back', 'done', 'put-back', 'deferred', 'failed', 'quarantined']),
  stage: z
    .enum([
      'exclude',
      'drain',
      'empty',
      'turn',
      'reimage',
      'remove',
      'create',
      'equip',
      'register',
      'verify',
      'return',
    ])
    .optional(),
  since: moment.optional(),
  waitingFor: z.string().optional(),
  nextLookAt: moment.optional(),
  failure: FailureAnswer.optional(),
  ...users,
  way: z.enum(['uniform', 'flexible', 'stand-alone']),
  task: z.enum(['update', 'add', 'retire']),
  reimagedAt: moment.optional().describe('Since then it has its new disk, or is a new machine.'),
  blueprintKeptAt: moment.optional(),
  goOn: z.string().optional().describe('What to do where its machine is gone or half made.'),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      host: z.string(),
      outcome: z.enum(['passed', 'failed', 'inconclusive']),
      evidence: z.string(),
    }),
  ),
  seconds: z
    .strictObject({ users: z.number(), turn: z.number(), azure: z.number(), own: z.number() })
    .describe('Whose time it took.'),
};

/** A host of a rollout, as `hostView` shows it: of what no work has begun on, the record is all there is. */
export const HostAnswer = z
  .union([z.strictObject({ ...hostFields, ...workFields }), z.strictObject({ ...recordFields, ...users })])
  .meta({ id: 'Host' });
