import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { mayPut, type Precondition } from '../precondition.ts';
import type { Engine } from '../workflow/engine.ts';
import { endOfLifeRefusal } from './definition-body.ts';
import { type ImageSet, type ImageSetEvent, imageSetLife, immutableChanges } from './image-set.ts';
import type { definitionOwners } from './owner.ts';
import { recipeHash } from './recipe-bodies.ts';
import { type KeptRecipe, type KeptRecipeEvent, recipeId } from './recipe-revision.ts';
import type { DefineImageSet } from './request-bodies.ts';
import { somebody } from './somebody.ts';

interface Parts {
  readonly sets: Engine<ImageSet, ImageSetEvent, never>;
  readonly recipes: Engine<KeptRecipe, KeptRecipeEvent, never>;
  readonly own: ReturnType<typeof definitionOwners>;
  /** The number of the version that a channel holds, if it holds one. */
  readonly heldIn: (set: string, channel: string) => Promise<string | undefined>;
  readonly now: () => Instant;
}

/** Makes or changes an image set. What Azure fixes at creation is refused once a version was requested. */
export function defining({ sets, recipes, own, heldIn, now }: Parts) {
  /** A channel that holds a version is not forgotten: its hosts run that. */
  const refuseLosing = async (name: string, channels: readonly string[]) => {
    const before = (await sets.load(name))?.plan.channels ?? [];
    for (const channel of before.filter((one) => !channels.includes(one))) {
      const held = await heldIn(name, channel);
      if (held === undefined) continue;
      const message = `Channel ${channel} holds ${held} and stays: its host pools are on it.`;
      throw new AppError('InvalidPhase', message, { target: 'channels' });
    }
  };

  return async (name: string, body: z.infer<typeof DefineImageSet>, onlyIf?: Precondition) => {
    const { by, ...plan } = body;
    const over = endOfLifeRefusal(plan.definition, now());
    if (over !== undefined) {
      throw new AppError('ValidationFailed', over, { target: 'definition.endOfLifeDate' });
    }
    await refuseLosing(name, plan.channels);
    const hash = recipeHash(plan.recipe);
    const judged = (set: ImageSet | undefined): ImageSetEvent => {
      const changed = set?.numbers.highest === undefined ? [] : immutableChanges(set.plan, plan);
      if (changed.length > 0) {
        const message = `${changed.join(', ')} cannot change once a version was requested.`;
        throw new AppError('ImmutableField', message, { target: changed[0] ?? 'definition' });
      }
      const said = { recipeHash: hash, by: somebody(by), at: now() };
      const event: ImageSetEvent = { type: 'defined', plan, ...said };
      mayPut(`Image set ${name}`, set, onlyIf, imageSetLife.evolve(set, event) === set);
      return event;
    };
    // Who is refused by what is known already claims nothing.
    judged(await sets.load(name));
    return await own(name, plan, async () => {
      // The recipe first: a revision that a set names can then always be read.
      const written = { type: 'written', recipe: plan.recipe, at: now() } as const;
      await recipes.record(recipeId(name, hash), () => written);
      let created = false;
      const { state } = await sets.record(name, (set) => {
        created = set === undefined;
        return judged(set);
      });
      return { set: state, created };
    });
  };
}
