import { createHash } from 'node:crypto';
import type { ImageVersionRef } from './gallery.ts';
import type { Version } from './image.ts';
import type { MachineRef } from './machine.ts';
import { versionId } from './stage.ts';

/** The names of what a version makes in Azure: made of its id, so that asking twice finds the first. */

export function benchMachine(version: Version): MachineRef {
  const { subscriptionId, bench } = version.plan;
  const { attempt = 1 } = version.facts;
  // Each attempt has a bench of its own: what is left of the one before is never taken for this one's.
  const nth = attempt === 1 ? '' : `-r${attempt}`;
  const name = `gm-${version.set}-${version.number.replaceAll('.', '-')}${nth}`;
  return { subscriptionId, resourceGroup: bench.resourceGroup, name };
}

/** 15 characters, because Windows takes no more. */
export function computerName(version: Version): string {
  return `gm-${createHash('sha256').update(versionId(version)).digest('hex').slice(0, 12)}`;
}

export function imageVersion({ plan, number }: Version): ImageVersionRef {
  const { subscriptionId, gallery, definition } = plan;
  const { resourceGroup, name } = gallery;
  return { subscriptionId, resourceGroup, gallery: name, definition: definition.name, number };
}
