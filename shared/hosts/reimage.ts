import { AppError } from '../errors.ts';
import { minutesAfter, secondsBetween } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import { isDrained } from './drain.ts';
import { sessionsOf } from './empty.ts';
import type { Facts, Host } from './host.ts';
import { isBusy, type Machine, type Machines } from './machine.ts';
import { type Durations, paceOf, tickSeconds, untilTick } from './pace.ts';
import type { Readings } from './readings.ts';
import type { SessionHosts } from './session-host.ts';
import {
  done,
  type EnsureHostStage,
  failed,
  isTurnedAway,
  machineOf,
  running,
  seenMachine,
  turnedAway,
} from './stage.ts';

/** So often may Azure break off a reimage and leave the old disk in place. */
const mostBrokenOff = 3;
/** More than bad luck: a disk whose id never changes cannot prove anything, and must not be replaced for ever. */
const mostNeverBegan = 6;
/** A request whose reply was lost may still be on its way for so long. */
const landsWithinMinutes = 5;

/**
 * A new OS disk from the image version: the point of no return, and not repeatable. The intention is kept
 * first, with the disk's id; another disk proves that it happened. Done without `reimagedAt` means that the
 * host is not empty any more.
 */
export function ensureReimaged(parts: Parts): EnsureHostStage {
  const { machines, sessionHosts, readings } = parts;
  return async (look) => {
    // While Azure is at it the list that all hosts share is enough, as long as it was asked for after we had
    // asked for the reimage: an older one shows the disk of before, and maybe one still older.
    const seen = look.intent && answerOf(parts, look, await seenMachine(machines, readings, look));
    if (seen) return seen;
    // What may lead to another disk is decided on what is so now.
    const machine = await machineOf(machines, look.work);
    const answer = answerOf(parts, look, machine);
    if (answer) return answer;
    // Just emptied, it is asked for the last time by whoever proceeds; later also before that is intended.
    const isJustEmptied = !look.intent && secondsBetween(look.since, look.now) < tickSeconds;
    if (!isJustEmptied && !(await isStillEmpty(sessionHosts, look.work))) return done();
    return intention(machines, sessionHosts, look, machine);
  };
}

interface Parts {
  readonly machines: Machines;
  readonly sessionHosts: SessionHosts;
  readonly readings: Readings;
  readonly durations: Durations;
}

/** What the machine says of the work that is under way; undefined if a reimage may be asked for now. */
function answerOf({ durations }: Parts, look: Look<Host>, machine: Machine): Settled<Facts> | undefined {
  const { intent, now, work: host } = look;
  const pool = host.plan.pool.hostPool;
  // Also before our own intention: somebody else's work on the machine must end first.
  if (isBusy(machine)) {
    const since = intent?.at ?? look.since;
    const pace = paceOf(secondsBetween(since, now), durations.usual(pool, 'reimage'));
    return running('Azure to finish with the machine', untilTick(now, pool, pace));
  }
  const outcome = outcomeOf(look, machine);
  if (outcome?.status === 'done' && intent) {
    durations.saw(pool, 'reimage', secondsBetween(intent.at, now));
  }
  return outcome;
}

/** What became of the last intention; undefined if the next may be had now. */
function outcomeOf(look: Look<Host>, machine: Machine): Settled<Facts> | undefined {
  const { work: host, intent, now } = look;
  if (!intent) return undefined;
  const { plan, facts } = host;
  if (machine.osDiskId.toLowerCase() !== intent.before.toLowerCase()) return onNewDisk(look, machine);
  if (facts.refused === true) return undefined;
  if (now < minutesAfter(intent.at, landsWithinMinutes)) return running('Azure to begin the reimage', 15);
  const { brokenOff = 0, neverBegan = 0 } = withLast(facts, machine);
  if (brokenOff < mostBrokenOff && neverBegan < mostNeverBegan) return undefined;
  const times = brokenOff + neverBegan;
  return failed('ReimageFailed', `${plan.name} kept its disk though it was to be reimaged ${times} times.`);
}

function onNewDisk({ work: { plan, facts }, intent, now }: Look<Host>, machine: Machine) {
  if (machine.provisioningState !== 'Succeeded') {
    return failed('ReimageFailed', `${plan.name} has a new disk and does not start from it.`);
  }
  if (machine.imageVersionId.toLowerCase() === plan.imageVersionId.toLowerCase()) {
    return done({ reimagedAt: now });
  }
  if (facts.replaced !== true) return oldImageAgain(machine);
  if (intent?.what === 'reimage') return undefined; // on to the model
  return failed('ReimageFailed', `${plan.name} came back on ${machine.imageVersionId}.`);
}

/**
 * Microsoft's documents disagree on whether a reimage takes the image of the model or the one that the
 * instance was made from. Here it was the latter: kept first, because nothing is as it was any more; then
 * Azure is told to bring the instance up to the model, which gives it yet another disk.
 */
function oldImageAgain({ imageVersionId }: Machine): Settled<Facts> {
  const news = `the new disk has the old image again: ${imageVersionId}`;
  return running('the instance to be brought up to the model', 0, { facts: { replaced: true }, news });
}

/** The last intention counted: it failed, or the request was lost, or whoever intended it died before it. */
function withLast({ brokenOff = 0, neverBegan = 0 }: Facts, { provisioningState }: Machine): Partial<Facts> {
  return provisioningState === 'Succeeded'
    ? { brokenOff, neverBegan: neverBegan + 1 }
    : { brokenOff: brokenOff + 1, neverBegan };
}

function intention(
  machines: Machines,
  sessionHosts: SessionHosts,
  { work: host, intent }: Look<Host>,
  machine: Machine,
): Intended<Facts> {
  const { plan, facts } = host;
  const replaced = facts.replaced === true;
  const what = replaced ? 'apply the model' : 'reimage';
  const isCounted = intent?.what === what && facts.refused !== true;
  return {
    status: 'intend',
    what,
    before: machine.osDiskId,
    facts: { refused: false, ...(isCounted && withLast(facts, machine)) },
    proceed: async () => {
      const refused = { refused: true };
      try {
        // Up to two minutes may lie between the look and this.
        if (!(await isStillEmpty(sessionHosts, host))) return done(refused);
      } catch (error) {
        if (error instanceof AppError) return turnedAway(error, refused);
        throw error;
      }
      try {
        if (replaced) await machines.applyModel(plan.machine);
        else await machines.reimage(plan.machine);
      } catch (error) {
        if (isTurnedAway(error)) return turnedAway(error, refused);
        throw error;
      }
      return running(`Azure to ${what}`, 30, { news: `Azure accepted to ${what}` });
    },
  };
}

async function isStillEmpty(sessionHosts: SessionHosts, host: Host): Promise<boolean> {
  if (!(await isDrained(sessionHosts, host))) return false;
  return (await sessionsOf(sessionHosts, host)).length === 0;
}
