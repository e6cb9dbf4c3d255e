import { z } from 'zod';
import type { Action, Download, RecipeStep, UpdateCategory } from './recipe.ts';
import { byParameter, download, isSecretName, plainText, SecretRef } from './step-fields.ts';

const longestScript = 32_000;
const tooLong = `An inline script has at most ${longestScript} characters: put a longer one where the build VM can download it, and give its uri and sha256.`;

const categories = [
  'security',
  'critical',
  'update-rollups',
  'updates',
  'definition',
  'service-packs',
  'feature-packs',
] as const satisfies readonly UpdateCategory[];

const optimizations = [
  'All',
  'WindowsMediaPlayer',
  'AppxPackages',
  'ScheduledTasks',
  'DefaultUserSettings',
  'LocalPolicy',
  'Autologgers',
  'Services',
  'NetworkOptimizations',
  'DiskCleanup',
] as const;

const inline = plainText(longestScript, tooLong).min(1, 'A script, or its uri and sha256.');
const downloaded = z.strictObject(download);

// A union would say no more than that neither fits; which one is meant is seen from the value.
const script = z
  .union([z.string(), z.looseObject({})], 'A script as text, or its uri and sha256.')
  .transform((value, context): string | Download => {
    const result = typeof value === 'string' ? inline.safeParse(value) : downloaded.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      context.addIssue(issue as Parameters<typeof context.addIssue>[0]);
    return z.NEVER;
  });

const windowsUpdates = z.strictObject({
  categories: z
    .array(z.enum(categories, `One of ${categories.join(', ')}.`))
    .min(1, 'At least one kind of updates.')
    .default(['security', 'critical', 'update-rollups', 'updates', 'definition']),
  exclude: z
    .array(z.string().regex(/^KB\d{6,8}$/i, 'The number of a knowledge base article, such as KB5031455.'))
    .max(100, 'At most 100 articles.')
    .default([]),
  includePreviews: z.boolean().default(false),
  maxRounds: z.int('A whole number.').min(1, 'At least one round.').max(10, 'At most 10 rounds.').default(5),
});

const install = z
  .strictObject({
    ...download,
    kind: z.enum(['msi', 'exe', 'msix'], 'One of msi, exe, msix.'),
    arguments: plainText(4000)
      .refine((text) => !/[\r\n]/.test(text), 'Arguments stand on one line.')
      .default(''),
  })
  .superRefine(({ kind, arguments: given }, context) => {
    const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['arguments'], message });
    if (kind === 'exe' && given.trim() === '') {
      wrong('Say what makes the installer silent, such as /S: nobody is there to answer its questions.');
    }
    if (kind === 'msix' && given !== '') wrong('A msix package takes no arguments.');
    if (/\/forcerestart\b/i.test(given))
      wrong('A restart would cut off the step: allow exit code 3010 instead.');
  });

const optimise = z.strictObject({
  commit: z
    .string()
    .regex(
      /^[0-9a-f]{40}$/,
      'A commit of the Virtual Desktop Optimization Tool: 40 lower-case hexadecimal digits.',
    ),
  sha256: download.sha256,
  optimizations: z
    .array(z.enum(optimizations, `One of ${optimizations.join(', ')}.`))
    .min(1, 'At least one optimisation, or All.')
    .default(['All']),
});

const restart = z.strictObject({
  waitMinutes: z
    .int('A whole number.')
    .min(5, 'At least 5 minutes.')
    .max(120, 'At most 120 minutes.')
    .default(30),
});

const file = z.strictObject({
  ...download,
  destination: z
    .string()
    .max(255, 'At most 255 characters.')
    .refine(
      (path) => isWindowsPath(path) || isLinuxPath(path),
      'The whole path of the file, such as C:\\Program Files\\App\\app.config or /etc/app.conf.',
    ),
});

const actions = {
  script: script.optional(),
  windowsUpdates: windowsUpdates.optional(),
  linuxUpdates: z.strictObject({ securityOnly: z.boolean().default(false) }).optional(),
  install: install.optional(),
  optimise: optimise.optional(),
  restart: restart.optional(),
  file: file.optional(),
};
type ActionName = keyof typeof actions;
const actionNames = Object.keys(actions) as ActionName[];

const parameters = byParameter(plainText(4000)).optional();
const secretParameters = byParameter(SecretRef).optional();

/** One step: exactly one action, and how it may go. */
export const Step = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A step name: up to 40 lower-case letters, digits and -.'),
    ...actions,
    parameters,
    secretParameters,
    timeoutMinutes: z
      .int('A whole number.')
      .min(1, 'At least one minute.')
      .max(240, 'At most 240 minutes: split what takes longer.')
      .optional(),
    allowedExitCodes: z
      .array(z.int('A whole number.'))
      .min(1, 'At least one exit code, such as 0.')
      .max(20, 'At most 20 exit codes.')
      .optional(),
    retries: z.int('A whole number.').min(0, '0 to 5 retries.').max(5, '0 to 5 retries.').optional(),
    runAs: z
      .strictObject({
        user: z.string().regex(/^(?:[\w.-]{1,64}\\)?[\w.@-]{1,64}$/, 'The name of a user of the build VM.'),
        password: SecretRef,
      })
      .optional(),
  })
  .superRefine((step, context) => {
    for (const { path, message } of misuse(step)) context.addIssue({ code: 'custom', path, message });
  })
  .transform(stepOf);

type Written = {
  readonly [field in ActionName]?: z.output<(typeof actions)[field]>;
} & {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly secretParameters?: Readonly<Record<string, { readonly secretUri: string }>> | undefined;
  readonly timeoutMinutes?: number | undefined;
  readonly allowedExitCodes?: readonly number[] | undefined;
  readonly retries?: number | undefined;
  readonly runAs?: { readonly user: string; readonly password: { readonly secretUri: string } } | undefined;
};

interface Misuse {
  readonly path: string[];
  readonly message: string;
}

function misuse(step: Written): Misuse[] {
  const named = actionNames.filter((name) => step[name] !== undefined);
  const [action, second] = named;
  if (action === undefined) {
    return [{ path: [], message: `A step has one of ${actionNames.join(', ')}.` }];
  }
  if (second !== undefined) {
    return [{ path: [second], message: `A step has one action, and this one has ${named.join(' and ')}.` }];
  }
  return [...unusable(step, action), ...confused(step)];
}

/** Fields that mean nothing to the action. */
function unusable(step: Written, action: ActionName): Misuse[] {
  const takes = {
    parameters: action === 'script',
    secretParameters: action === 'script',
    runAs: action === 'script' || action === 'install' || action === 'file',
    timeoutMinutes: action !== 'restart',
    allowedExitCodes: action === 'script' || action === 'install',
    retries: action !== 'restart',
  };
  const instead: Readonly<Record<string, string>> = { 'restart.timeoutMinutes': ': use restart.waitMinutes' };
  return (Object.keys(takes) as (keyof typeof takes)[])
    .filter((field) => step[field] !== undefined && !takes[field])
    .map((field) => ({
      path: [field],
      message: `A step with ${action} has no ${field}${instead[`${action}.${field}`] ?? ''}.`,
    }));
}

/** Parameters that hide each other, and plain ones that are called secrets. */
function confused({ parameters: plain = {}, secretParameters: secret = {} }: Written): Misuse[] {
  const names = Object.keys(plain);
  const key = (name: string) => name.toLowerCase();
  const known = new Set(names.map(key));
  const both = Object.keys(secret).filter((name) => known.has(key(name)));
  const secrets = Object.keys(secret).map(key);
  const twice = names.filter((name, index) => names.findIndex((other) => key(other) === key(name)) !== index);
  const again = Object.keys(secret).filter((name, index) => secrets.indexOf(key(name)) !== index);
  return [
    ...both.map((name) => ({
      path: ['secretParameters', name],
      message: `${name} is a plain parameter too: it can be one only, whatever the case of its letters.`,
    })),
    ...twice.map((name) => ({ path: ['parameters', name], message: `${name} is named twice.` })),
    ...again.map((name) => ({ path: ['secretParameters', name], message: `${name} is named twice.` })),
    ...names.filter(isSecretName).map((name) => ({
      path: ['parameters', name],
      message: `${name} is called a secret, and parameters are kept and shown: make it a secret parameter.`,
    })),
  ];
}

const minutes = {
  script: 60,
  windowsUpdates: 180,
  linuxUpdates: 120,
  install: 60,
  optimise: 60,
  file: 15,
} as const;

function stepOf(step: Written): RecipeStep {
  const { name, timeoutMinutes, allowedExitCodes, retries = 0, runAs } = step;
  const action = actionOf(step);
  const kind = actionNames.find((one) => one in action) ?? 'script';
  const wait = 'restart' in action ? action.restart.waitMinutes : minutes[kind as keyof typeof minutes];
  return {
    name,
    ...action,
    timeoutMinutes: timeoutMinutes ?? wait,
    allowedExitCodes: allowedExitCodes ?? ('install' in action ? [0, 3010, 1641] : [0]),
    retries,
    ...(runAs && { runAs }),
  };
}

function actionOf(step: Written): Action {
  const { script: text, parameters: plain = {}, secretParameters: secret = {} } = step;
  if (text !== undefined) return { script: text, parameters: plain, secretParameters: secret };
  for (const name of actionNames) {
    const value = step[name];
    if (value !== undefined) return { [name]: value } as unknown as Action;
  }
  throw new Error(`step ${step.name} has no action, which was refused before`);
}

/** A whole Windows path without what Windows forbids in names, and without ways up. */
export function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:(?:\\(?!\.{1,2}(?:\\|$))[^\\/:*?"<>|\p{Cc}]+)+$/u.test(path);
}

export function isLinuxPath(path: string): boolean {
  return /^(?:\/(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+)+$/u.test(path);
}
