import { z } from 'zod';
import { isInside } from '../public-address.ts';
import { avdHealthChecks, type CheckPlan, metrics, ownHealthChecks } from './gate.ts';
import { scriptOf } from './scripts/script-of.ts';

const text = (most: number) => z.string().trim().min(1).max(most);
const person = text(256).optional();
const minutes = (least: number, most: number) => z.int().min(least).max(most);
const percent = z.number().min(0).max(100);

/** The name of a check: it becomes part of the names of scripts in Azure. */
export const CheckName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'A check name: up to 40 lower-case letters, digits and -, beginning with a letter.',
  );
export const ChannelName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'A channel name: lower-case letters, digits and -.');
export const ValidationId = z
  .string()
  .regex(/^[a-z0-9.-]{1,160}$/, 'A validation id, such as win11-avd.1.4.0.test.1.');

const version = z.string().regex(/^\d{1,9}(\.\d{1,9}){0,3}$/, 'A version in numbers, such as 1.0.8431.1500.');
const named = { name: CheckName, required: z.boolean().default(true) };
const onHosts = {
  hosts: z.union([z.int().min(1).max(50), z.literal('all')]).exactOptional(),
  timeoutMinutes: minutes(1, 120).default(10),
};

const Health = z
  .strictObject({
    ...named,
    kind: z.literal('health'),
    which: z.enum([...ownHealthChecks, ...avdHealthChecks]),
    heartbeatMinutes: minutes(1, 60).exactOptional(),
    minVersion: version.exactOptional(),
  })
  .superRefine(({ which, heartbeatMinutes, minVersion }, context) => {
    const wrong = (path: string, of: string) =>
      context.addIssue({ code: 'custom', path: [path], message: `Only of the health check ${of}.` });
    if (heartbeatMinutes !== undefined && which !== 'Heartbeat') wrong('heartbeatMinutes', 'Heartbeat');
    if (minVersion !== undefined && which !== 'Agent') wrong('minVersion', 'Agent');
  });

const Script = z
  .strictObject({
    text: z.string().min(1).max(20_000),
    reads: z.enum(['number', 'exitCode']),
    max: z.number().exactOptional(),
    min: z.number().exactOptional(),
    equals: z.number().exactOptional(),
    unit: text(20).exactOptional(),
  })
  .refine(({ max, min, equals }) => (max ?? min ?? equals) !== undefined, {
    path: ['max'],
    message: 'A script needs a threshold: max, min or equals.',
  })
  .refine(({ max = Infinity, min = -Infinity, equals = min }) => min <= equals && equals <= max, {
    path: ['max'],
    message: 'No number is within max, min and equals at once.',
  });

const probes = {
  signIn: z
    .strictObject({
      maxSeconds: z.number().positive().max(3600).default(30),
      last: z.int().min(1).max(100).default(5),
      waitMinutes: minutes(0, 180).default(30),
    })
    .exactOptional(),
  cpu: z.strictObject({ maxPercent: percent, seconds: z.int().min(5).max(600).default(60) }).exactOptional(),
  memory: z.strictObject({ maxMb: z.int().min(1).max(10_000_000) }).exactOptional(),
  processes: z.strictObject({ absent: z.array(text(100)).min(1).max(50) }).exactOptional(),
  applications: z
    .strictObject({
      present: z
        .array(z.strictObject({ name: text(100), minVersion: version.exactOptional() }))
        .min(1)
        .max(50),
    })
    .exactOptional(),
  script: Script.exactOptional(),
};
const probeNames = Object.keys(probes) as (keyof typeof probes)[];

const probe = z.strictObject({ ...named, kind: z.literal('probe'), ...onHosts, ...probes });
const Probe = probe
  .superRefine((probe, context) => {
    if (probeNames.filter((name) => probe[name] !== undefined).length === 1) return;
    context.addIssue({
      code: 'custom',
      path: ['kind'],
      message: `A probe is exactly one of ${probeNames.join(', ')}.`,
    });
  })
  .transform(({ name, required, kind, hosts, timeoutMinutes, ...probe }) => {
    // Somebody signs in somewhere: where, nobody knows beforehand.
    const usually = probe.signIn ? ('all' as const) : 1;
    return { name, required, kind, hosts: hosts ?? usually, timeoutMinutes, probe };
  });

const compare = z.strictObject({
  ...named,
  kind: z.literal('compare'),
  metric: z.enum(metrics),
  tolerancePercent: z.number().min(0).max(1000).default(20),
  allowed: z.array(text(100)).max(100).default([]),
  ...onHosts,
});
const Compare = compare
  .refine(({ metric, allowed }) => metric === 'packages' || allowed.length === 0, {
    path: ['allowed'],
    message: 'Only of the metric packages.',
  })
  .transform(({ hosts, ...compare }) => ({
    ...compare,
    hosts: hosts ?? (compare.metric === 'signInSeconds' ? ('all' as const) : 1),
  }));

const External = z
  .strictObject({
    ...named,
    kind: z.literal('external'),
    url: z
      .url({ protocol: /^https$/, error: 'An address that begins with https://.' })
      .max(1000)
      .refine(
        (url) => !/[?#@]/.test(url),
        'An address without query and account: no key belongs into a gate.',
      )
      .refine(
        (url) => !isInside(url),
        'An address out in the world: this one is of this machine or a private network.',
      )
      .exactOptional(),
    report: z.boolean().default(true),
  })
  .refine(({ url, report }) => report || url !== undefined, {
    path: ['url'],
    message: 'A check that waits for no report needs a url, whose answer says how it went.',
  });

/** The fields of each kind of check, for who shows them. */
export const fieldsOf = {
  health: Health.shape,
  probe: probe.shape,
  compare: compare.shape,
  external: External.shape,
};

const AnyCheck = z.discriminatedUnion('kind', [Health, Probe, Compare, External]);

/** What the script of a check may take: its time-out, and what it waits for by itself. */
function minutesOf(check: z.infer<typeof AnyCheck>): number {
  if (!('timeoutMinutes' in check)) return 0;
  // A probe that was refused already is not made into one.
  if (check.kind === 'probe' && !Object.hasOwn(check, 'probe')) return 0;
  return check.timeoutMinutes + Math.ceil(scriptOf(check as unknown as CheckPlan)?.minutes ?? 0);
}

const mostOnHosts = 15;

/** The checks of a channel; what is left out is filled in. */
export const PutGate = z
  .strictObject({
    checks: z.array(AnyCheck).min(1).max(30),
    minutes: minutes(5, 7 * 24 * 60).default(360),
    allowNoHosts: z.boolean().default(false),
    by: person,
  })
  .superRefine(({ checks, minutes: whole }, context) => {
    const once = (field: 'name' | 'which', of: readonly (string | undefined)[]) => {
      of.forEach((value, index) => {
        if (value === undefined || of.indexOf(value) === index) return;
        context.addIssue({
          code: 'custom',
          path: ['checks', index, field],
          message: `${value} is named twice.`,
        });
      });
    };
    once(
      'name',
      checks.map(({ name }) => name),
    );
    once(
      'which',
      checks.map((check) => (check.kind === 'health' ? check.which : undefined)),
    );
    checks.forEach((check, index) => {
      const needs = minutesOf(check);
      if (needs <= whole) return;
      const message = `${check.name} alone may take ${needs} minutes, the whole run ${whole}.`;
      context.addIssue({ code: 'custom', path: ['checks', index, 'timeoutMinutes'], message });
    });
    const running = checks.filter(
      (one) => one.kind === 'probe' || (one.kind === 'compare' && one.metric !== 'imageSizeGb'),
    );
    if (running.length <= mostOnHosts) return;
    // Azure keeps 25 managed run commands on a machine, and others need some.
    const message = `At most ${mostOnHosts} checks may run scripts on hosts.`;
    context.addIssue({ code: 'custom', path: ['checks'], message });
  });

export const Validate = z.strictObject({ channel: ChannelName, by: person });
export const CancelValidation = z.strictObject({ reason: text(1000), by: person });
export const AskLink = z.strictObject({ by: person });

/** What the other system says of its check. */
export const Report = z.strictObject({
  outcome: z.enum(['passed', 'failed', 'inconclusive']),
  evidence: text(2000),
  measured: z.number().exactOptional(),
  unit: text(20).exactOptional(),
});

/** Which runs a list shows; all unless said. */
export const ValidationStatus = z
  .enum(['running', 'passed', 'failed', 'inconclusive', 'canceled'])
  .optional();
