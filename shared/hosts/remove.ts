import { AppError } from '../errors.ts';
import { minutesAfter, secondsBetween } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import { isStillEmpty } from './empty.ts';
import { registered } from './exclude.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import type { KeptBlueprint } from './course.ts';
import { isBusy, type Machine, type Machines, madeByTag } from './machine.ts';
import { madeBy } from './made-by.ts';
import { type Durations, paceOf, untilTick } from './pace.ts';
import { freshFor, listedMachine, type Readings } from './readings.ts';
import { ensureReadable, type Secrets } from './secrets.ts';
import type { SessionHosts } from './session-host.ts';
import { newcomer, silenced } from './silence.ts';
import {
  done,
  type EnsureHostStage,
  failed,
  isTurnedAway,
  landsWithinMinutes,
  running,
  turnedAway,
  vanished,
} from './stage.ts';
import { unequippedTag } from './tag.ts';

/** Deletions that Azure accepted or nobody answered, with the machine still there. */
const mostNotRemoved = 6;
/** What a machine is may change while its disks are seen to: then it is read anew. */
const keptForSeconds = 300;

export interface RemoveParts {
  readonly machines: Machines;
  readonly sessionHosts: SessionHosts;
  readonly readings: Readings;
  readonly durations: Durations;
  readonly secrets: Secrets;
}

/**
 * The machine is gone, and its session host with it: the point of no return where a machine is made anew. What
 * that takes is kept first, and every secret it will need is read once. The session host goes before the
 * machine, because the broker refuses while anybody is on it. Done without `removedAt` means that the host is
 * not empty any more. Machines that are retired, and those that were added and are taken away again, go with
 * everything that came with them.
 */
export function ensureRemoved(parts: RemoveParts): EnsureHostStage {
  const { machines, readings, sessionHosts } = parts;
  return async (look) => {
    const { work: host, intent } = look;
    const { machine: address } = host.plan;
    const listed = intent && (await listedMachine(readings, address, freshFor(look)));
    if (listed && isBusy(listed)) return atWork(parts, look);
    const machine = await machines.read(address);
    const answer = await answerOf(parts, look, machine);
    if (answer) return answer;
    if (!machine) throw vanished(host);
    const found = await newcomer(parts, look, machine);
    if (found) return found;
    if (!(await isStillEmpty(sessionHosts, host))) return done();
    return (
      (await prepared(parts, look, machine)) ??
      (await silenced(parts, look, machine)) ??
      intention(parts, look, machine)
    );
  };
}

/** Whether it is to be made anew; otherwise nothing of it is to remain. */
function isReplaced({ plan }: Pick<Host, 'plan'>): boolean {
  return (plan.task ?? 'update') === 'update';
}

/** Nobody is to be told that it vanished: it is to be gone, or may never have been. */
function mayBeGone({ plan, facts }: Host): boolean {
  return !isReplaced({ plan }) || facts.restore !== undefined;
}

/** What the machine says of the work that is under way; undefined if it may be deleted now, or vanished. */
async function answerOf(
  parts: RemoveParts,
  look: Look<Host>,
  machine: Machine | undefined,
): Promise<Settled<Facts> | undefined> {
  const { work: host, intent, now } = look;
  if (machine && !isSomebodyElses(look, machine)) {
    return isBusy(machine) ? atWork(parts, look) : stillThere(look);
  }
  if (!intent && !mayBeGone(host)) return undefined;
  const { mayLandUntil = '' } = host.facts;
  return now < mayLandUntil
    ? running('what may still be on its way to Azure', 15)
    : await gone(parts, look, machine);
}

/** What became of the last intention; undefined if the next may be had now. */
function stillThere({ work: { plan, facts }, intent, now }: Look<Host>): Settled<Facts> | undefined {
  if (!intent || facts.refused === true) return undefined;
  if (now < minutesAfter(intent.at, landsWithinMinutes)) return running('Azure to begin to delete', 15);
  const times = (facts.notRemoved ?? 0) + 1;
  if (times < mostNotRemoved) return undefined;
  return failed('RemovalFailed', `${plan.name} is still there though it was to be deleted ${times} times.`);
}

/** Another machine has the name by now, and is none of ours. */
function isSomebodyElses({ work: { plan }, intent }: Look<Host>, { vmId, tags }: Machine): boolean {
  if (tags[madeByTag] === madeBy(plan)) return false;
  return plan.task === 'add' || (intent !== undefined && vmId !== intent.before);
}

function atWork({ durations }: RemoveParts, { work: { plan }, intent, since, now }: Look<Host>) {
  const pool = plan.pool.hostPool;
  const pace = paceOf(secondsBetween(intent?.at ?? since, now), durations.usual(pool, 'remove'));
  return running('Azure to finish with the machine', untilTick(now, plan, pace));
}

/** Its record in the pool would bar the way of the next, and of what was added none may remain. */
async function gone(
  { sessionHosts, readings, durations }: RemoveParts,
  look: Look<Host>,
  machine: Machine | undefined,
): Promise<Settled<Facts>> {
  const { work: host, intent, now } = look;
  const { pool } = host.plan;
  // What is on somebody else's machine is his, and so is what was there before we asked for one.
  const isOurs = machine === undefined && host.facts.mayLandUntil !== undefined;
  const found = isOurs ? (await registered(readings, look, undefined))?.name : undefined;
  const name = host.facts.sessionHost ?? found;
  if (name !== undefined && (await sessionHosts.read(pool, name))) {
    await sessionHosts.remove(pool, name);
    return running('the session host to be removed', 5);
  }
  if (intent) durations.saw(pool.hostPool, 'remove', secondsBetween(intent.at, now));
  return done({ removedAt: now, deregistered: true, refused: false });
}

/** What must be so before a deletion is intended; undefined once all is. */
async function prepared(
  { machines, secrets }: RemoveParts,
  { work: host, now }: Look<Host>,
  machine: Machine,
): Promise<Settled<Facts> | undefined> {
  const { plan, facts } = host;
  if (plan.task === 'retire') return await ofItsOwn(machines, host);
  if (!isReplaced(host)) return undefined;
  const isKept = facts.keptAt !== undefined && secondsBetween(facts.keptAt, now) < keptForSeconds;
  // Of one that is made again after it failed, what was kept before counts.
  if (!isKept && facts.restore === undefined && facts.deregistered !== true) {
    const blueprint = await blueprintOf(machines, host, machine);
    if ('status' in blueprint) return blueprint;
    await ensureReadable(secrets, plan, blueprint);
    return running('what it takes to make it anew to be kept', 0, { facts: { blueprint, keptAt: now } });
  }
  const areKept = await machines.standAlone.ensurePartsKept(plan.machine);
  return areKept ? undefined : running('its disks and network interfaces to be kept', 10);
}

/**
 * What another beside it never has, such as what is on its data disks, would be gone with it for good: it stays.
 * Asked of each machine that goes, because the one that others were made after need not be like it in this.
 */
async function ofItsOwn(machines: Machines, { plan }: Host): Promise<Settled<Facts> | undefined> {
  const { notBeside, locked } = (await machines.standAlone.blueprint(plan.machine)) ?? {};
  if (locked !== undefined) return lockedBy(locked, plan.name);
  return notBeside === undefined ? undefined : failed('NotReplaceable', `${plan.name}: ${notBeside}`);
}

/** Found out before it has left its pool: it can be put back. */
function lockedBy(locks: string, name: string): Settled<Facts> {
  return failed('ResourceLocked', `Azure does not delete ${name}: ${locks}.`);
}

/** Read off the machine; or what was kept before, where the machine is one that was never finished. */
async function blueprintOf(
  machines: Machines,
  { plan, facts }: Host,
  { tags, imageVersionId }: Machine,
): Promise<KeptBlueprint | Settled<Facts>> {
  const missing = tags[unequippedTag];
  if (missing !== undefined && plan.blueprint) return plan.blueprint;
  if (missing !== undefined) {
    const message = `${plan.name} was made by ${tags[madeByTag] ?? 'somebody'} and never got its extensions: ${missing}.`;
    return failed('NotReplaceable', `${message} Retry it there.`);
  }
  const blueprint = await machines.standAlone.blueprint(plan.machine);
  if (!blueprint) throw vanished({ plan });
  if (blueprint.notAgain !== undefined)
    return failed('NotReplaceable', `${plan.name}: ${blueprint.notAgain}`);
  if (blueprint.locked !== undefined) return lockedBy(blueprint.locked, plan.name);
  return { ...blueprint, imageVersionId, ...(facts.prior && { prior: facts.prior }) };
}

/** Nothing that was asked for before is on its way any more. */
const answered = { mayLandUntil: '' };
const no = { ...answered, refused: true };

function intention(
  parts: RemoveParts,
  { work: host, intent, now }: Look<Host>,
  machine: Machine,
): Intended<Facts> {
  const { sessionHosts } = parts;
  const { refused, notRemoved = 0 } = host.facts;
  const isCounted = intent !== undefined && refused !== true;
  return {
    status: 'intend',
    what: 'remove',
    before: machine.vmId,
    facts: {
      refused: false,
      mayLandUntil: minutesAfter(now, landsWithinMinutes),
      ...(isCounted && { notRemoved: notRemoved + 1 }),
    },
    proceed: async () => {
      try {
        // Up to two minutes may lie between the look and this.
        if (!(await isStillEmpty(sessionHosts, host))) return done(no);
      } catch (error) {
        if (error instanceof AppError) return turnedAway(error, no);
        throw error;
      }
      return await deletion(parts, host);
    },
  };
}

/** Out of its pool, and then deleted. */
async function deletion({ machines, sessionHosts }: RemoveParts, host: Host): Promise<Settled<Facts>> {
  const { plan, facts } = host;
  const { sessionHost } = facts;
  try {
    if (sessionHost !== undefined) await sessionHosts.remove(plan.pool, sessionHost);
  } catch (error) {
    if (isTurnedAway(error)) return turnedAway(error, no);
    throw error;
  }
  // From here on the machine is as it was, and not in its pool any more: there is no way back.
  const out = sessionHost === undefined ? no : { ...no, deregistered: true as const };
  try {
    // What is there again takes users again.
    if (sessionHost !== undefined && (await sessionHosts.read(plan.pool, sessionHost)))
      return running('its session host to be gone', 15, { facts: out });
    if (isReplaced(host)) await machines.standAlone.remove(plan.machine);
    else await machines.standAlone.removeWithParts(plan.machine);
  } catch (error) {
    if (isTurnedAway(error)) return turnedAway(error, out);
    throw error;
  }
  return running('Azure to delete the machine', 15, { facts: answered, news: 'Azure accepted to delete it' });
}
