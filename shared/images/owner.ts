import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Claims } from '../workflow/claim.ts';
import type { Engine } from '../workflow/engine.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import type { ImageSet, ImageSetEvent, ImageSetPlan } from './image-set.ts';

interface Parts {
  /** To gallery image definitions. */
  readonly claims: Claims;
  readonly sets: Engine<ImageSet, ImageSetEvent, never>;
  readonly setStore: WorkflowStore<ImageSet, ImageSetEvent>;
}

/** Saves a set once the definition that its plan names is its own; refused where that is another set's. */
export function definitionOwners({ claims, sets, setStore }: Parts) {
  const names = async (set: string, definition: string): Promise<boolean> => {
    const known = await sets.load(set);
    return known !== undefined && keyOf(known.plan) === definition;
  };
  const another = async (set: string, definition: string) =>
    (await setStore.loadAll('')).find(({ id, saved }) => id !== set && keyOf(saved.state.plan) === definition)
      ?.id;

  return async <Saved>(name: string, plan: ImageSetPlan, save: () => Promise<Saved>): Promise<Saved> =>
    await claims(name, keyOf(plan), { names, another, taken: (set) => taken(plan, set), save });
}

/** Of the definition, as Azure tells names apart. */
function keyOf({ subscriptionId, gallery, definition }: ImageSetPlan): string {
  const names = [subscriptionId, gallery.resourceGroup, gallery.name, definition.name];
  return createHash('sha256').update(names.join('/').toLowerCase()).digest('hex').slice(0, 24);
}

function taken({ gallery, definition }: ImageSetPlan, set: string): AppError {
  const message = `Definition ${definition.name} of gallery ${gallery.name} belongs to image set ${set}: the numbers of two sets would be the same there.`;
  return new AppError('DefinitionTaken', message, { target: 'definition.name' });
}
