import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { RecipeStep } from './recipe.ts';

/** A recipe as it once was. Kept under its hash, so that what is written twice is the same. */
export interface KeptRecipe {
  readonly recipe: readonly RecipeStep[];
  readonly at: Instant;
}

export interface KeptRecipeEvent {
  readonly type: 'written';
  readonly recipe: readonly RecipeStep[];
  readonly at: Instant;
}

/** A recipe is written once and never changed. */
export const keptRecipeLife: Workflow<KeptRecipe, KeptRecipeEvent, never> = {
  evolve: (kept, { recipe, at }) => kept ?? { recipe, at },
  decide: () => ({}),
  isNews: () => false,
};

/** A recipe is kept once for each set, by what it says. */
export function recipeId(set: string, hash: string): string {
  return `${set}.${hash}`;
}
