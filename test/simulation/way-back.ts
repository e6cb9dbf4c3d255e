import type { Host } from '../../shared/hosts/host.ts';
import type { Version } from '../../shared/images/image.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import type { Tables } from './tables.ts';

const usable: ReadonlySet<string> = new Set(['available', 'promoted', 'superseded']);

/**
 * What is wrong with work that begins: a machine that stands alone goes back to what it ran when it was admitted to
 * the rollout that is taken back, as long as anybody may use that.
 */
export function wrongWayBack(tables: Tables, { plan }: Host): string | undefined {
  if (plan.way !== 'stand-alone' || plan.task !== undefined) return undefined;
  const takenBack = takenBackBy(tables, plan.rollout);
  const { from } = takenBack?.facts.hosts?.[plan.machine.instanceId] ?? {};
  if (!takenBack || from === undefined || plan.imageVersionId === from) return undefined;
  const { version, requested } = takenBack;
  const wanted = [version, ...(requested.ownVersions ?? [])].map(({ imageVersionId }) => imageVersionId);
  if (wanted.includes(from) || !isUsable(tables, from)) return undefined;
  return `R13: ${plan.rollout} takes ${plan.name} back to ${plan.imageVersionId}, and it came from ${from}`;
}

function takenBackBy(tables: Tables, id: string): Rollout | undefined {
  const rollouts = new Map(tables.statesOf<Rollout>('rollouts'));
  return rollouts.get(rollouts.get(id)?.requested.rollbackOf ?? '');
}

function isUsable(tables: Tables, imageVersionId: string): boolean {
  const [, version] =
    tables.statesOf<Version>('versions').find(([, { facts }]) => facts.imageVersionId === imageVersionId) ??
    [];
  return version !== undefined && usable.has(version.phase);
}
