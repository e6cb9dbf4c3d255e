import type { Look } from '../workflow/look.ts';
import { hostId, type Hosts, type HostStanding, planFor } from './hosts.ts';
import type { Rollout } from './rollout.ts';
import type { HostRecord } from './waves.ts';

/** Tells the work on hosts what the last look wrote down: that they begin, have their turn, or are put back. */
export async function tellHosts(
  hosts: Hosts,
  look: Look<Rollout>,
  standings: readonly HostStanding[],
): Promise<void> {
  const byId = new Map(standings.map((host) => [host.id, host]));
  for (const record of Object.values(look.work.facts.hosts ?? {})) {
    if (record.outcome !== 'admitted') continue;
    await tellHost(hosts, look, record, { host: byId.get(hostId(look.id, record)), standings });
  }
}

/** The work on a host begins; on one that an earlier rollout lost, with what that kept of its machine. */
export async function beginHost(
  hosts: Hosts,
  { id, work: rollout }: Pick<Look<Rollout>, 'id' | 'work'>,
  record: HostRecord,
  standings: readonly HostStanding[],
): Promise<void> {
  const plan = planFor(id, rollout, record, standings);
  const isElsewhere = plan.blueprint === undefined && record.keptBy !== undefined;
  const blueprint = isElsewhere ? await hosts.kept(record.keptBy) : undefined;
  await hosts.ensureAdmitted(hostId(id, record), { ...plan, ...(blueprint && { blueprint }) });
}

async function tellHost(
  hosts: Hosts,
  { id, work: rollout }: Look<Rollout>,
  record: HostRecord,
  { host, standings }: { host: HostStanding | undefined; standings: readonly HostStanding[] },
): Promise<void> {
  const child = hostId(id, record);
  // Also what is put back before it began: a late look that begins it finds it over.
  if (!host) await beginHost(hosts, { id, work: rollout }, record, standings);
  if (host && host.outcome !== 'running') return;
  if (record.backAt !== undefined) {
    if (!host || host.canBePutBack) await hosts.abort(child, 'rollout', record.why);
  } else if (record.goAt !== undefined && host && host.goAt === undefined) await hosts.go(child);
}
