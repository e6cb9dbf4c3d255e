import { failure } from '../../shared/errors.ts';
import { type Copy, type CopyEvent, copyLife } from '../../shared/sharing/copy.ts';
import type { PlaceEvent, PlacePlan } from '../../shared/sharing/place.ts';
import type { VersionStanding } from '../../shared/sharing/stage.ts';

export const noon = '2026-01-05T12:00:00.000Z';
export const originalId =
  '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/galleries/gal/images/win11/versions/1.0.0';

export const copyPlan: PlacePlan = {
  how: 'copy',
  gallery: { subscriptionId: 's2', resourceGroup: 'rg-there', gallery: 'gal_there', definition: 'win11' },
  location: 'westeurope',
  regions: [
    { name: 'westeurope', replicas: 1, storageType: 'Standard_LRS' },
    { name: 'northeurope', replicas: 1, storageType: 'Standard_LRS' },
  ],
};
export const grantPlan: PlacePlan = {
  how: 'grant',
  gallery: { subscriptionId: 's1', resourceGroup: 'rg', gallery: 'gal' },
  subscriptionId: 's3',
  grantee: { kind: 'Subscriptions', id: 's3' },
};
export const refused = failure('AzureRefused', 'no such resource group');

export const available: VersionStanding = {
  versionId: 'win11.1.0.0',
  imageVersionId: originalId,
  status: 'available',
};

export const wanted = (plan: PlacePlan, anew = false): CopyEvent => ({
  type: 'wanted',
  set: 'win11',
  number: '1.0.0',
  place: 'there',
  versionId: 'win11.1.0.0',
  originalId,
  plan,
  anew,
  by: 'ana',
  at: noon,
});
export const put = (plan: PlacePlan): PlaceEvent => ({
  type: 'put',
  set: 'win11',
  name: 'there',
  plan,
  by: 'ana',
  at: noon,
});

interface Standing {
  readonly standing: { readonly stage: string; readonly look: number };
}

/** An answer to the look that the state waits for; to one that it does not, where it waits for none. */
function answer(state: object | undefined) {
  const { stage, look } =
    state && 'standing' in state ? (state as Standing).standing : { stage: 'copy', look: 0 };
  return { stage: stage as never, look, at: noon };
}

export const answers = {
  done: (state: object | undefined) => ({ type: 'stage-done', ...answer(state) }) as const,
  fails: (state: object | undefined) =>
    ({ type: 'stage-failed', ...answer(state), failure: refused }) as const,
  overdue: (state: object | undefined) =>
    ({ type: 'stage-overdue', ...answer(state), failure: refused }) as const,
  waits: (state: object | undefined) => ({ type: 'stage-running', ...answer(state), lookAt: noon }) as const,
  'is refused for now': (state: object | undefined) =>
    ({ type: 'stage-troubled', ...answer(state), failure: refused, lookAt: noon }) as const,
  intends: (state: object | undefined) =>
    ({
      type: 'stage-intended',
      ...answer(state),
      intent: { attempt: 1, at: noon, what: 'copy', before: 'absent' },
    }) as const,
  'old news': (state: object | undefined) => {
    const told = answer(state);
    return { type: 'stage-done', ...told, look: told.look - 1 } as const;
  },
};

type Told = (copy: Copy | undefined) => CopyEvent;
/** The copy after these, one after the other. */
export function copyAfter(...story: Told[]): Copy {
  const copy = story.reduce<Copy | undefined>(
    (state, told) => copyLife.evolve(state, told(state)),
    undefined,
  );
  if (!copy) throw new Error('it was wanted');
  return copy;
}

const { done, fails } = answers;
const unwanted = (): CopyEvent => ({ type: 'unwanted', by: 'ana', reason: 'it is over', at: noon });
const begun = () => wanted(copyPlan);
/** A copy in every state it can be in. */
export const copies = {
  grant: copyAfter(() => wanted(grantPlan)),
  place: copyAfter(begun),
  copy: copyAfter(begun, done),
  replicate: copyAfter(begun, done, done),
  completed: copyAfter(begun, done, done, done),
  failed: copyAfter(begun, fails),
  remove: copyAfter(begun, unwanted),
  unremoved: copyAfter(begun, unwanted, fails),
  removed: copyAfter(begun, unwanted, done),
};

export const told: Readonly<Record<string, Told>> = {
  ...answers,
  'is wanted': begun,
  'is retried': () => wanted(copyPlan, true),
  'is unwanted': unwanted,
  'is stopped': () => ({ type: 'stopped', failure: refused, at: noon }),
};

/** What a copy is called in tables. */
export function label(copy: Copy | undefined): string {
  if (copy?.phase === 'failed') return copy.stage === 'remove' ? 'unremoved' : 'failed';
  return copy && 'standing' in copy ? copy.standing.stage : (copy?.phase ?? 'none');
}
