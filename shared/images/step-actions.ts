import { z } from 'zod';
import type { Download, UpdateCategory } from './recipe.ts';
import { isLinuxPath, isWindowsPath } from './step-paths.ts';
import { download, plainText } from './step-fields.ts';

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

/** The schema of each action, under the name that a step has it by. */
export const actions = {
  script: script.optional(),
  windowsUpdates: windowsUpdates.optional(),
  linuxUpdates: z.strictObject({ securityOnly: z.boolean().default(false) }).optional(),
  install: install.optional(),
  optimise: optimise.optional(),
  restart: restart.optional(),
  file: file.optional(),
};
export type ActionName = keyof typeof actions;
export const actionNames = Object.keys(actions) as ActionName[];
