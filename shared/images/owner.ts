import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { ImageSet, ImageSetEvent, ImageSetPlan } from './image-set.ts';

/** Which image set a gallery image definition belongs to: in a row of its own, so that of two sets one gets it. */
export interface DefinitionOwner {
  readonly set: string;
  readonly at: Instant;
}

export interface DefinitionClaimed {
  readonly type: 'claimed';
  readonly set: string;
  /** The set that had it, and has it no more. */
  readonly instead: string | undefined;
  readonly at: Instant;
}

/** Whoever comes second keeps nothing of what the first has. */
export const definitionOwnerLife: Workflow<DefinitionOwner, DefinitionClaimed, never> = {
  evolve(owner, { set, instead, at }) {
    if (owner && owner.set !== set && owner.set !== instead) return owner;
    return { set, at };
  },
  decide: () => ({}),
  isNews: () => true,
};

interface Parts {
  readonly owners: Engine<DefinitionOwner, DefinitionClaimed, never>;
  readonly sets: Engine<ImageSet, ImageSetEvent, never>;
  readonly setStore: WorkflowStore<ImageSet, ImageSetEvent>;
  readonly now: () => Instant;
}

/** No request lives as long as that: who has claimed a definition and not saved his set by then died in between. */
const claimHoldsSeconds = 600;

/** Makes the definition that the plan names the set's own, before the set says so; refused where it is another's. */
export function definitionOwners({ owners, sets, setStore, now }: Parts) {
  const names = async (set: string, definition: string): Promise<boolean> => {
    const known = await sets.load(set);
    return known !== undefined && definitionOf(known.plan) === definition;
  };
  /** Whether an owner has it still: its set names it, or is about to. */
  const holds = async ({ set, at }: DefinitionOwner, definition: string): Promise<boolean> =>
    secondsAfter(at, claimHoldsSeconds) > now() || (await names(set, definition));
  /** Of sets from before there were owners. */
  const another = async (name: string, definition: string) =>
    (await setStore.loadAll('')).find(
      ({ id, saved }) => id !== name && definitionOf(saved.state.plan) === definition,
    )?.id;
  /** The other set that has it, if there is one. */
  const holder = async (owner: DefinitionOwner | undefined, name: string, definition: string) => {
    if (!owner) return await another(name, definition);
    return owner.set !== name && (await holds(owner, definition)) ? owner.set : undefined;
  };

  return async (name: string, plan: ImageSetPlan): Promise<void> => {
    const definition = definitionOf(plan);
    const id = createHash('sha256').update(definition).digest('hex').slice(0, 24);
    for (;;) {
      const owner = await owners.load(id);
      if (owner?.set === name && (await names(name, definition))) return;
      const other = await holder(owner, name, definition);
      if (other !== undefined) throw taken(plan, other);
      const claim = { type: 'claimed', set: name, instead: owner?.set, at: now() } as const;
      if ((await owners.record(id, () => claim)).state.set === name) return;
    }
  };
}

/** As Azure tells names apart. */
function definitionOf({ subscriptionId, gallery, definition }: ImageSetPlan): string {
  return [subscriptionId, gallery.resourceGroup, gallery.name, definition.name].join('/').toLowerCase();
}

function taken({ gallery, definition }: ImageSetPlan, set: string): AppError {
  const message = `Definition ${definition.name} of gallery ${gallery.name} belongs to image set ${set}: the numbers of two sets would be the same there.`;
  return new AppError('DefinitionTaken', message, { target: 'definition.name' });
}
