import { minutesAfter, secondsBetween } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import type { Facts } from './facts.ts';
import { type Host, wantedImage } from './host.ts';
import type { KeptBlueprint } from './course.ts';
import { isBusy, type Machine, madeByTag, reasonOf } from './machine.ts';
import { madeBy, tagsOf } from './made-by.ts';
import { paceOf, untilTick } from './pace.ts';
import { freshFor, listedMachine } from './readings.ts';
import type { RemoveParts } from './remove.ts';
import { adminPasswordOf, ensureReadable } from './secrets.ts';
import { unequippedTag } from './tag.ts';
import {
  done,
  type EnsureHostStage,
  failed,
  isTurnedAway,
  landsWithinMinutes,
  running,
  turnedAway,
} from './stage.ts';

/** Machines that Azure made and that do not run, or that never came. */
const mostNotCreated = 3;
/** A machine may be written four times a minute; what is refused for now is so for a while. */
const nextTrySeconds = 60;

type Parts = Omit<RemoveParts, 'sessionHosts'>;

/**
 * The machine is there, made for this work from the image version that is wanted. One that was made and does
 * not run is deleted and made again, a few times. Nothing is asked for while a request of before may be on
 * its way, and what has the name and is not ours is left alone.
 */
export function ensureCreated(parts: Parts): EnsureHostStage {
  const { machines, readings } = parts;
  return async (look) => {
    const { work: host, intent } = look;
    const { plan, facts } = host;
    const blueprint = facts.blueprint ?? (await copied(parts, look));
    if ('status' in blueprint) return blueprint;
    const listed = intent && (await listedMachine(readings, plan.machine, freshFor(look)));
    if (listed && isBusy(listed)) return atWork(parts, look);
    const machine = await machines.read(plan.machine);
    if (machine) return await answerOf(parts, look, machine);
    return missing(look) ?? creation(parts, look, blueprint);
  };
}

/** What a host that is added is made after, kept before anything is asked for. */
async function copied(
  { machines, secrets }: Parts,
  { work: host, now }: Look<Host>,
): Promise<Settled<Facts>> {
  const { plan } = host;
  const like = plan.like ?? plan.machine.instanceId;
  const blueprint = await machines.standAlone.blueprint({ ...plan.machine, instanceId: like });
  const missing = (await machines.read({ ...plan.machine, instanceId: like }))?.tags[unequippedTag];
  if (missing !== undefined) {
    const message = `${like}, after which ${plan.name} was to be made, never got its extensions: ${missing}.`;
    return failed('NotReplaceable', message);
  }
  if (!blueprint)
    return failed('NotReplaceable', `${like}, after which ${plan.name} was to be made, is gone.`);
  const { notBeside } = blueprint;
  if (notBeside !== undefined) return failed('NotReplaceable', `${like}: ${notBeside}`);
  await ensureReadable(secrets, plan, blueprint);
  return running('what it is made after to be kept', 0, { facts: { blueprint, keptAt: now } });
}

function atWork({ durations }: Parts, { work: { plan }, intent, since, now }: Look<Host>): Settled<Facts> {
  const pool = plan.pool.hostPool;
  const pace = paceOf(secondsBetween(intent?.at ?? since, now), durations.usual(pool, 'create'));
  return running('Azure to make the machine', untilTick(now, plan, pace));
}

async function answerOf(parts: Parts, look: Look<Host>, machine: Machine) {
  const { work: host, intent, now } = look;
  const { plan } = host;
  if (machine.tags[madeByTag] !== madeBy(plan)) {
    return failed(
      'NameTaken',
      `${plan.name} is the name of a machine that was not made for it, and is left alone.`,
    );
  }
  if (isBusy(machine)) return atWork(parts, look);
  const isWanted = machine.imageVersionId.toLowerCase() === wantedImage(host).toLowerCase();
  if (machine.provisioningState !== 'Succeeded' || !isWanted) return await clearance(parts, look, machine);
  if (intent) parts.durations.saw(plan.pool.hostPool, 'create', secondsBetween(intent.at, now));
  return done({ reimagedAt: now, refused: false });
}

/** Undefined once it is certain that nothing is on its way, and as long as it is worth another try. */
function missing({ work: { plan, facts }, intent, now }: Look<Host>): Settled<Facts> | undefined {
  const { refused, mayLandUntil = '', notCreated = 0 } = facts;
  if (now < mayLandUntil) return running('what may still be on its way to Azure', 15);
  const isCounted = intent?.what === create && refused !== true;
  if (notCreated + (isCounted ? 1 : 0) < mostNotCreated) return undefined;
  return failed('CreateFailed', `${plan.name} was to be made ${mostNotCreated} times and is not there.`);
}

const create = 'make the machine';

function creation({ machines, secrets }: Parts, look: Look<Host>, blueprint: KeptBlueprint): Intended<Facts> {
  const { work: host, intent } = look;
  const { plan, facts } = host;
  const { refused, notCreated = 0 } = facts;
  const isCounted = intent?.what === create && refused !== true;
  const counted = isCounted ? { notCreated: notCreated + 1 } : {};
  return asking(look, { what: create, before: '', facts: counted }, async () => {
    const adminPassword = await adminPasswordOf(secrets, plan);
    await machines.standAlone.create(plan.machine, {
      blueprint,
      as: plan.task === 'add' ? 'beside' : 'again',
      imageVersionId: wantedImage(host),
      tags: tagsOf(host),
      ...(adminPassword !== undefined && { adminPassword }),
    });
  });
}

/** What was made is not as wanted: it goes, and the next is made in its place. */
async function clearance({ machines }: Parts, look: Look<Host>, machine: Machine) {
  const { work: host, intent, now } = look;
  const { plan, facts } = host;
  const { provisioningState, imageVersionId, vmId } = machine;
  const isAsked = intent?.what === clear && intent.before === vmId;
  if (isAsked && facts.refused !== true && now < minutesAfter(intent.at, landsWithinMinutes))
    return running('Azure to delete the machine', 15);
  const notCreated = (facts.notCreated ?? 0) + (isAsked ? 0 : 1);
  if (notCreated >= mostNotCreated) {
    const evidence = `${plan.name} is ${provisioningState}, made from ${imageVersionId}`;
    return failed('CreateFailed', `After ${mostNotCreated} tries ${evidence}.${reasonOf(machine)}`);
  }
  const isAdded = plan.task === 'add';
  if (!isAdded && !(await machines.standAlone.ensurePartsKept(plan.machine)))
    return running('its disks and network interfaces to be kept', 10);
  return asking(look, { what: clear, before: vmId, facts: { notCreated } }, async () => {
    if (isAdded) await machines.standAlone.removeWithParts(plan.machine);
    else await machines.standAlone.remove(plan.machine);
  });
}

const clear = 'delete what was made';

/** Intended and then asked of Azure: until it has answered nothing else is asked. */
function asking(
  { now }: Look<Host>,
  { facts, ...intended }: Pick<Intended<Facts>, 'what' | 'before'> & { facts: Partial<Facts> },
  ask: () => Promise<void>,
): Intended<Facts> {
  return {
    status: 'intend',
    ...intended,
    facts: { ...facts, refused: false, mayLandUntil: minutesAfter(now, landsWithinMinutes) },
    proceed: async () => {
      try {
        await ask();
      } catch (error) {
        if (!isTurnedAway(error)) throw error;
        return turnedAway(error, { refused: true, mayLandUntil: '' }, nextTrySeconds);
      }
      const news = `Azure accepted to ${intended.what}`;
      return running(`Azure to ${intended.what}`, 30, { facts: { mayLandUntil: '' }, news });
    },
  };
}
