import { secondsBetween } from '../instant.ts';
import { heard, hostId, type Hosts, planFor } from './hosts.ts';
import { done, type EnsureRolloutStage, running } from './stage.ts';

/** A look that began before the end was decided may still have a request on its way. */
const lateRequestsSeconds = 120;

/** Nothing new starts; hosts that can be put back are, the others come to their end. */
export function ensureSettled(hosts: Hosts): EnsureRolloutStage {
  return async ({ id, work: rollout, now, since }) => {
    const records = rollout.facts.hosts ?? {};
    const standings = await hosts.standings(id);
    // One that was admitted and never started is made all the same and ended at once: a late look that
    // starts it finds it over.
    for (const record of Object.values(records)) {
      const child = hostId(id, record);
      const host = standings.find((one) => one.id === child);
      if (record.outcome !== 'admitted' || (host && !host.canBePutBack)) continue;
      if (!host) await hosts.ensureAdmitted(child, planFor(id, rollout, record));
      await hosts.abort(child, ...reasonOf(rollout));
    }
    const { changed, news } = heard(id, records, standings);
    const open = Object.values({ ...records, ...changed }).filter(({ outcome }) => outcome === 'admitted');
    const facts = { hosts: changed };
    const late = lateRequestsSeconds - secondsBetween(since, now);
    if (open.length === 0 && late <= 0) return done(facts);
    const why = open.map(({ name }) => name).join(', ');
    return running(why === '' ? 'what may still be on its way to Azure' : `${why} to end`, 15, {
      facts,
      ...(news.length > 0 && { news: news.join('; ') }),
    });
  };
}

function reasonOf(rollout: Parameters<EnsureRolloutStage>[0]['work']): [by: string, reason: string] {
  if (rollout.phase !== 'stopping') return ['rollout', 'stopped'];
  const { ending } = rollout;
  return ending.phase === 'aborted'
    ? [ending.by, ending.reason]
    : ['rollout', `${ending.failure.code}: ${ending.failure.message}`.slice(0, 500)];
}
