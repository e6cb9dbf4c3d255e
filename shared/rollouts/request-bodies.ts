import { z } from 'zod';
import { hostOutcome } from '../api/words.ts';
import { usualExclusionTag } from './exclusion.ts';
import { isTimeZone } from '../local-time.ts';

const text = (most: number) => z.string().trim().min(1).max(most);
const person = text(256).optional();
/** With a time zone, and kept as we write moments. */
const moment = z.iso
  .datetime({ offset: true, error: 'A moment with its time zone, such as 2026-10-17T21:00:00Z.' })
  .transform((text) => new Date(text).toISOString());
const percent = z.int().min(0).max(100);
const resourceGroup = z
  .string()
  .regex(
    /^[-\w.()]{0,89}[-\w()]$/,
    'A resource group name: 1 to 90 letters, digits, - _ . ( ), not ending in a period.',
  );
const region = z
  .string()
  .regex(/^[a-z][a-z0-9]{2,39}$/, 'A region as Azure writes it in ids, such as westeurope.');
const setName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'An image set name: lower-case letters, digits and -.');
const place = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'A hosting place: lower-case letters, digits and -.');
const channel = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'A channel name: lower-case letters, digits and -.');

/** 1 to 40 lower-case letters, digits and `-`: it becomes part of table keys. */
export const PoolName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'A pool name: up to 40 lower-case letters, digits and -, beginning with a letter.',
  );

/** As `startRollout` and `ensureRolledOut` make them. */
export const RolloutId = z
  .string()
  .regex(/^[a-z0-9-]{1,200}$/, 'A rollout id: lower-case letters, digits and -.');

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'A time zone of the IANA database, such as Europe/Berlin.');

const message = z.strictObject({ title: text(100), body: text(1000) });

const sessions = z
  .strictObject({
    message: message.default({
      title: 'This desktop is about to be updated',
      body: 'Please save your work on {host} and log off by {deadline}.',
    }),
    /** Minutes before the end of the grace. */
    reminders: z
      .array(z.int().min(1).max(1439))
      .max(5)
      .refine(
        (steps) => steps.every((step, index) => index === 0 || step < (steps[index - 1] ?? 0)),
        'Minutes before the end of the grace, each fewer than the one before, such as [30, 10, 5].',
      )
      .readonly()
      .default([]),
    /** The message again, if it is not stated. */
    reminder: message.exactOptional(),
    /** Of the users: `{deadline}` is what their clocks show; in UTC, and with that word, if it is not stated. */
    timeZone: timeZone.exactOptional(),
    graceMinutes: z.int().min(0).max(1440).default(15),
    atGraceEnd: z.enum(['log-off', 'wait']).default('log-off'),
    waitHours: z.int().min(0).max(168).default(8),
    disconnected: z.enum(['as-active', 'log-off-early']).default('as-active'),
    disconnectedMinutes: z.int().min(0).max(1440).default(0),
  })
  .refine(({ reminders, graceMinutes }) => reminders.every((step) => step < graceMinutes), {
    path: ['reminders'],
    error: 'A reminder comes after the first message: fewer minutes before the end than graceMinutes.',
  })
  .refine(({ disconnectedMinutes, ...policy }) => disconnectedMinutes <= mostMinutes(policy), {
    path: ['disconnectedMinutes'],
    error: 'No more than active users have: graceMinutes, or waitHours where they may stay.',
  });

function mostMinutes(policy: { graceMinutes: number; atGraceEnd: 'log-off' | 'wait'; waitHours: number }) {
  const { graceMinutes, atGraceEnd, waitHours } = policy;
  return atGraceEnd === 'wait' ? Math.max(graceMinutes, waitHours * 60) : graceMinutes;
}

const healthy = z.strictObject({
  fatalChecks: z
    .array(z.string().regex(/^[A-Za-z]{1,64}$/, 'The name of an AVD health check.'))
    .max(30)
    .default(['DomainJoinedCheck', 'DomainTrustCheck', 'SxSStackListenerCheck']),
  // AVD's own mark of a host that fell silent is five minutes.
  heartbeatMinutes: z.int().min(1).max(60).default(5),
  settleSeconds: z.int().min(60).max(3600).default(60),
});

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day, such as 20:00.');

const window = z.strictObject({
  start: clock,
  end: clock,
  timeZone,
  days: z
    .array(z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']))
    .min(1)
    .max(7),
  outage: z.boolean().default(false),
});

const share = z
  .templateLiteral([z.int(), '%'])
  .refine((share) => /^([1-9]\d?|100)%$/.test(share), 'A share of the hosts, from 1% to 100%.');

const wave = z.strictObject({
  upTo: z.union([z.int().min(1).max(10_000), share]),
  bakeMinutes: z.int().min(0).max(20_160).default(0),
});

const tagName = z
  .string()
  .regex(/^[^<>%&\\?/]{1,128}$/, 'A tag name: up to 128 characters and none of < > % & \\ ? /.');

const policy = z.strictObject({
  maxUnavailable: z.union([z.int().min(1).max(1000), share]).default('20%'),
  drainAhead: z.union([z.int().min(0).max(1000), share]).default('10%'),
  surge: z.union([z.int().min(1).max(1000), share]).exactOptional(),
  surgePrice: z
    .strictObject({
      perHour: z.number().positive().max(10_000),
      currency: z.string().regex(/^[A-Z]{3}$/, 'A currency as ISO 4217 writes it, such as EUR.'),
    })
    .exactOptional(),
  failedHosts: z.enum(['quarantine', 'restore']).default('quarantine'),
  floor: z
    .strictObject({ percent: percent.default(50), headroomPercent: z.int().min(0).max(400).default(20) })
    .prefault({}),
  maxFailed: z.int().min(0).max(1000).default(1),
  sessions: sessions.prefault({}),
  minDrainMinutes: z.int().min(1).max(60).default(2),
  waves: z.array(wave).max(10).default([]),
  windows: z.array(window).max(20).default([]),
  windowTag: tagName.exactOptional(),
  personal: z.strictObject({ eraseDisks: z.literal(true) }).exactOptional(),
  exclusionTag: tagName.default(usualExclusionTag),
  healthy: healthy.prefault({}),
});

const scaleSet = z.strictObject({
  resourceGroup,
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[\w.-]{0,62}[A-Za-z0-9_])?$/,
      'A scale set name: 1 to 64 letters, digits, - _ and periods.',
    ),
});

/** A vault of Azure's public, Chinese, US government or German cloud. */
const secret = z.strictObject({
  secretUri: z
    .string()
    .regex(
      /^https:\/\/[a-z](?:-?[a-z0-9]){2,23}\.vault\.(?:azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)\/secrets\/[a-z0-9-]{1,127}(?:\/[0-9a-f]{32})?\/?$/i,
      'The address of a Key Vault secret, such as https://contoso.vault.azure.net/secrets/name, with or without a version.',
    ),
});

const virtualMachines = z.strictObject({
  resourceGroup,
  adminPassword: secret.exactOptional(),
  /** By the name of the extension: what is kept there are its protected settings, as JSON. */
  extensions: z
    .record(z.string().regex(/^[\w.-]{1,80}$/, 'The name of an extension on the machines.'), secret)
    .exactOptional(),
  /** Machines that are joined to Entra ID are made again under their names only if this is said. */
  entraDevices: z.literal('deleted-by-others').exactOptional(),
});

/** What a team may say of a host pool: where it is, which channel it follows, and how its hosts are updated. */
const pool = z.strictObject({
  subscriptionId: z.guid(),
  resourceGroup,
  hostPool: z
    .string()
    .regex(
      /^[A-Za-z0-9][\w.-]{1,62}[A-Za-z0-9_]$/,
      'A host pool name: 3 to 64 letters, digits, - _ and periods.',
    ),
  scaleSet: scaleSet.exactOptional(),
  virtualMachines: virtualMachines.exactOptional(),
  location: region,
  imageSet: setName,
  channel,
  /** A hosting place of the image set, whose copy of each version the pool uses. */
  place: place.exactOptional(),
  policy: policy.prefault({}),
  by: person,
});

export const DefinePool = pool
  .refine(({ scaleSet, virtualMachines }) => scaleSet === undefined || virtualMachines === undefined, {
    path: ['virtualMachines'],
    error:
      'The machines of a pool are in a scale set or stand alone: state scaleSet or virtualMachines, not both.',
  })
  .refine(({ scaleSet, virtualMachines }) => scaleSet !== undefined || virtualMachines !== undefined, {
    path: ['scaleSet'],
    error: 'State where the machines of the pool are: scaleSet, or virtualMachines for such as stand alone.',
  })
  .refine(({ scaleSet, policy }) => scaleSet === undefined || policy.surge === undefined, {
    path: ['policy', 'surge'],
    error: 'Hosts are added only to machines that stand alone: those of a scale set are reimaged in place.',
  })
  .refine(({ scaleSet, policy }) => scaleSet === undefined || policy.failedHosts !== 'restore', {
    path: ['policy', 'failedHosts'],
    error: 'Only machines that stand alone are made again from the version they came from: say quarantine.',
  })
  .refine(({ policy }) => policy.surgePrice === undefined || policy.surge !== undefined, {
    path: ['policy', 'surgePrice'],
    error: 'The price is of the hosts that are added: state surge, how many those may be.',
  });

const versionNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})$/, 'A version number, such as 1.4.0.');

export const PlanRollout = z.strictObject({ version: versionNumber });

export const StartRollout = z.strictObject({
  version: versionNumber,
  /** Of the plan that was looked at: what is started is that, or nothing. */
  planHash: z
    .string()
    .regex(/^plan(-[0-9a-f]{10}){4}$/, 'The planHash of a plan, as it was answered.')
    .optional(),
  reason: z.string().trim().max(1000).default(''),
  by: person,
});

export const PauseRollout = z.strictObject({
  reason: text(1000),
  /** When the rollout goes on by itself; without it somebody must resume it. */
  until: moment.optional(),
  by: person,
});

export const ResumeRollout = z.strictObject({ by: person });

/** 1 to 64 lower-case letters, digits and `-`. */
export const FreezeId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,63}$/,
    'A freeze name: up to 64 lower-case letters, digits and -, beginning with a letter or digit.',
  );

export const PutFreeze = z.strictObject({
  scope: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('image-set'), name: setName }),
    z.strictObject({ kind: z.literal('host-pool'), name: PoolName }),
  ]),
  reason: text(1000),
  /** Now, if it is not stated. */
  from: moment.optional(),
  until: moment,
  by: person,
});

export const AbortRollout = z.strictObject({ reason: text(1000), by: person });

/** The instance, the name of the machine, or its name in the host pool. */
export const HostName = z
  .string()
  .regex(/^[\w.-]{1,260}$/, 'A host: its instance, its name, or its name in the host pool.');

export const RetryHost = z.strictObject({ reason: z.string().trim().max(1000).default(''), by: person });

export const SkipHost = z.strictObject({ reason: text(1000), by: person });

export const RollBackRollout = z.strictObject({ reason: text(1000), by: person });

/** Which rollouts a list shows; all unless said. */
export const RolloutStatus = z.enum(['running', 'stopping', 'succeeded', 'failed', 'aborted']).optional();
/** Which hosts a list shows; all unless said. */
export const HostOutcome = hostOutcome.optional();
/** Which freezes a list shows; all unless said. */
export const FreezeStatus = z.enum(['planned', 'active', 'over']).optional();
