import type { Finding } from './finding.ts';
import type { PoolLink } from './pool.ts';

/** What a channel of an image set holds; undefined where the set has no such channel. Handed in from the channels. */
export type HeldIn = (
  imageSet: string,
  channel: string,
) => Promise<{ readonly number: string | undefined } | undefined>;

/** That a rollout by hand goes round the channel of its pool; nothing where it does not, or there is none. */
export async function goneRound(
  { imageSet, channel }: PoolLink,
  number: string,
  heldIn: HeldIn,
): Promise<readonly Finding[]> {
  const held = await heldIn(imageSet, channel);
  if (!held || held.number === number) return [];
  const holds = held.number === undefined ? 'holds nothing' : `holds ${held.number}`;
  const message = `Channel ${channel} of ${imageSet} ${holds}, not ${number}: a rollout by hand asks for no gate and no approval, and the next movement of the channel brings the pool to what that holds.`;
  const remedy = `If that is not meant, promote it: POST /image-sets/${imageSet}/channels/${channel}/promote {"version":"${number}"}.`;
  return [{ code: 'NotOfChannel', message, remedy }];
}
