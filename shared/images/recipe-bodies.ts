import { createHash } from 'node:crypto';
import { z } from 'zod';
import { customiseMinutes, type RecipeStep } from './recipe.ts';
import { Step } from './step-body.ts';

const mostSteps = 50;
/** A version's state holds its recipe beside everything else, and Table Storage holds 1 MB a row. */
const mostCharacters = 100_000;
const mostHours = 48;

/** The steps of a recipe as people write them; what is left out is filled in. */
export const Recipe = z
  .array(Step)
  .max(mostSteps, `A recipe has at most ${mostSteps} steps.`)
  .superRefine((steps, context) => {
    steps.forEach(({ name }, index) => {
      if (steps.findIndex((step) => step.name === name) === index) return;
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} is named twice.` });
    });
    const { length } = JSON.stringify(steps);
    if (length > mostCharacters) {
      const message = `The recipe has ${length} characters, and may have ${mostCharacters}: put long scripts where the build VM can download them, and give their uri and sha256.`;
      context.addIssue({ code: 'custom', path: [], message });
    }
    const hours = Math.ceil(customiseMinutes(steps) / 60);
    if (hours > mostHours) {
      const message = `With every try, round and restart the recipe may take ${hours} hours, and at most ${mostHours} are allowed: shorten time-outs, or have fewer retries and rounds.`;
      context.addIssue({ code: 'custom', path: [], message });
    }
  });

/** The same for the same steps, in whatever order their fields are written. */
export function recipeHash(recipe: readonly RecipeStep[]): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(recipe)))
    .digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => canonical(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, canonical(field)]));
}
