import { createHash } from 'node:crypto';
import type { ImageVersionRef } from './gallery.ts';
import type { Version } from './image.ts';
import type { MachineRef } from './machine.ts';
import { parseResourceId } from '../resource-id.ts';
import { versionId } from './stage.ts';

/** The names of what a version makes in Azure: made of its id, so that asking twice finds the first. */

/** The build VM; where the source is used in place, the source itself. */
export function benchMachine(version: Version): MachineRef {
  const { plan, facts } = version;
  const { source } = facts;
  if (source?.way === 'in-place' && 'id' in source.exact) {
    const id = parseResourceId(source.exact.id);
    if (id)
      return { subscriptionId: id.subscriptionId, resourceGroup: id.resourceGroup, name: id.names[0] ?? '' };
  }
  return {
    subscriptionId: plan.subscriptionId,
    resourceGroup: plan.bench.resourceGroup,
    name: benchName(version),
  };
}

/** What the name of everything on the bench begins with. */
export function benchName(version: Version): string {
  const { set, number, facts } = version;
  const { attempt = 1 } = facts;
  // Each attempt has a bench of its own: what is left of the one before is never taken for this one's.
  const nth = attempt === 1 ? '' : `-r${attempt}`;
  const name = `gm-${set}-${number.replaceAll('.', '-')}${nth}`;
  // Azure gives a VM 64 characters; ours are kept readable where they fit, and distinct where they do not.
  return name.length <= 60 ? name : `gm-${set.slice(0, 30)}-${hash(`${versionId(version)}${nth}`)}`;
}

/** 15 characters, because Windows takes no more. */
export function computerName(version: Version): string {
  return `gm-${hash(versionId(version))}`;
}

export function imageVersion({ plan, number }: Version): ImageVersionRef {
  const { subscriptionId, gallery, definition } = plan;
  const { resourceGroup, name } = gallery;
  return { subscriptionId, resourceGroup, gallery: name, definition: definition.name, number };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
