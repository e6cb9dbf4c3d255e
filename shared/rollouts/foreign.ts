import type { Instant } from '../instant.ts';
import type { HostView } from './capacity.ts';
import type { Facts, Foreign } from './course.ts';
import type { Records } from './hosts.ts';
import type { HostRecord } from './waves.ts';

/** The images of the hosts as the rollout finds them, in few words: most are on the same. */
export function foundOn(views: readonly HostView[]): NonNullable<Facts['foundOn']> {
  const counts = new Map<string, number>();
  for (const view of views) counts.set(imageOf(view), (counts.get(imageOf(view)) ?? 0) + 1);
  const [[most] = ['']] = [...counts].toSorted(([, a], [, b]) => b - a);
  const others = views.filter((view) => imageOf(view) !== most);
  return { most, others: Object.fromEntries(others.map((view) => [view.instanceId, imageOf(view)])) };
}

function imageOf({ imageVersionId = '' }: HostView): string {
  return imageVersionId.toLowerCase();
}

/** Hosts that are on another image than they were found on, or brought to, and nobody here changed that. */
export function foreignUpdates(
  { foundOn: found, sessionsBefore, foreign = {} }: Facts,
  views: readonly HostView[],
  records: Records,
  { wantedOn, now }: { readonly wantedOn: (instanceId: string) => string; readonly now: Instant },
): Readonly<Record<string, Foreign>> {
  if (!found) return {};
  const updates: Record<string, Foreign> = {};
  for (const view of views) {
    const { instanceId, name } = view;
    const record = records[instanceId];
    // One that came since may be on anything.
    if (sessionsBefore?.[instanceId] === undefined || isAnything(view, record)) continue;
    const isBrought = record?.outcome === 'done';
    const expected = isBrought ? wantedOn(instanceId).toLowerCase() : imageBefore(found, instanceId);
    const on = imageOf(view);
    if (on === expected || foreign[instanceId]?.on === on) continue;
    updates[instanceId] = { name, on, at: now };
  }
  return updates;
}

function imageBefore({ most, others }: NonNullable<Facts['foundOn']>, instanceId: string): string {
  return others[instanceId] ?? most;
}

/** Worked on, or worked on before to no good end. */
function isAnything(view: HostView, record: HostRecord | undefined): boolean {
  const { standing } = view;
  return (
    standing === 'in-flight' || standing === 'lost' || record?.again !== undefined || imageOf(view) === ''
  );
}

/** For people: the number of a gallery version, without the way there. */
export function shortOf(imageVersionId: string): string {
  return imageVersionId.slice(imageVersionId.lastIndexOf('/') + 1);
}
