import type { LoggedOff, Told } from '../../shared/hosts/facts.ts';
import type { Host } from '../../shared/hosts/host.ts';
import { minutesAfter, secondsBetween } from '../../shared/instant.ts';
import type { Fleet } from './fleet.ts';
import { wrongWithMachine } from './machine-verdict.ts';
import type { Random } from './random.ts';
import { domainJoin, evenTempered } from './small-machine.ts';
import type { Session } from './small-desktop.ts';
import type { World } from './world.ts';

/** Machines of all tempers, and users who come, leave and stay. */
export function populate(world: World, { azure }: Pick<Fleet, 'azure'>, count: number, isCalm = false): void {
  const { random } = world;
  if (isCalm) {
    for (let number = 0; number < count; number += 1) azure.add(String(number));
    for (let user = 0; user < count * 3; user += 1)
      azure.desktop.arrive(`user-${user}`, random.between(60, 3000));
    return;
  }
  const seldom = (rate: number, value: number) => (random.happens(rate) ? value : 0);
  const isPersonal = azure.desktop.type === 'Personal';
  for (let number = 0; number < count; number += 1) {
    azure.add(String(number), {
      temper: {
        ...evenTempered,
        breaksOff: seldom(0.1, random.whole(1, 3)),
        keepsImage: random.happens(0.1),
        installsFail: seldom(0.1, random.whole(1, 3)),
        installsSilently: seldom(0.05, random.whole(1, 3)),
        isIll: random.happens(0.05),
        upgradeMinutes: seldom(0.2, 40),
      },
      isOff: random.happens(0.1),
      isDrained: random.happens(0.1),
      priorTag: random.happens(0.2) ? 'for a reason' : '',
      user: isPersonal && random.happens(0.7) ? `owner-${number}@example.com` : '',
      keepsParts: azure.kind !== 'stand-alone' || random.happens(0.7),
      extensions: extensionsOf(azure, random),
    });
    temperByKind(azure, random);
  }
  const users = random.whole(0, count * 4);
  for (let user = 0; user < users; user += 1) {
    // Some have stayed since before, and some will not go by themselves.
    const stays = random.happens(0.2) ? 1_000_000 : random.between(60, 3000);
    // Some are there before the work begins, half an hour from now; some come in the very minutes of it.
    const comes = random.oneOf([
      0,
      random.between(0, 5400),
      random.between(1740, 1860),
      random.between(1740, 1860),
    ]);
    world.after(comes, () => azure.desktop.arrive(`user-${user}`, stays));
  }
}

function extensionsOf({ kind }: Fleet['azure'], random: Random): readonly string[] {
  if (kind !== 'stand-alone') return [];
  return random.oneOf([[], ['Monitor'], [domainJoin], [domainJoin, 'Monitor']]);
}

/** What only machines of this kind may have: drawn for the one that was added last. */
function temperByKind({ kind, fleet }: Fleet['azure'], random: Random): void {
  const state = [...fleet.values()].at(-1);
  if (!state || kind === 'uniform') return;
  const { temper } = state;
  const seldom = (rate: number, value: number) => (random.happens(rate) ? value : 0);
  state.temper =
    kind === 'flexible'
      ? { ...temper, keepsDisk: !temper.keepsImage && random.happens(0.5) }
      : {
          ...temper,
          createsFail: seldom(0.15, random.whole(1, 3)),
          extensionsFail: seldom(0.1, random.whole(1, 3)),
          isIll: temper.isIll || random.happens(0.1),
        };
}

/** All that is not as it must be once the work on these hosts has ended; nothing if all is well. */
export function wrongIn({ azure }: Fleet, hosts: readonly Host[]): string[] {
  const everTold = hosts.flatMap(({ facts }) => facts.told ?? []);
  const told = new Map(everTold.map((one) => [one.session, one]));
  return [
    ...azure.wrongs,
    ...azure.desktop.bounced,
    ...hosts.flatMap((host) => [
      // Of one that was put off and came again, what counts is how it ended.
      ...(isLast(host, hosts) ? wrongWithMachine(azure, host, lostBefore(host, hosts)) : []).map(
        (wrong) => `${host.plan.name} is ${host.phase}: ${wrong}`,
      ),
      ...(/eyJ/.test(JSON.stringify(host)) ? [`${host.plan.name} keeps a token`] : []),
      ...(host.facts.loggedOff ?? []).flatMap((one) => wrongLogOff(host, one)),
      ...(host.facts.told ?? []).flatMap(wrongLadder),
    ]),
    ...azure.desktop.everySession.flatMap((session) => {
      // Each time that a host has its turn anew its users are told anew, and reminded once at each step.
      const times = everTold
        .filter((one) => one.session === session.id)
        .reduce((sum, { reminded = [] }) => sum + 1 + reminded.length, 0);
      const host = hosts.findLast(({ facts }) => facts.told?.some((one) => one.session === session.id));
      return [
        ...wrongWith(session, told.get(session.id), Math.max(1, times)),
        ...logOffWhilePresent(session, told.get(session.id), host),
      ];
    }),
  ];
}

/** R5, as the record has it: told and with all of his grace; or disconnected for as long as the policy says. */
export function wrongLogOff({ plan, facts }: Host, { session, at, disconnectedSince }: LoggedOff): string[] {
  const { graceMinutes, disconnected, disconnectedMinutes = 0 } = plan.policy.sessions;
  if (disconnectedSince !== undefined) {
    const isSoon = at < minutesAfter(disconnectedSince, disconnectedMinutes);
    if (disconnected !== 'log-off-early')
      return [`session ${session} was logged off early, against its policy`];
    return isSoon ? [`session ${session} was logged off before it was disconnected for long`] : [];
  }
  const message = facts.told?.find((one) => one.session === session);
  if (!message) return [`session ${session} was logged off untold`];
  const isWithin = at < minutesAfter(message.at, graceMinutes);
  return isWithin ? [`session ${session} was logged off within its grace`] : [];
}

/** R5, as the record has it: one step after the other, and none twice. */
export function wrongLadder({ session, reminded = [] }: Told): string[] {
  const steps = reminded.map(({ minutes }) => minutes);
  const isWrong = steps.some((step, index) => index > 0 && step >= (steps[index - 1] ?? 0));
  return isWrong ? [`session ${session} was reminded at ${steps.join(', ')}`] : [];
}

/** A request to log off may be on its way for so long; who comes back meanwhile nobody can help. */
const onItsWaySeconds = 120;

/** R5, as it was: whoever was there when he was logged off had been told, and had all of his grace. */
export function logOffWhilePresent(
  { id, state, backAt, endedBy, endedAt = '' }: Session,
  told: Told | undefined,
  host: Pick<Host, 'plan'> | undefined,
): string[] {
  if (endedBy !== 'log-off' || state === 'Disconnected') return [];
  if (backAt !== undefined && secondsBetween(backAt, endedAt) <= onItsWaySeconds) return [];
  if (!told || !host) return [`session ${id} was logged off while its user was there, untold`];
  const end = minutesAfter(told.at, host.plan.policy.sessions.graceMinutes);
  return endedAt < end ? [`session ${id} was logged off while its user was there, within his grace`] : [];
}

/** How often it was left in quarantine before, with whatever it had by then. */
function lostBefore({ plan, startedAt }: Host, hosts: readonly Host[]): number {
  const { instanceId } = plan.machine;
  const earlier = hosts.filter(
    (one) => one.plan.machine.instanceId === instanceId && one.startedAt < startedAt,
  );
  return earlier.filter(({ phase }) => phase === 'quarantined').length;
}

function isLast({ plan, startedAt }: Host, hosts: readonly Host[]): boolean {
  return hosts.every(
    (other) => other.plan.machine.instanceId !== plan.machine.instanceId || other.startedAt <= startedAt,
  );
}

function wrongWith({ id, told: times, endedBy }: Session, told: Told | undefined, most: number): string[] {
  const wrongs: string[] = [];
  if (times > most) wrongs.push(`session ${id} was told ${times} times`);
  if (times > 0 && !told) wrongs.push(`session ${id} was told and nobody wrote it down`);
  if (endedBy === 'reimage') wrongs.push(`session ${id} was cut by a reimage`);
  // One that ended before the message came to it was told in vain.
  if (told?.confirmed && times === 0 && endedBy !== 'user') wrongs.push(`session ${id} is said to be told`);
  return wrongs;
}
