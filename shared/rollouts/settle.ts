import { secondsBetween } from '../instant.ts';
import type { Look } from '../workflow/look.ts';
import { heard, type Hosts, type HostStanding, type Records, type Revoked, workIn } from './hosts.ts';
import type { Rollout } from './rollout.ts';
import { done, type EnsureRolloutStage, running } from './stage.ts';
import { isAddition } from './surge.ts';
import { surplusOf, type SurplusParts } from './surplus.ts';
import { endHost, tellHosts } from './tell-hosts.ts';
import type { HostRecord } from './waves.ts';

/** A look that began before the end was decided may still have a request on its way. */
const lateRequestsSeconds = 120;

interface Parts extends SurplusParts {
  readonly hosts: Hosts;
}

/** Nothing new starts; hosts that can be put back are, the others come to their end, and what was added goes again. */
export function ensureSettled({ hosts, ...parts }: Parts): EnsureRolloutStage {
  return async (look) => {
    const { id, work: rollout, now, since } = look;
    const before = rollout.facts.hosts ?? {};
    const standings = await hosts.standings(id);
    await endHosts(hosts, look, standings);
    const { changed, news } = heard(id, before, standings);
    const records = { ...before, ...changed };
    const late = lateRequestsSeconds - secondsBetween(since, now);
    const surplus = await surplusOf(parts, look, records);
    const facts = { hosts: { ...changed, ...surplus.hosts } };
    const open = Object.values({ ...records, ...surplus.hosts }).filter(
      ({ outcome }) => outcome === 'admitted',
    );
    const lines = [...news, ...surplus.news];
    // Whoever stays for good is named in the history, by a look of its own.
    const isToTell = surplus.news.length > 0;
    if (open.length === 0 && surplus.why === '' && late <= 0 && !isToTell) return done(facts);
    const why = [open.map(({ name }) => name).join(', '), surplus.why].filter((part) => part !== '');
    const seconds = Object.keys(surplus.hosts).length > 0 ? 0 : 15;
    return running(
      why.length === 0 ? 'what may still be on its way to Azure' : `${why.join('; ')} to end`,
      seconds,
      {
        facts,
        ...(lines.length > 0 && { news: lines.join('; ') }),
      },
    );
  };
}

/** Ends the work on hosts, as far as it can be ended; on those that were added and are to go, it goes on. */
async function endHosts(
  hosts: Hosts,
  look: Look<Rollout>,
  standings: readonly HostStanding[],
): Promise<void> {
  const { id, work: rollout } = look;
  const records = rollout.facts.hosts ?? {};
  // One that has no word yet is put back first: it goes as one too many, with its turn, once the others have ended.
  const leaves = (record: HostRecord) =>
    record.task === 'retire' && isAddition(record) && record.goAt !== undefined;
  const leaving: Records = Object.fromEntries(Object.entries(records).filter(([, record]) => leaves(record)));
  await tellHosts(
    hosts,
    { ...look, work: { ...rollout, facts: { ...rollout.facts, hosts: leaving } } },
    standings,
  );
  const workOf = workIn(id, standings);
  const revoked = revokedBy(rollout);
  for (const record of Object.values(records)) {
    if (record.outcome !== 'admitted' || leaves(record)) continue;
    await endHost(hosts, look, record, { host: workOf(record), standings, revoked });
  }
}

function revokedBy(rollout: Rollout): Revoked {
  if (rollout.phase !== 'stopping') return { by: 'rollout', reason: 'stopped' };
  const { ending } = rollout;
  if (ending.phase === 'aborted') return { by: ending.by, reason: ending.reason };
  const { code, message } = ending.failure;
  return { by: 'rollout', reason: `${code}: ${message}`.slice(0, 500) };
}
