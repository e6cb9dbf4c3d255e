import { AppError } from '../errors.ts';
import { minutesAfter } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import { isDrained } from './drain.ts';
import { sessionsOf } from './empty.ts';
import type { Facts, Host } from './host.ts';
import { isBusy, type Machine, type Machines } from './machine.ts';
import type { SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, failed, isTurnedAway, machineOf, running, turnedAway } from './stage.ts';

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
export function ensureReimaged(machines: Machines, sessionHosts: SessionHosts): EnsureHostStage {
  return async (look) => {
    const machine = await machineOf(machines, look.work);
    // Also before our own intention: somebody else's work on the machine must end first.
    if (isBusy(machine)) return running('Azure to finish with the machine', 15);
    const outcome = outcomeOf(look, machine);
    if (outcome) return outcome;
    if (!(await isStillEmpty(sessionHosts, look.work))) return done();
    return intention(machines, sessionHosts, look, machine);
  };
}

/** What became of the last intention; undefined if a reimage may be intended now. */
function outcomeOf({ work: host, intent, now }: Look<Host>, machine: Machine): Settled<Facts> | undefined {
  if (!intent) return undefined;
  const { plan, facts } = host;
  const wasReplaced = machine.osDiskId.toLowerCase() !== intent.before.toLowerCase();
  const hasFailed = machine.provisioningState !== 'Succeeded';
  if (wasReplaced) {
    if (hasFailed) return failed('ReimageFailed', `${plan.name} has a new disk and does not start from it.`);
    if (machine.imageVersionId.toLowerCase() === plan.imageVersionId.toLowerCase()) {
      return done({ reimagedAt: now });
    }
    if (intent.what === 'reimage') return undefined; // on to the model
    return failed('ReimageFailed', `${plan.name} came back on ${machine.imageVersionId}.`);
  }
  if (facts.refused === true) return undefined;
  if (now < minutesAfter(intent.at, landsWithinMinutes)) return running('Azure to begin the reimage', 15);
  const { brokenOff = 0, neverBegan = 0 } = withLast(facts, machine);
  if (brokenOff < mostBrokenOff && neverBegan < mostNeverBegan) return undefined;
  const times = brokenOff + neverBegan;
  return failed('ReimageFailed', `${plan.name} kept its disk though it was to be reimaged ${times} times.`);
}

/** The last intention counted: it failed, or the request was lost, or whoever intended it died before it. */
function withLast({ brokenOff = 0, neverBegan = 0 }: Facts, { provisioningState }: Machine): Partial<Facts> {
  return provisioningState === 'Succeeded'
    ? { brokenOff, neverBegan: neverBegan + 1 }
    : { brokenOff: brokenOff + 1, neverBegan };
}

/**
 * A new disk from the old image: Microsoft's documents disagree on whether a reimage takes the image of the
 * model or the one that the instance was made from. Then Azure is told to bring the instance up to the model,
 * which gives it yet another disk.
 */
function isOldImageAgain({ work: { facts }, intent }: Look<Host>, { osDiskId }: Machine): boolean {
  if (facts.replaced === true) return true;
  return intent?.what === 'reimage' && osDiskId.toLowerCase() !== intent.before.toLowerCase();
}

function intention(
  machines: Machines,
  sessionHosts: SessionHosts,
  look: Look<Host>,
  machine: Machine,
): Intended<Facts> {
  const { work: host, intent } = look;
  const { plan, facts } = host;
  const replaced = isOldImageAgain(look, machine);
  const what = replaced ? 'apply the model' : 'reimage';
  const isCounted = intent?.what === what && facts.refused !== true;
  return {
    status: 'intend',
    what,
    before: machine.osDiskId,
    facts: { refused: false, ...(replaced && { replaced }), ...(isCounted && withLast(facts, machine)) },
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
