import { z } from 'zod';
import { FailureAnswer, moment } from '../api/words.ts';
import { status } from './version-answers.ts';

const text = z.string();
const names = z.array(text);

/** What names a version where it is told of beside others. */
export const named = { id: text, imageSet: text, version: text, status };

/** What holds a version: as long as there is one, it is not deleted. */
export const UseAnswer = z
  .strictObject({
    kind: z.enum([
      'channel',
      'rollback-window',
      'host-pool',
      'hosts',
      'rollout',
      'validation',
      'release',
      'version',
      'copy',
    ]),
    name: text,
    message: text,
    until: moment.optional(),
    back: text.optional().describe('The version that a rollback of the channel goes to.'),
  })
  .meta({ id: 'Use' });

/** Who would feel it if a version were gone or bad. */
export const BlastRadiusAnswer = z
  .strictObject({
    channels: names,
    hostPools: names,
    hosts: names.describe('In words, by host pool.'),
    rollouts: names,
    descendants: names.describe('The ids of the versions that were built from it, and from those.'),
  })
  .meta({ id: 'BlastRadius' });

const ChangeAnswer = z
  .strictObject({
    what: text,
    before: z.unknown().optional().describe('Absent where it was not.'),
    after: z.unknown().optional().describe('Absent where it is not any more.'),
  })
  .meta({ id: 'Change' });

/** What is not as it was. */
export const changes = z.array(ChangeAnswer);

/** When the life of a version ends. */
export const endOfLife = z.strictObject({
  date: moment,
  setAt: moment,
  by: text,
  noticedAt: moment.optional().describe('When people were told of this date.'),
  usableUntil: moment.optional().describe('From then on nothing new may begin to use it.'),
  inAzure: z.enum(['the same', 'on its way', 'not brought']),
  waitingFor: text.optional(),
  failure: FailureAnswer.optional(),
});

const count = z.int();

/** How many versions it does what to. */
export const counts = z.strictObject({
  keep: count,
  notice: count,
  deprecate: count,
  delete: count,
  blocked: count,
});

/** What becomes of one version. */
export const retained = z.strictObject({
  version: text,
  status: status.exclude(['running', 'held', 'withdrawing']).or(z.literal('building')),
  action: z.enum(['keep', 'notice', 'deprecate', 'delete', 'blocked']),
  because: names,
  until: moment.optional(),
  outcome: z.enum(['done', 'left']).optional().describe('Absent where nothing was to be done.'),
  why: text.optional().describe('It was left.'),
});
