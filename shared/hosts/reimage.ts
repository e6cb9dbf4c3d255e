import { AppError } from '../errors.ts';
import { minutesAfter, secondsAfter, secondsBetween } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import type { Intent } from '../workflow/stages.ts';
import { isStillEmpty } from './empty.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import { isBusy, type Machine, type Machines, reasonOf } from './machine.ts';
import { type Durations, paceOf, tickSeconds, untilTick } from './pace.ts';
import type { Readings } from './readings.ts';
import type { SessionHosts } from './session-host.ts';
import {
  done,
  type EnsureHostStage,
  failed,
  isTurnedAway,
  landsWithinMinutes,
  machineOf,
  running,
  seenMachine,
  turnedAway,
} from './stage.ts';

/** So often may Azure break off a reimage and leave the old disk in place. */
const mostBrokenOff = 3;
/** More than bad luck: a disk whose id never changes cannot prove anything, and must not be replaced for ever. */
const mostNeverBegan = 6;
/** Azure accepted to apply the model, and is not at work on the instance: it had nothing to do to its disk. */
const nothingToDoSeconds = 60;

/**
 * A new OS disk from the image version: the point of no return, and not repeatable. The intention is kept
 * first, with the disk's id; another disk proves that it happened. Done without `reimagedAt` means that the
 * host is not empty any more.
 *
 * Microsoft's documents do not agree on whether a reimage takes the image of the scale set's model or the one
 * that the instance was made from. So there are two ways to a disk, and the second is taken where the first
 * did not lead to the image: on a Uniform scale set a reimage, which is enough in one step; on a Flexible one,
 * of which no document says what a reimage takes, first the model.
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
    return running('Azure to finish with the machine', untilTick(now, host.plan, pace));
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
  if (intent.what === applyModel && firstOf(plan) === applyModel) return withoutNewDisk(look, intent);
  if (now < minutesAfter(intent.at, landsWithinMinutes)) return running('Azure to begin the reimage', 15);
  const { brokenOff = 0, neverBegan = 0 } = withLast(facts, machine);
  if (brokenOff < mostBrokenOff && neverBegan < mostNeverBegan) return undefined;
  const times = brokenOff + neverBegan;
  const message = `${plan.name} kept its disk though it was to be reimaged ${times} times.`;
  return failed('ReimageFailed', `${message}${reasonOf(machine)}`);
}

function onNewDisk({ work: { plan, facts }, intent, now }: Look<Host>, machine: Machine) {
  if (machine.provisioningState !== 'Succeeded') {
    const message = `${plan.name} has a new disk and does not start from it.`;
    return failed('ReimageFailed', `${message}${reasonOf(machine)}`);
  }
  if (machine.imageVersionId.toLowerCase() === plan.imageVersionId.toLowerCase()) {
    return done({ reimagedAt: now });
  }
  if (facts.replaced !== true) return oldImageAgain(machine);
  if (intent?.what === firstOf(plan)) return undefined; // on to the other
  return failed('ReimageFailed', `${plan.name} came back on ${machine.imageVersionId}.`);
}

/** Kept first, because nothing is as it was any more; then the other way is taken, to yet another disk. */
function oldImageAgain({ imageVersionId }: Machine): Settled<Facts> {
  const news = `the new disk has the old image again: ${imageVersionId}`;
  return running('the instance to get the image of the model', 0, { facts: { replaced: true }, news });
}

/** Up to date in Azure's eyes, and on its old disk. */
function withoutNewDisk({ work: { facts }, now }: Look<Host>, { at }: Intent): Settled<Facts> | undefined {
  if (facts.updated === true) return undefined;
  const until =
    facts.mayLandUntil === '' ? secondsAfter(at, nothingToDoSeconds) : minutesAfter(at, landsWithinMinutes);
  if (now < until) return running('Azure to begin to apply the model', 15);
  const news = 'the model was applied and gave it no new disk';
  return running('the instance to be reimaged', 0, { facts: { updated: true }, news });
}

const applyModel = 'apply the model';
const reimage = 'reimage';

function firstOf({ way }: Host['plan']): string {
  return way === 'flexible' ? applyModel : reimage;
}

/** What to ask for next: the first way, as long as it may yet lead there. */
function nextOf({ plan, facts }: Host): string {
  const first = firstOf(plan);
  if (facts.replaced !== true && facts.updated !== true) return first;
  return first === reimage ? applyModel : reimage;
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
  { work: host, intent, now }: Look<Host>,
  machine: Machine,
): Intended<Facts> {
  const { plan, facts } = host;
  const what = nextOf(host);
  const isCounted = intent?.what === what && facts.refused !== true;
  return {
    status: 'intend',
    what,
    before: machine.osDiskId,
    facts: {
      refused: false,
      mayLandUntil: minutesAfter(now, landsWithinMinutes),
      ...(isCounted && withLast(facts, machine)),
    },
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
        if (what === applyModel) await machines.applyModel(plan.machine);
        else await machines.reimage(plan.machine);
      } catch (error) {
        if (isTurnedAway(error)) return turnedAway(error, refused);
        throw error;
      }
      return running(`Azure to ${what}`, 30, {
        facts: { mayLandUntil: '' },
        news: `Azure accepted to ${what}`,
      });
    },
  };
}
