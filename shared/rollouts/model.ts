import type { Model } from './fleet.ts';
import type { PoolLink } from './pool.ts';
import type { Against } from './suited.ts';

/**
 * With any other upgrade policy than `Manual` Azure reimages instances itself once the model names another image, with
 * whoever is on them. Undefined if it does not.
 */
export function upgradesByItself({ kind, upgradePolicy }: Model, link: PoolLink): Against | undefined {
  // Azure tells it of every Uniform scale set; of a Flexible one it need not be stated.
  const isLeftToUs = upgradePolicy === 'Manual' || (upgradePolicy === undefined && kind === 'flexible');
  if (kind === 'stand-alone' || isLeftToUs) return undefined;
  const message = `Scale set ${link.scaleSet?.name} has upgrade policy ${upgradePolicy ?? 'unknown'}: with a new model Azure would reimage hosts that nobody has drained.`;
  return { code: 'UpgradePolicyNotManual', message };
}
