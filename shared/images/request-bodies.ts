import { z } from 'zod';
import { Definition, moment } from './definition-body.ts';
import { type Stage, stages, type Version } from './image.ts';
import { defaultRetention } from './image-set.ts';
import { InspectionPolicy, Waiver } from './inspection-body.ts';
import { Recipe } from './recipe-bodies.ts';
import { inspectionMisfits, recipeMisfits } from './recipe-fit.ts';
import { DataDisks, SourceBody } from './source-bodies.ts';
import { sourceRefusals } from './source-refusals.ts';
import { isVersionNumber } from './version-number.ts';

const azureName = (pattern: RegExp, what: string) => z.string().regex(pattern, what);
const resourceGroup = azureName(
  /^[-\w.()]{0,89}[-\w()]$/,
  'A resource group name: 1 to 90 letters, digits, - _ . ( ), not ending in a period.',
);
export const Region = azureName(
  /^[a-z][a-z0-9]{2,39}$/,
  'A region as Azure writes it in ids, such as westeurope.',
);
export const SubscriptionId = z.guid('The id of a subscription.');
const text = (most: number) => z.string().trim().min(1).max(most);
const person = text(256).optional();

const Bench = z.strictObject({
  resourceGroup,
  location: Region,
  vmSize: text(64),
  subnetId: azureName(
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
    'The resource id of a subnet.',
  ),
  maxBuilds: z.int().min(1).max(100).default(2),
  log: z
    .strictObject({
      containerUri: azureName(
        /^https:\/\/[a-z0-9]{3,24}\.blob\.[a-z0-9.-]+\/[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
        'The address of a container without a query: https://<account>.blob.core.windows.net/<container>. The identity writes to it, not a signature.',
      ),
      identityId: azureName(
        /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
        'The resource id of a user-assigned identity.',
      ),
      identityClientId: z.guid('The client id of that identity.'),
    })
    .exactOptional(),
});

// `constructor` is what every object has.
const channelName = azureName(
  /^(?!constructor$)[a-z][a-z0-9-]{0,39}$/,
  'A channel name: up to 40 lower-case letters, digits and -, and not the word constructor.',
);

const TargetRegions = z
  .array(
    z.strictObject({
      name: Region,
      replicas: z.int().min(1).max(100).default(1),
      storageType: z.enum(['Standard_LRS', 'Standard_ZRS', 'Premium_LRS']).default('Standard_LRS'),
      required: z.boolean().default(true),
    }),
  )
  .min(1)
  .max(50);

/** No number of days is 0: what is noticed or deprecated today is never over today. */
const Retention = z
  .strictObject({
    keepLast: z.int().min(1).max(1000).default(defaultRetention.keepLast),
    keepDays: z.int().min(1).max(3650).default(defaultRetention.keepDays),
    endOfLifeNoticeDays: z.int().min(1).max(365).default(defaultRetention.endOfLifeNoticeDays),
    deleteDeprecatedAfterDays: z.int().min(1).max(365).default(defaultRetention.deleteDeprecatedAfterDays),
    enabled: z.boolean().default(defaultRetention.enabled),
  })
  .default(defaultRetention);

/** What a team may say of an image set. Limits are Azure's (resource names, 100 replicas a version). */
export const DefineImageSet = z
  .strictObject({
    subscriptionId: SubscriptionId,
    gallery: z.strictObject({
      resourceGroup,
      name: azureName(
        /^[A-Za-z0-9](?:[\w.]{0,78}[A-Za-z0-9])?$/,
        'A gallery name: 1 to 80 letters, digits, _ and ., beginning and ending with a letter or digit.',
      ),
      location: Region,
    }),
    definition: Definition,
    source: SourceBody,
    dataDisks: DataDisks.default([]),
    recipe: Recipe,
    numbering: z.enum(['semantic', 'calendar']).default('semantic'),
    inspection: InspectionPolicy.default({ rules: {}, waivers: [] }),
    bench: Bench,
    regions: TargetRegions,
    replicationMode: z.enum(['Full', 'Shallow']).default('Full'),
    endOfLifeDays: z.int().min(1).max(3650).exactOptional(),
    channels: z.array(channelName).min(1).max(10).default(['test', 'production']),
    retention: Retention,
    by: person,
  })
  .superRefine((set, context) => {
    const refuse = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const named = { regions: set.regions.map(({ name }) => name), channels: set.channels };
    for (const [path, names] of Object.entries(named)) {
      const again = names.find((name, at) => names.indexOf(name) !== at);
      if (again !== undefined) refuse([path], `${again} is named twice.`);
    }
    // Azure's "Shallow": the version refers to its source where that lies, and is copied nowhere.
    const elsewhere = set.regions.find(({ name }) => name !== set.bench.location);
    if (set.replicationMode === 'Shallow' && elsewhere) {
      refuse(
        ['regions'],
        `Shallow is for ${set.bench.location} alone, where it is built: ${elsewhere.name} needs Full.`,
      );
    }
    const source = set.regions.findIndex(({ name }) => name === set.bench.location);
    if (set.regions[source]?.required === false) {
      const why = `${set.bench.location} is where it is built: no version is without it.`;
      refuse(['regions', source, 'required'], why);
    }
    const copied = set.regions.findIndex(({ replicas }) => replicas > 1);
    if (set.replicationMode === 'Shallow' && copied !== -1) {
      refuse(['regions', copied, 'replicas'], 'Shallow has one replica.');
    }
    const { osType } = set.definition;
    for (const [path, message] of sourceRefusals(set)) refuse(path, message);
    for (const { path, message } of recipeMisfits(osType, set.recipe)) refuse(['recipe', ...path], message);
    for (const { path, message } of inspectionMisfits(osType, set.inspection)) {
      refuse(['inspection', ...path], message);
    }
  });

const waivers = z.array(Waiver).max(50).default([]);

export const RequestVersion = z
  .strictObject({
    /** Which part of the number goes up; minor unless said. */
    bump: z.enum(['major', 'minor', 'patch']).exactOptional(),
    /** The number itself, where it matters. */
    number: z
      .string()
      .refine(isVersionNumber, 'Three numbers, such as 1.4.0, each up to 2147483647.')
      .exactOptional(),
    /** A revision of the recipe; the newest unless said. */
    recipe: z.int().min(1).exactOptional(),
    waivers,
    priority: z.enum(['high', 'normal', 'low']).default('normal'),
    notes: z.string().max(4000).default(''),
    /** Whether it goes through the channels by itself once it is built, as their policies say. */
    release: z.boolean().default(true),
    /** The last channel that it goes to; unless said, the last of the set. */
    upTo: text(40).exactOptional(),
    by: person,
  })
  .refine(({ release, upTo }) => release || upTo === undefined, {
    path: ['upTo'],
    error: 'Without a release it goes to no channel.',
  })
  .refine(({ bump, number }) => bump === undefined || number === undefined, {
    path: ['number'],
    error: 'Either the number itself or which part of it goes up.',
  });
export const Decide = z.strictObject({ reason: text(1000), by: person });
export const Revoke = z.strictObject({
  reason: text(1000),
  /** Whether every channel that holds it is rolled back. */
  rollback: z.boolean().default(false),
  by: person,
});
export const Delete = z.strictObject({ reason: text(1000).default('no longer wanted'), by: person });
/** What people write of a version, and when its life ends; what is not said stays as it is. */
export const PatchVersion = z
  .strictObject({
    notes: z.string().max(4000).exactOptional(),
    description: z.string().max(4000).exactOptional(),
    endOfLifeDate: moment.exactOptional(),
    by: person,
  })
  .refine(({ notes, description, endOfLifeDate }) => (notes ?? description ?? endOfLifeDate) !== undefined, {
    path: ['notes'],
    error: 'Say notes, description, endOfLifeDate, or several of them.',
  });
export const RunRetention = z.strictObject({ by: person });
export const Retry = z.strictObject({
  fromStage: z.enum(Object.keys(stages) as [Stage, ...Stage[]]).optional(),
  waivers,
  by: person,
});

/** Which versions of a set a list shows; all unless said. */
export const VersionStatus = z
  .enum([
    'running',
    'held',
    'withdrawing',
    'failed',
    'canceled',
    'available',
    'promoted',
    'superseded',
    'deprecated',
    'revoked',
    'deleting',
    'deleted',
  ] satisfies Version['phase'][])
  .optional();

/** A version by its number, where one is said. */
export const VersionNumber = z.string().refine(isVersionNumber, 'Three numbers, such as 1.4.0.').optional();

/** 1 to 40 lower-case letters, digits and `-`: it becomes part of Azure names and of table keys. */
export const SetName = azureName(
  /^[a-z][a-z0-9-]{0,39}$/,
  'An image set name: up to 40 lower-case letters, digits and -, beginning with a letter.',
);
export const Revision = azureName(/^[1-9]\d{0,5}$/, 'The revision of a recipe: 1 or more.');

/** As the marketplace names publishers, offers and SKUs. */
export const MarketplaceName = azureName(/^[\w.-]{1,128}$/, 'A name of the marketplace.');
/** Whether a list shows also what Azure Virtual Desktop cannot use. */
export const All = z.enum(['true', 'false']).default('false');

/** Of which operating system the image sets are that a list shows; of any unless said. */
export const OsType = Definition.shape.osType.optional();
