import type { Host } from './host.ts';

/** A host of a rollout as the API shows it: what the rollout knows, and how the work on it stands. */
export function hostView<Record extends { readonly instanceId: string }>(
  record: Record,
  host: Host | undefined,
) {
  if (!host) return record;
  const { facts, spent } = host;
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
    reimagedAt: facts.reimagedAt,
    checks: facts.checks ?? [],
    seconds: spent,
  };
}
