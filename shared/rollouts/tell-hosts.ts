import type { Look } from '../workflow/look.ts';
import { hostId, type Hosts, type HostStanding, planFor, type Revoked, workIn } from './hosts.ts';
import type { Rollout } from './rollout.ts';
import type { HostRecord } from './waves.ts';

/** Tells the work on hosts what the last look wrote down: that they begin, have their turn, or are put back. */
export async function tellHosts(
  hosts: Hosts,
  look: Look<Rollout>,
  standings: readonly HostStanding[],
): Promise<void> {
  const workOf = workIn(look.id, standings);
  for (const record of Object.values(look.work.facts.hosts ?? {})) {
    if (record.outcome !== 'admitted') continue;
    await tellHost(hosts, look, record, { host: workOf(record), standings });
  }
}

interface Among {
  readonly host: HostStanding | undefined;
  readonly standings: readonly HostStanding[];
}

/** The work on a host begins; on one that an earlier rollout lost, with what that kept of its machine. */
async function begin(
  hosts: Hosts,
  { id, work: rollout }: Pick<Look<Rollout>, 'id' | 'work'>,
  record: HostRecord,
  { standings, revoked }: Pick<Among, 'standings'> & { readonly revoked?: Revoked },
): Promise<void> {
  const plan = planFor(id, rollout, record, standings);
  const isElsewhere = plan.blueprint === undefined && record.keptBy !== undefined;
  const blueprint = isElsewhere ? await hosts.kept(record.keptBy) : undefined;
  await hosts.ensureAdmitted(hostId(id, record), { ...plan, ...(blueprint && { blueprint }) }, revoked);
}

/**
 * The host is put back. One that never began is recorded as over: whoever looked before and begins it late finds it
 * so, and nothing is done to it meanwhile. If he was just before us, it is put back as any other.
 */
export async function endHost(
  hosts: Hosts,
  look: Pick<Look<Rollout>, 'id' | 'work'>,
  record: HostRecord,
  { host, standings, revoked }: Among & { readonly revoked: Revoked },
): Promise<void> {
  if (host && !host.canBePutBack) return;
  if (!host) await begin(hosts, look, record, { standings, revoked });
  await hosts.abort(hostId(look.id, record), revoked);
}

async function tellHost(
  hosts: Hosts,
  look: Look<Rollout>,
  record: HostRecord,
  { host, standings }: Among,
): Promise<void> {
  if (host && host.outcome !== 'running') return;
  if (record.backAt !== undefined) {
    await endHost(hosts, look, record, { host, standings, revoked: { by: 'rollout', reason: record.why } });
  } else if (!host) await begin(hosts, look, record, { standings });
  else if (record.goAt !== undefined && host.goAt === undefined) await hosts.go(host.id);
}
