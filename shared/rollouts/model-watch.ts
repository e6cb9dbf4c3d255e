import { type Instant, secondsAfter } from '../instant.ts';
import type { Look, Settled } from '../workflow/look.ts';
import type { Facts } from './course.ts';
import type { Fleets } from './fleet.ts';
import { told } from './hold.ts';
import type { Rollout } from './rollout.ts';
import { fleetOf, running } from './stage.ts';
import type { Reason } from './waves.ts';

/** Azure counts every call, and who changes a scale set's model beside us does so once. */
const everySeconds = 300;

type Watched = { readonly at: Instant } | Settled<Facts>;

/**
 * Whether the scale set's model still names the version: what is reimaged gets what it names. If somebody else
 * changed it the rollout pauses by itself, because whoever it was may have meant it; to resume prepares anew.
 */
export async function watchModel(
  fleets: Pick<Fleets, 'model'>,
  look: Look<Rollout>,
  { isAnew }: { readonly isAnew: boolean },
): Promise<Watched> {
  const { work: rollout, now } = look;
  const { link, version, facts } = rollout;
  const { modelReadAt } = facts;
  if (link.scaleSet === undefined) return { at: now };
  if (!isAnew && modelReadAt !== undefined && now < secondsAfter(modelReadAt, everySeconds))
    return { at: modelReadAt };
  const model = await fleets.model(fleetOf(link));
  const isOurs = !model || model.imageVersionId.toLowerCase() === version.imageVersionId.toLowerCase();
  if (isOurs) return { at: now };
  const modelChanged = { names: model.imageVersionId || 'no gallery version', at: now };
  const reason = changedBy(modelChanged, link.scaleSet.name);
  const news = `paused: ${reason.message}`;
  return running(reason.message, 0, { facts: { ...told(look, reason).facts, modelChanged }, news });
}

function changedBy({ names }: NonNullable<Facts['modelChanged']>, scaleSet: string): Reason {
  const message = `somebody else changed the model of scale set ${scaleSet}: it names ${names} now; its activity log says who`;
  return { code: 'ModelChanged', message, detail: { names, scaleSet } };
}
