import type { Host } from './host.ts';

/** A host of a rollout as the API shows it: what the rollout knows, and how the work on it stands. */
export function hostView<Record extends { readonly instanceId: string }>(
  record: Record,
  host: Host | undefined,
) {
  // Nothing was begun on it: its users were told nothing.
  if (!host) return { ...record, told: [], loggedOff: [] };
  const { facts, plan, spent } = host;
  return {
    ...record,
    status: host.phase,
    ...('standing' in host && {
      stage: host.standing.stage,
      since: host.standing.since,
      waitingFor: host.standing.waitingFor,
      nextLookAt: host.standing.lookAt,
    }),
    ...('failure' in host && { failure: host.failure }),
    told: facts.told ?? [],
    loggedOff: facts.loggedOff ?? [],
    way: plan.way ?? 'uniform',
    task: plan.task ?? 'update',
    reimagedAt: facts.reimagedAt,
    // When, and never what: it is long, and only Azure's adapter reads it.
    blueprintKeptAt: facts.keptAt,
    goOn: goOnFrom(host),
    checks: facts.checks ?? [],
    seconds: spent,
  };
}

/** A host that somebody decided on: all but its users, whom the list of the rollout's hosts names. */
export function orderedView<Record extends { readonly told: number; readonly loggedOff: number }>(
  record: Record,
): Omit<Record, 'told' | 'loggedOff'> {
  const { told: _, loggedOff: __, ...known } = record;
  return known;
}

/** What to do where the machine is gone or half made, and what it takes to make it is kept. */
function goOnFrom({ phase, plan, facts }: Host): string | undefined {
  const isOpen = phase === 'quarantined' || (phase === 'failed' && facts.restore === undefined);
  // One that was gone already when it was tried again was deleted by the work before.
  const isDeleted = facts.removedAt !== undefined || plan.blueprint !== undefined;
  if (!isOpen || !facts.blueprint || !isDeleted || plan.task === 'add') return undefined;
  return 'Its machine was deleted to be made anew; what that takes is kept. Correct the cause and retry the host; the next rollout of its pool makes it again as well.';
}
