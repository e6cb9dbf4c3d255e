import type { Lists } from '../workflow/lists.ts';
import { type Asked, type AskedByTime, type Page, pageIn, pageOf } from '../workflow/page.ts';
import type { Kept, WorkflowStore } from '../workflow/store.ts';
import type { ImageSet, ImageSetEvent } from './image-set.ts';
import type { Version, VersionEvent } from './image.ts';
import type { Leftover, LeftoverEvent } from './leftover.ts';

/** Image sets by name. */
export const listsOfSets: Lists<ImageSet> = { order: 'by-id' };

/** The versions of each set, by when they were asked for: the order of their numbers too. */
export const listsOfVersions: Lists<Version> = { order: 'by-time', names: (_, { set }) => [set] };

/** Which image sets somebody wants to see. */
export interface SetFilter {
  readonly osType?: ImageSet['plan']['definition']['osType'] | undefined;
}

/** A page of image sets, by name. */
export async function pageOfSets(
  store: WorkflowStore<ImageSet, ImageSetEvent>,
  { osType }: SetFilter,
  asked: Asked,
): Promise<Page<{ readonly name: string; readonly set: ImageSet }>> {
  const where = ({ saved: { state } }: Kept<ImageSet>) =>
    osType === undefined || state.plan.definition.osType === osType;
  return pageOf(await store.page({ ...asked, where }), ({ id, saved }) => ({ name: id, set: saved.state }));
}

/** Which versions of a set somebody wants to see. */
export interface VersionFilter {
  readonly status?: Version['phase'] | undefined;
}

/** A page of the versions of a set. */
export async function pageOfVersions(
  store: WorkflowStore<Version, VersionEvent>,
  set: string,
  { status }: VersionFilter,
  asked: AskedByTime,
): Promise<Page<Version>> {
  const where = status === undefined ? undefined : ({ saved }: Kept<Version>) => saved.state.phase === status;
  return pageOf(await store.page({ ...asked, list: set, where }), ({ saved }) => saved.state);
}

/** Which leftovers somebody wants to see. */
export interface LeftoverFilter {
  readonly imageSet?: string | undefined;
}

/** A page of what is left. All of it is under way, for the reaper never gives up: so it is found however much is gone. */
export async function pageOfLeftovers(
  store: WorkflowStore<Leftover, LeftoverEvent>,
  { imageSet }: LeftoverFilter,
  asked: Asked,
): Promise<Page<Leftover>> {
  const left = (await store.underWay()).filter(
    ({ saved: { state } }) => imageSet === undefined || state.remains.set === imageSet,
  );
  return pageOf(
    pageIn(left, ({ id }) => id, asked),
    ({ saved }) => saved.state,
  );
}
