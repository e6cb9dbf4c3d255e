import { counted } from '../counted.ts';
import type { z } from 'zod';
import { noteRepeat } from '../correlation.ts';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { asKey, type Named, refuseReuse } from '../repeats.ts';
import type { Claims } from '../workflow/claim.ts';
import type { Engine, Once } from '../workflow/engine.ts';
import type { Asked, AskedByTime } from '../workflow/page.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import {
  canBeCanceled,
  canBeRetried,
  type Version,
  type VersionCommand,
  type VersionEvent,
} from './image.ts';
import {
  type Given,
  type ImageSet,
  type ImageSetEvent,
  type ImageSetPlan,
  isRepeatable,
  issuedTo,
} from './image-set.ts';
import type { Decide, RequestVersion, Retry } from './request-bodies.ts';
import { defining } from './define.ts';
import { definitionOwners } from './owner.ts';
import type { Waiver } from './inspection.ts';
import type { Leftover, LeftoverCommand, LeftoverEvent } from './leftover.ts';
import {
  type LeftoverFilter,
  pageOfLeftovers,
  pageOfSets,
  pageOfVersions,
  type SetFilter,
  type VersionFilter,
} from './lists.ts';
import { leftoverId } from './reap.ts';
import type { RecipeStep } from './recipe.ts';
import { recipeHash } from './recipe-bodies.ts';
import { inspectionMisfits, recipeMisfits } from './recipe-fit.ts';
import { type KeptRecipe, type KeptRecipeEvent, recipeId } from './recipe-revision.ts';
import { shelfRequests } from './shelf-requests.ts';
import { somebody } from './somebody.ts';
import { versionId } from './stage.ts';
import type { UsedBy } from './use.ts';
import { isVersionNumber, nextNumber } from './version-number.ts';

interface Parts {
  readonly sets: Engine<ImageSet, ImageSetEvent, never>;
  readonly setStore: WorkflowStore<ImageSet, ImageSetEvent>;
  /** To gallery image definitions. */
  readonly claims: Claims;
  readonly recipes: Engine<KeptRecipe, KeptRecipeEvent, never>;
  readonly leftovers: Engine<Leftover, LeftoverEvent, LeftoverCommand>;
  readonly leftoverStore: WorkflowStore<Leftover, LeftoverEvent>;
  readonly versions: Engine<Version, VersionEvent, VersionCommand>;
  readonly versionStore: WorkflowStore<Version, VersionEvent>;
  readonly usedBy: UsedBy;
  /** The number of the version that a channel holds, if it holds one. */
  readonly heldIn: (set: string, channel: string) => Promise<string | undefined>;
  readonly now: () => Instant;
}

/** The fact that this request was given a number; refused where it asks for one that is not to be had. */
function issue(
  set: ImageSet,
  { id: request, body }: Named,
  { bump, number }: z.infer<typeof RequestVersion>,
  at: Instant,
): ImageSetEvent {
  if (bump !== undefined && set.plan.numbering === 'calendar') {
    const message = 'This image set numbers its versions by the calendar: leave bump out.';
    throw new AppError('ValidationFailed', message, { target: 'bump' });
  }
  const wish = number === undefined ? { bump: bump ?? 'minor' } : { number };
  const isNew = issuedTo(set, request, at) === undefined;
  if (isNew && nextNumber(set.numbers, set.plan.numbering, wish, at) === undefined) {
    const { highest = 'none' } = set.numbers;
    const message = `${number ?? 'The next number'} cannot be issued; the highest so far is ${highest}.`;
    throw new AppError('NumberTaken', message, { target: number === undefined ? 'bump' : 'number' });
  }
  return { type: 'number-issued', request, wish, at, ...(body !== undefined && { body }) };
}

/** A request is given a number once, for as long as it may be repeated. */
function askedOnce(request: string, at: Instant): Once<ImageSet> {
  return {
    name: asKey(request),
    keeps: (set) => JSON.stringify(issuedTo(set, request, at)),
    counts: (kept) => isRepeatable(JSON.parse(kept) as Given, at),
  };
}

/** The recipe that a set has was held against its operating system; one that it once had may be of another. */
function refuseMisfits(
  { definition }: ImageSetPlan,
  recipe: readonly RecipeStep[] = [],
  waivers: readonly Waiver[] = [],
): void {
  const { osType } = definition;
  const [step] = recipeMisfits(osType, recipe);
  if (step) throw new AppError('ValidationFailed', step.message, { target: 'recipe' });
  const [waiver] = inspectionMisfits(osType, { rules: {}, waivers });
  if (waiver) throw new AppError('ValidationFailed', waiver.message, { target: waiver.path.join('.') });
}

function refuseChannel({ channels }: ImageSetPlan, upTo: string | undefined): void {
  if (upTo === undefined || channels.includes(upTo)) return;
  const message = `${upTo} is none of the channels of this image set: ${channels.join(', ')}.`;
  throw new AppError('ValidationFailed', message, { target: 'upTo' });
}

/** The set's own plan, unless the request wants another recipe or waives something: then one of its own. */
function planFor(
  plan: ImageSetPlan,
  recipe: readonly RecipeStep[] | undefined,
  waivers: readonly Waiver[],
): ImageSetPlan {
  if (!recipe && waivers.length === 0) return plan;
  const { inspection } = plan;
  const waived = { ...inspection, waivers: [...inspection.waivers, ...waivers] };
  return { ...plan, recipe: recipe ?? plan.recipe, inspection: waived };
}

const noSet = (name: string) => new AppError('NotFound', `There is no image set ${name}.`, { target: name });

/** What people may ask of image sets and versions. A refusal is an `AppError`; the rest is the engine's work. */
export function imageRequests(parts: Parts) {
  const { sets, setStore, recipes, leftovers, leftoverStore, versions, versionStore, now } = parts;
  const setNamed = async (name: string): Promise<ImageSet> => {
    const set = await sets.load(name);
    if (!set) throw noSet(name);
    return set;
  };
  const recipeOf = async (name: string, set: ImageSet, revision: number) => {
    const hash = set.recipes[revision - 1]?.hash;
    if (hash === undefined) {
      const message = `Image set ${name} has ${counted(set.recipes.length, 'recipe')}; ${revision} is none of them.`;
      throw new AppError('NotFound', message, { target: 'recipe' });
    }
    const kept = await recipes.load(recipeId(name, hash));
    if (!kept) throw new Error(`${name} names recipe ${hash}, and it was never written`);
    return kept.recipe;
  };
  const versionOf = async (set: string, number: string): Promise<Version> => {
    const found = isVersionNumber(number) ? await versions.load(versionId({ set, number })) : undefined;
    if (!found)
      throw new AppError('NotFound', `Image set ${set} has no version ${number}.`, { target: number });
    return found;
  };
  /** Tells the version what a person said, after asking whether it can be said now. */
  const tell = async (
    version: Version,
    refusal: (now: Version) => string | undefined,
    event: VersionEvent,
  ) => {
    const { state } = await versions.record(versionId(version), (current) => {
      const why = refusal(current ?? version);
      if (why !== undefined) throw new AppError('InvalidPhase', why, { target: version.number });
      return event;
    });
    return state;
  };
  return {
    define: defining({ ...parts, own: definitionOwners(parts) }),

    set: setNamed,

    sets: async (asked: Asked = {}, filter: SetFilter = {}) => await pageOfSets(setStore, filter, asked),

    async recipe(name: string, revision: number) {
      const set = await setNamed(name);
      return { ...set.recipes[revision - 1], revision, recipe: await recipeOf(name, set, revision) };
    },

    /**
     * Issues a number and starts the version. `named` names this request: asking again with the same name
     * finds the same version, whatever died in between.
     */
    async request(name: string, named: Named | string, asked: z.infer<typeof RequestVersion>) {
      const { recipe: revision, waivers, priority, notes, release, upTo, by } = asked;
      const request = typeof named === 'string' ? { id: named } : named;
      const older = revision === undefined ? undefined : await recipeOf(name, await setNamed(name), revision);
      const at = now();
      const toEvent = (set: ImageSet | undefined) => {
        if (!set) throw noSet(name);
        refuseReuse(request, issuedTo(set, request.id, at));
        refuseMisfits(set.plan, older, waivers);
        refuseChannel(set.plan, upTo);
        return issue(set, request, asked, at);
      };
      // What has no key is never asked again.
      const canRepeat = typeof named === 'string' || named.body !== undefined;
      const how = canRepeat ? { once: askedOnce(request.id, at) } : {};
      const { state: set, changed, earlier } = await sets.record(name, toEvent, how);
      if (!changed) noteRepeat();
      const given = earlier === undefined ? issuedTo(set, request.id, at) : (JSON.parse(earlier) as Given);
      refuseReuse(request, given);
      if (!given) throw new Error(`${name} issued no number for ${request.id}`);
      const { number } = given;
      const id = versionId({ set: name, number });
      const event: VersionEvent = {
        type: 'requested',
        set: name,
        number,
        // Plan and recipe are those of one moment: the set may have changed while the request was on its way.
        plan: planFor(set.plan, older, waivers),
        recipe: revision === undefined || !older ? set.recipe : { revision, hash: recipeHash(older) },
        priority,
        by: somebody(by),
        notes,
        ...(release && { release: upTo === undefined ? {} : { upTo } }),
        at: now(),
      };
      return (await versions.record(id, () => event, { isNew: changed })).state;
    },

    leftovers: async (asked: Asked = {}, filter: LeftoverFilter = {}) =>
      await pageOfLeftovers(leftoverStore, filter, asked),

    version: versionOf,
    ...shelfRequests({
      ...parts,
      versionOf,
      all: async () => (await versionStore.loadAll('')).map(({ saved }) => saved.state),
    }),

    async versions(name: string, asked: AskedByTime = {}, filter: VersionFilter = {}) {
      await setNamed(name);
      return await pageOfVersions(versionStore, name, filter, asked);
    },

    async cancel(set: string, number: string, { by, reason }: z.infer<typeof Decide>) {
      const refusal = (version: Version) =>
        canBeCanceled(version)
          ? undefined
          : `Version ${number} is ${version.phase}; it can no longer be canceled.`;
      const event = { type: 'canceled', by: somebody(by), reason, at: now() } as const;
      return await tell(await versionOf(set, number), refusal, event);
    },

    async retry(set: string, number: string, { by, fromStage, waivers }: z.infer<typeof Retry>) {
      const version = await versionOf(set, number);
      refuseMisfits(version.plan, [], waivers);
      const from = fromStage ?? canBeRetried(version).at(-1) ?? 'resolve';
      const leftover = leftoverId(versionId(version), version.facts.attempt ?? 1);
      const left = await leftovers.load(leftover);
      if (left && left.goneAt === undefined && version.facts.imageVersionId === undefined) {
        // The next attempt has a bench of its own, but the same number in the gallery, which may be what is left.
        // What was captured needs no bench. Whoever asks has perhaps removed what kept it.
        await leftovers.record(leftover, () => ({ type: 'hurried', at: now() }));
        const message = `What version ${number} left behind has to go first, and is tried again now: ${left.why}`;
        throw new AppError('InvalidPhase', message, { target: number });
      }
      const refusal = (current: Version) => {
        const possible = canBeRetried(current);
        if (possible.includes(from)) return undefined;
        return possible.length > 0
          ? `Version ${number} is ${current.phase} and can be retried from ${possible.join(', ')}.`
          : `Version ${number} is ${current.phase} and cannot be retried.`;
      };
      return await tell(version, refusal, {
        type: 'retried',
        by: somebody(by),
        from,
        waivers,
        at: now(),
      });
    },
  };
}
