import { counted } from '../counted.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Look, Settled } from '../workflow/look.ts';
import { type HostView, sizeOf } from './capacity.ts';
import type { HostPools } from './host-pool.ts';
import { broken, heard, type Hosts, type HostStanding, named, type Records } from './hosts.ts';
import { surgeOf } from './pool.ts';
import type { Freezes } from './freezes.ts';
import { tagIn } from './exclusion.ts';
import { givenBack } from './give-back.ts';
import { rereadSeconds, turned } from './give-turns.ts';
import { holdOn, isUsual, lookAgainIn, outsideEveryWindow, told } from './hold.ts';
import { watchModel } from './model-watch.ts';
import { observed } from './observed.ts';
import { type Asked, type PoolAtOnce, readPool } from './read-pool.ts';
import type { Facts } from './course.ts';
import type { Rollout } from './rollout.ts';
import type { Fleets } from './fleet.ts';
import { done, type EnsureRolloutStage, failed, running } from './stage.ts';
import { tellHosts } from './tell-hosts.ts';
import { type BeforeStart, startNow, underWayIn } from './starting.ts';
import { surgeNow } from './surge.ts';
import { turnsOf, untilNext } from './turns.ts';
import { sentencesOf } from './under-way.ts';
import { type Refusal, unlessRefused } from './versions.ts';
import { fullWindow, type HostRecord, type Reason, waveNow, type WaveNow } from './waves.ts';

interface Parts {
  readonly hostPools: HostPools;
  readonly fleets: Fleets;
  readonly hosts: Hosts;
  readonly freezes: Freezes;
  readonly refusal: Refusal;
}

/**
 * Host by host onto the version. Each look takes one reading of the whole pool and admits under it. Who is
 * admitted is written down first and started by the next look, so that a crash between the two loses nobody
 * and counts nobody as usable who is not; and so is whose turn it is. More hosts are drained than are worked
 * on at once, so that the next is empty when a place is free.
 */
export function ensureRolled({ hostPools, fleets, hosts, freezes, refusal }: Parts): EnsureRolloutStage {
  return unlessRefused(refusal, async (look) => {
    const { id, work: rollout } = look;
    // The work on the hosts before the pool: what ends in between still counts as gone.
    const standings = await hosts.standings(id);
    await tellHosts(hosts, look, standings);
    const { changed, news } = heard(id, rollout.facts.hosts ?? {}, standings);
    const records = { ...rollout.facts.hosts, ...changed };
    const turns = turnsOf(id, records, standings);
    const bar = await holdOn(look, freezes);
    const hold = bar ?? outsideEveryWindow(look);
    // What has just been heard may have been one failure too many: that comes first.
    const told = Object.keys(changed).length === 0 ? turned(look, turns, standings, bar) : undefined;
    if (told) return told;
    const idle = Object.keys(changed).length === 0 ? nothingCanStart(look, hold, standings) : undefined;
    if (idle) return idle;
    const model = await modelUnless(bar, fleets, look, changed);
    if ('status' in model) return model;
    const { link } = rollout;
    const reading = await readPool(hostPools, fleets, askedOf(look, records));
    const surge = surgeIn(rollout, records, reading.views);
    const wave = waveIn(rollout, { records, surge, views: reading.views, now: look.now });
    const failures = counting(rollout, broken(records));
    // What a wave is there to prove is not proven by a host that failed.
    const maxFailed = wave.number < wave.of || rollout.requested.only ? 0 : link.policy.maxFailed;
    if (isTooMuch(failures, maxFailed, bar)) {
      const where = wave.of > 1 ? ` in wave ${wave.number} of ${wave.of}` : '';
      const why = `${counted(failures.length, 'host')} failed and ${maxFailed} may${where}: ${named(failures)}.`;
      return failed('BreakerOpen', why, { hosts: changed, ...measured(rollout, reading, look.now) });
    }
    return next(look, reading, { records, changed, news, standings, turns, hold, wave, surge, model });
  });
}

/** One that an earlier rollout lost, and that is lost again, says nothing about this one; unless it is all there is to do. */
function counting({ requested }: Rollout, failures: readonly HostRecord[]): readonly HostRecord[] {
  return requested.only ? failures : failures.filter(({ keptBy }) => keptBy === undefined);
}

/** While people judge who changed the model, hosts that failed are theirs to judge as well. */
function isTooMuch(failures: readonly HostRecord[], maxFailed: number, bar: Reason | undefined): boolean {
  return failures.length > maxFailed && bar?.code !== 'ModelChanged';
}

/** In a pause nothing is reimaged, and after it the model is named anew. */
async function modelUnless(
  bar: Reason | undefined,
  fleets: Fleets,
  look: Look<Rollout>,
  changed: Records,
): Promise<Known['model'] | Settled<Facts>> {
  // A host that failed may have got what somebody else named: that is told before it is held against the version.
  return bar ? {} : await watchModel(fleets, look, { isAnew: broken(changed).length > 0 });
}

function askedOf({ work: { link, version, facts, requested }, now }: Look<Rollout>, records: Records): Asked {
  const { sessionsBefore, left } = facts;
  return {
    link,
    imageVersionId: version.imageVersionId,
    ownVersions: requested.ownVersions,
    records,
    exclusionTag: tagIn(facts, link),
    ...(sessionsBefore && { sessionsBefore }),
    left,
    only: requested.only,
    now,
  };
}

interface Known extends BeforeStart {
  /** When the model was last seen to name the version. */
  readonly model: { readonly at?: Instant };
  readonly changed: Records;
  readonly news: readonly string[];
  readonly standings: readonly HostStanding[];
}

/** Where hosts are added before others are retired; undefined where they are brought to the version in their place. */
function surgeIn(
  { link: { policy }, facts, requested }: Rollout,
  records: Records,
  views: readonly HostView[],
) {
  // Somebody wants just these hosts, and not others in their place.
  const isSurge = facts.way === 'stand-alone' && requested.only === undefined;
  const most = isSurge ? surgeOf(policy, sizeOf(views)) : 0;
  return most > 0 ? surgeNow(records, views, most) : undefined;
}

/** With surge it is the added hosts that prove the version. */
function waveIn(
  { link: { policy } }: Rollout,
  {
    records,
    surge,
    views,
    now,
  }: Pick<BeforeStart, 'records' | 'surge'> & Pick<PoolAtOnce, 'views'> & { now: Instant },
): WaveNow {
  const all = Object.values(records);
  if (!surge) return waveNow(policy.waves ?? [], all, views, now);
  const added = all.filter(({ task }) => task === 'add');
  return waveNow(policy.waves ?? [], added, views, now, surge.total);
}

function nothingCanStart(look: Look<Rollout>, hold: Reason | undefined, standings: readonly HostStanding[]) {
  const { work: rollout, now } = look;
  const { reading, hosts = {} } = rollout.facts;
  const inFlight = underWayIn(hosts);
  if (!reading || now >= secondsAfter(reading.at, rereadSeconds)) return undefined;
  // The last hosts are waited for as a full window is: there is none that could start.
  const most = reading.left === 0 ? 1 : reading.window;
  if (inFlight < (hold ? 1 : most)) return undefined;
  const [before] = rollout.facts.waits?.because.filter(isUsual) ?? [];
  const usual = reading.left === 0 ? lastHosts : (before ?? fullWindow(inFlight, reading.window));
  const reason = hold ?? usual;
  const why = sentencesOf(standings, reason);
  const { facts, news } = told(look, reason);
  return running(why.join('; '), untilNext(standings, now), { facts, news });
}

function next(look: Look<Rollout>, pool: PoolAtOnce, known: Known): Settled<Facts> {
  const { work: rollout, now } = look;
  const start = startNow(look, pool, known);
  const hosts = { ...known.changed, ...start.hosts };
  const { number, of, upTo } = known.wave;
  const wave = { number, of, upTo };
  const first = rollout.facts.sessionsBefore ? {} : { sessionsBefore: sessionsIn(pool.views) };
  const seen = observed(look, pool, { ...known, records: { ...known.records, ...hosts } });
  const read = { ...measured(rollout, pool, now), ...seen.facts, reading: start.reading };
  const facts = { hosts, ...read, ...first, wave };
  if (start.names.length > 0) {
    const names = start.names.join(', ');
    const news = [...known.news, ...seen.news, `admitted ${names}`].join('; ');
    return running(`${names} to start`, 0, { facts: { ...facts, ...told(look).facts }, news });
  }
  if (underWayIn(known.records) === 0 && !start.isLeft) return ended({ ...known.records, ...hosts }, facts);
  const back = givenBack(look.id, known.turns, known.standings, { ...pool, now });
  const gives = Object.values(back).map(({ name }) => `gave ${name} back to new users`);
  const noted = { ...known, news: [...known.news, ...seen.news, ...gives] };
  const because = start.isLeft ? start.because : lastHosts;
  return waiting(look, noted, because, { ...facts, hosts: { ...hosts, ...back } });
}

function sessionsIn(views: readonly HostView[]): NonNullable<Facts['sessionsBefore']> {
  return Object.fromEntries(views.map(({ instanceId, sessions }) => [instanceId, sessions]));
}

const lastHosts: Reason = { code: 'LastHosts', message: 'no host is left to start' };

function waiting(look: Look<Rollout>, known: Known, reason: Reason, facts: Partial<Facts>): Settled<Facts> {
  const waits = told(look, reason);
  const news = [...known.news, ...(waits.news === undefined ? [] : [waits.news])].join('; ');
  const why = sentencesOf(known.standings, reason);
  const isHeld = known.hold !== undefined || reason.until !== undefined;
  // What has ended may have made a place for one that waits for it.
  const isNew = Object.keys(known.changed).length > 0 && known.turns.waiting.length > 0;
  const soon = isNew ? 0 : untilNext(known.standings, look.now);
  const held = isHeld ? lookAgainIn(reason, look.now) : 30;
  const seconds = underWayIn(known.records) > 0 ? soon : held;
  return running(why.join('; ') || 'its last host', seconds, {
    facts: { ...facts, ...waits.facts },
    news: news === '' ? undefined : news,
  });
}

function measured({ facts }: Rollout, pool: PoolAtOnce, at: Instant): Partial<Facts> {
  const { usable, need, perHost, scalingPlan, isPersonal } = pool;
  const lowest = facts.lowest && facts.lowest.usable <= usable ? facts.lowest : { usable, need, at };
  const kind = { ...(scalingPlan && { scalingPlan }), ...(isPersonal && { isPersonal }) };
  return { capacity: { usable, need, perHost, ...kind }, lowest };
}

/** All hosts have ended, and no more of them in failure than may. */
function ended(records: Records, facts: Partial<Facts>): Settled<Facts> {
  const left = Object.values(records).filter(
    ({ outcome }) => outcome === 'deferred' || outcome === 'put-back',
  );
  if (left.length === 0) return done(facts);
  return failed(
    'RolloutFailed',
    `${counted(left.length, 'host keeps what it', 'hosts keep what they')} ran: ${named(left)}.`,
    facts,
  );
}
