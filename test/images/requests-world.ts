import { type Version, type VersionEvent, versionLife } from '../../shared/images/image.ts';
import { type ImageSet, type ImageSetEvent, imageSetLife } from '../../shared/images/image-set.ts';
import { type Leftover, type LeftoverEvent, leftoverLife } from '../../shared/images/leftover.ts';
import {
  type KeptRecipe,
  type KeptRecipeEvent,
  keptRecipeLife,
} from '../../shared/images/recipe-revision.ts';
import { listsOfSets, listsOfVersions } from '../../shared/images/lists.ts';
import { imageRequests } from '../../shared/images/requests.ts';
import type { Use } from '../../shared/images/use.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { claimsIn } from '../../shared/workflow/claim.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { noon } from './versions.ts';

/** `dyingOnce`: the process ends right before it first saves a version. */
export function openImages({ dyingOnce = false } = {}) {
  let at = noon;
  const now = () => at;
  const wake = async () => {};
  const due = memoryRows();
  const setRows = memoryRows();
  const setStore = new WorkflowStore<ImageSet, ImageSetEvent>('image-set', setRows, due, listsOfSets);
  const rows = memoryRows();
  let isDying = dyingOnce;
  const write: Rows['write'] = async (...given) => {
    if (isDying) {
      isDying = false;
      throw new Error('died here');
    }
    await rows.write(...given);
  };
  const versionStore = new WorkflowStore<Version, VersionEvent>(
    'version',
    { ...rows, write },
    due,
    listsOfVersions,
  );
  const idle = async () => await Promise.reject(new Error('nothing is looked at here'));
  const sets = new Engine({ workflow: imageSetLife, store: setStore, perform: idle, wake, now });
  const versions = new Engine({ workflow: versionLife, store: versionStore, perform: idle, wake, now });
  const recipeStore = new WorkflowStore<KeptRecipe, KeptRecipeEvent>('recipe', memoryRows(), due);
  const recipes = new Engine({ workflow: keptRecipeLife, store: recipeStore, perform: idle, wake, now });
  const leftoverStore = new WorkflowStore<Leftover, LeftoverEvent>('leftover', memoryRows(), due);
  const leftovers = new Engine({ workflow: leftoverLife, store: leftoverStore, perform: idle, wake, now });
  const uses: Use[] = [];
  const held = new Map<string, string>();
  const images = imageRequests({
    sets,
    setStore,
    claims: claimsIn({ kind: 'definition', rows: memoryRows(), due, now }),
    recipes,
    leftovers,
    leftoverStore,
    versions,
    versionStore,
    usedBy: async () => uses,
    heldIn: async (_, channel) => held.get(channel),
    now,
  });
  return {
    ...images,
    uses,
    held,
    setRows,
    pass: (hours: number) => {
      at = minutesAfter(at, hours * 60);
    },
    tell: versions,
    left: async () => (await images.leftovers()).value,
    leftovers,
  };
}
