import { z } from 'zod';
import { moment } from '../api/words.ts';
import { fieldsOf, ValidationId } from './request-bodies.ts';

const onHosts = { hosts: z.union([z.int(), z.literal('all')]) };

/** A gate, as `gateView` shows it; without `by` it is the one of a channel that was never given one. */
export const GateAnswer = z
  .strictObject({
    revision: z.int().describe('Its ETag.'),
    minutes: z.int(),
    allowNoHosts: z.boolean(),
    checks: z.array(
      z.discriminatedUnion('kind', [
        z.strictObject(fieldsOf.health),
        z.strictObject({ ...fieldsOf.probe, ...onHosts }),
        z.strictObject({ ...fieldsOf.compare, ...onHosts }),
        z.strictObject(fieldsOf.external),
      ]),
    ),
    by: z.string().optional(),
    changedAt: moment.optional(),
  })
  .meta({ id: 'Gate' });

const CheckAnswer = z.strictObject({
  name: z.string(),
  kind: z.enum(['health', 'probe', 'compare', 'external']),
  required: z.boolean(),
  state: z.enum(['pending', 'running', 'passed', 'failed', 'inconclusive', 'errored', 'skipped']),
  evidence: z.string(),
  measured: z.number().optional(),
  unit: z.string().optional(),
  threshold: z.string().optional(),
  since: moment,
  hosts: z
    .array(
      z.strictObject({
        host: z.string(),
        state: z.enum(['to start', 'starting', 'running', 'over', 'cleared']),
        outcome: z.enum(['measured', 'inconclusive', 'errored']).optional(),
        evidence: z.string().optional(),
        measured: z.number().optional(),
        leftBehind: z.literal(true).optional().describe('Its script could not be taken away.'),
      }),
    )
    .optional(),
  items: z.array(z.string()).optional(),
  links: z.array(z.strictObject({ at: moment, by: z.string() })).optional(),
  call: z.enum(['to be made', 'being made', 'heard', 'not heard']).optional(),
});

/** A run of a gate, as `validationView` shows it. */
export const ValidationAnswer = z
  .strictObject({
    id: ValidationId,
    status: z.enum(['running', 'passed', 'failed', 'inconclusive', 'canceled']),
    imageSet: z.string(),
    version: z.string(),
    channel: z.string(),
    attempt: z.int(),
    by: z.string(),
    previous: z.string().optional().describe('The version that it is compared with.'),
    since: moment,
    deadline: moment,
    endedAt: moment.optional(),
    waitingFor: z.string().optional(),
    nextLookAt: moment.optional(),
    gateRevision: z.int(),
    canceledBy: z.string().optional(),
    reason: z.string().optional(),
    clearing: z.string().optional(),
    checks: z.array(CheckAnswer),
  })
  .meta({ id: 'Validation' });

/** The only answer in which the link is; it is shown once. */
export const LinkAnswer = z.strictObject({ reportTo: z.url(), until: moment }).meta({ id: 'Link' });

export const HeardAnswer = z
  .strictObject({
    heard: z.literal(true),
    imageSet: z.string(),
    version: z.string(),
    channel: z.string(),
  })
  .meta({ id: 'Heard' });
