import { z } from 'zod';
import { listOf } from '../api/lists.ts';
import { FailureAnswer, moment } from '../api/words.ts';
import { Definition } from './definition-body.ts';
import { BlastRadiusAnswer, changes, counts, endOfLife, named, retained, UseAnswer } from './keep-answers.ts';
import { dataDisks, ResolvedSourceAnswer, source } from './plan-answers.ts';
import { recipe } from './recipe-answers.ts';
import { DefineImageSet } from './request-bodies.ts';
import { FindingAnswer, recall, region, requested, standing, status, step } from './version-answers.ts';

const text = z.string();
const names = z.array(text);
const version = z.strictObject(named);
const isPossible = z.boolean().describe('Whether that can be asked for now.');
const { by: _, ...asked } = DefineImageSet.shape;

/** An image set, as `imageSetView` shows it. */
export const ImageSetAnswer = z
  .strictObject({
    name: z.string(),
    ...asked,
    definition: z.strictObject({ ...Definition.shape, endOfLifeDate: moment.optional() }),
    source: z.strictObject(source),
    dataDisks,
    recipe,
    retention: asked.retention.unwrap().optional(),
    revision: z.int().describe('Its ETag.'),
    createdAt: moment,
    changedAt: moment,
    latestVersion: z.string().optional().describe('The highest number that was ever issued.'),
    recipeRevision: z
      .strictObject({ revision: z.int(), hash: z.string(), of: z.int().describe('So many there are.') })
      .describe('Which of its recipes `recipe` is.'),
  })
  .meta({ id: 'ImageSet' });

/** A recipe that a set has or had. */
export const RecipeRevisionAnswer = z
  .strictObject({
    revision: z.int(),
    hash: z.string().describe('The same for the same steps.'),
    by: z.string(),
    at: moment,
    recipe,
  })
  .meta({ id: 'RecipeRevision' });

/** A version, as `versionView` shows it. */
export const VersionAnswer = z
  .strictObject({
    id: text.describe('Of the version: its set and its number.'),
    imageSet: text,
    version: text,
    status,
    ...standing,
    requested,
    notes: text,
    description: text.optional(),
    source: z.strictObject({ ...source, resolved: ResolvedSourceAnswer.optional() }),
    attempt: z.int().describe('Counts the builds from the source.'),
    steps: z.array(step).describe('Of the recipe, those that are done.'),
    stepsTotal: z.int(),
    inspection: z.array(FindingAnswer),
    regions: z.record(text, region).describe('By their names, once it is replicated.'),
    channels: names.describe('Those that hold it.'),
    release: text.optional().describe('The id of its release.'),
    imageVersionId: text.optional().describe('The resource id in the gallery, once it is there.'),
    leftovers: names.optional().describe('The ids of what could not be taken away so far.'),
    notCleanedUp: FailureAnswer.optional(),
    promotedAt: moment.optional(),
    recall: recall.optional(),
    deleteRefused: FailureAnswer.extend({ at: moment }).optional(),
    canBeCanceled: isPossible,
    canBeRetriedFrom: names.describe('The stages that a retry can begin from now.'),
    canBeRevoked: isPossible,
    canBeDeleted: isPossible,
  })
  .meta({ id: 'Version' });

const youCan = names.describe('What somebody can do about it, each with the exact call.');

/** A version that is revoked: who has it at this moment, and the ways back. */
export const RevokedAnswer = VersionAnswer.extend({
  usedBy: z.array(UseAnswer),
  blastRadius: BlastRadiusAnswer,
  youCan,
}).meta({ id: 'RevokedVersion' });

/** Why a version is or is not moving. */
export const ExplainedVersionAnswer = z
  .strictObject({
    id: text,
    imageSet: text,
    version: text,
    status,
    stage: text.optional(),
    movement: z
      .enum(['moving', 'waiting', 'blocked', 'over'])
      .describe('Waiting ends by itself; blocked ends when somebody decides.'),
    since: moment,
    because: z.array(z.strictObject({ code: text, message: text, remedy: text.optional() })),
    nextCheck: moment.optional(),
    until: moment.optional(),
    youCan,
  })
  .meta({ id: 'ExplainedVersion' });

/** What an attempt of a version could not take away; it is tried until it is gone. */
export const LeftoverAnswer = z
  .strictObject({
    version: text.describe('The id of the version.'),
    imageSet: text,
    attempt: z.int(),
    since: moment,
    left: names.describe('The resource ids of what was there when last looked.'),
    why: text,
    tries: z.int(),
    nextTryAt: moment,
  })
  .meta({ id: 'Leftover' });

/** What holds a version, whom it would hit, and the calls by which each could let go of it. */
export const UsageAnswer = z
  .strictObject({
    ...named,
    imageVersionId: text.optional(),
    isInUse: z.boolean(),
    uses: z.array(UseAnswer),
    copies: z.array(UseAnswer).describe('They go with it when it is deleted.'),
    builtFromIt: z.array(version),
    blastRadius: BlastRadiusAnswer,
    youCan,
  })
  .meta({ id: 'VersionUsage' });

/** Where a version comes from, and what came of it. */
export const AncestryAnswer = z
  .strictObject({
    ...named,
    generation: z
      .int()
      .describe('How often it was built and generalised, from what Microsoft or a disk gave.'),
    warnings: z.array(z.strictObject({ code: text, message: text })),
    ancestors: z
      .array(
        z.strictObject({
          source: text,
          kind: text,
          version: version.optional().describe('Where it is one of ours.'),
        }),
      )
      .describe('Nearest first.'),
    descendants: z.array(version.extend({ distance: z.int() })).describe('Nearest first.'),
  })
  .meta({ id: 'VersionAncestry' });

/** What changed from one version to another. */
export const DiffAnswer = z
  .strictObject({
    id: text,
    version: text,
    base: text.describe('The number of the version that it is compared with.'),
    isBuiltFromBase: z.boolean(),
    summary: text,
    source: changes,
    recipe: changes,
    plan: changes,
    regions: changes,
    findings: changes,
    measured: changes.describe('Seconds: never quite the same.'),
    notes: changes,
  })
  .meta({ id: 'VersionDiff' });

/** What people wrote of a version, and when its life ends. */
export const WrittenAnswer = z
  .strictObject({
    ...named,
    notes: text,
    description: text,
    written: z.strictObject({ by: text, at: moment }),
    endOfLife: endOfLife.optional(),
  })
  .meta({ id: 'VersionNotes' });

/** What retention makes of a set: what it would do, or what it did. */
export const RetentionAnswer = z
  .strictObject({
    imageSet: text,
    at: moment,
    isDryRun: z.boolean(),
    policy: DefineImageSet.shape.retention.unwrap(),
    summary: counts,
    versions: z.array(retained).describe('Those in the gallery, newest first.'),
  })
  .meta({ id: 'Retention' });

const isForAvd = z.boolean().describe('Whether Azure Virtual Desktop can use something of it.');
const poolType = z.enum(['pooled', 'personal']);

/** Of publishers, and of the offers of one. */
export const ShelfAnswer = listOf(z.strictObject({ name: z.string(), isForAvd })).meta({
  id: 'MarketplaceShelf',
});

/** The SKUs of an offer; what is known of one that Azure Virtual Desktop can use. */
export const SkusAnswer = listOf(
  z.strictObject({
    name: z.string(),
    isForAvd,
    operatingSystem: z.string().optional(),
    release: z.string().optional().describe('Such as 24h2, or the year of a server.'),
    isMultiSession: z.boolean().optional(),
    hasMicrosoft365: z.boolean().optional(),
    suits: z.array(poolType).optional(),
    recommendedFor: z
      .array(poolType)
      .describe('The host pools for which it is the one to take, unless something speaks for another.'),
  }),
).meta({ id: 'MarketplaceSkus' });

/** The versions of a SKU, newest first. */
export const MarketplaceVersionsAnswer = listOf(
  z.strictObject({ name: z.string(), isLatest: z.boolean() }),
).meta({ id: 'MarketplaceVersions' });
