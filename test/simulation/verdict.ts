import type { Told } from '../../shared/hosts/facts.ts';
import type { Host } from '../../shared/hosts/host.ts';
import type { Approval } from '../../shared/approvals/approval.ts';
import type { Channel } from '../../shared/channels/channel.ts';
import type { Validation } from '../../shared/gates/validation.ts';
import type { Version } from '../../shared/images/image.ts';
import type { Release } from '../../shared/releases/course.ts';
import type { Pool } from '../../shared/rollouts/pool.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import { logOffWhilePresent } from '../support/fleet-verdict.ts';
import { tag } from '../support/small-azure.ts';
import type { Session } from '../support/small-desktop.ts';
import type { Cloud } from './cloud.ts';
import { isOpen, type People } from './people.ts';
import { wrongSize, wrongWithFleet } from './fleet-size.ts';
import type { Place } from './place.ts';

/** What is not as it must be once all is over; nothing if all is well. */
export function wrongAtTheEnd(cloud: Cloud, people: People): string[] {
  const { tables } = cloud;
  const hosts = tables.statesOf<Host>('hosts').map(([, host]) => host);
  return [
    ...tables.statesOf<Rollout>('rollouts').flatMap(([id, rollout]) => endless(id, rollout)),
    ...tables.statesOf<Version>('versions').flatMap(([id, version]) => unfinished(id, version)),
    ...tables
      .statesOf<Pool>('hostpools')
      .flatMap(([name, { activeRollout }]) =>
        activeRollout === undefined ? [] : [`R11: ${activeRollout} holds ${name} for ever`],
      ),
    ...[...cloud.places.values()].flatMap((place) => wrongAt(place, people, hosts)),
    ...[...cloud.places.values()].flatMap((place) =>
      wrongSize(
        place,
        tables.statesOf<Rollout>('rollouts').map(([, rollout]) => rollout),
      ),
    ),
    ...leftOnTheBench(cloud),
    ...unsettled(cloud),
  ];
}

function endless(id: string, rollout: Rollout): string[] {
  if (isOpen(rollout)) {
    const { stage, waitingFor } = 'standing' in rollout ? rollout.standing : { stage: '', waitingFor: '' };
    return [`R11: ${id} is in ${stage} for ever: ${waitingFor}`];
  }
  return Object.values(rollout.facts.hosts ?? {})
    .filter(({ outcome }) => outcome === 'admitted')
    .map(({ name }) => `R11: ${id} is over and ${name} never ended`);
}

/** V5, P6: whatever happened, a channel is at rest, and who holds a version is there. */
function unsettled(cloud: Cloud): string[] {
  const { tables } = cloud;
  const releases = tables
    .statesOf<Release>('releases')
    .flatMap(([id, release]) =>
      'standing' in release ? [`X5: release ${id} is ${release.phase} for ever`] : [],
    );
  const channels = tables
    .statesOf<Channel>('channels')
    .flatMap(([id, channel]) => (channel.phase === 'moving' ? [`X5: channel ${id} moves for ever`] : []));
  const open = tables
    .statesOf<Approval>('approvals')
    .flatMap(([id, { phase }]) =>
      phase === 'pending' ? [`X5: approval ${id} is open, and nobody waits for it`] : [],
    );
  const runs = tables
    .statesOf<Validation>('validations')
    .flatMap(([id, { end }]) => (end ? [] : [`X5: validation ${id} is under way, and nobody waits for it`]));
  return [...releases, ...channels, ...open, ...runs];
}

function unfinished(id: string, version: Version): string[] {
  return 'standing' in version ? [`X5: version ${id} is in ${version.standing.stage} for ever`] : [];
}

function wrongAt(place: Place, people: People, all: readonly Host[]): string[] {
  const here = all.filter(({ plan }) => plan.pool.hostPool === place.name);
  const told = here.flatMap((host) => (host.facts.told ?? []).map((message) => ({ host, message })));
  return [
    ...[...place.azure.fleet.keys()].flatMap((instanceId) =>
      wrongWithMachine(place, instanceId, people, here),
    ),
    ...wrongWithFleet(place, here),
    ...place.azure.desktop.everySession.flatMap((session) => wrongWith(session, told)),
    ...here.flatMap(({ plan, ...host }) =>
      'standing' in host ? [`R11: ${plan.name} of ${place.name} is in ${host.standing.stage} for ever`] : [],
    ),
  ];
}

interface ToldOn {
  readonly host: Host;
  readonly message: Told;
}

/** Each piece of work on a host may tell a user once, and once at each step of its ladder. */
function wrongWith(session: Session, told: readonly ToldOn[]): string[] {
  const { id, told: times, endedBy } = session;
  const his = told.filter(({ message }) => message.session === id);
  const written = his.reduce((sum, { message: { reminded = [] } }) => sum + 1 + reminded.length, 0);
  if (times > written) return [`R5: session ${id} was told ${times} times and ${written} are on record`];
  if (endedBy === 'reimage') return [`R5: session ${id} was cut by a reimage`];
  const last = his.at(-1);
  return logOffWhilePresent(session, last?.message, last?.host).map((wrong) => `R5: ${wrong}`);
}

function wrongWithMachine(place: Place, instanceId: string, people: People, here: readonly Host[]): string[] {
  const { fleet } = place.azure;
  const state = fleet.get(instanceId);
  if (!state) return [];
  const works = here.filter(({ plan }) => plan.machine.instanceId === instanceId);
  const last = works.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1)).at(-1);
  const name = `${state.machine.computerName} of ${place.name}`;
  const disks = tooManyDisks(place, name, state, works);
  if (last?.phase === 'quarantined') {
    return [
      ...disks,
      ...(last.failure.message === '' ? [`R10: ${name} is quarantined without a reason`] : []),
    ];
  }
  // One that was lost before, and is not on the version since, may be left as it was found: lost.
  const isLost = works.some(({ phase }) => phase === 'quarantined') && last?.phase !== 'done';
  if (isLost && state.machine.tags[tag]?.startsWith('goldsmith:')) return disks;
  const isTouched = people.touched.has(`${place.name}/${instanceId}`);
  return [...disks, ...notBack(place, name, state, isTouched), ...onAnotherVersion(name, state, works)];
}

type MachineState = NonNullable<ReturnType<Place['azure']['fleet']['get']>>;

/** Where a reimage keeps the image, another follows that brings the instance up to the model. */
function tooManyDisks(
  { azure: { kind, vanished } }: Place,
  name: string,
  { temper, reimages, machine }: MachineState,
  works: readonly Host[],
): string[] {
  const isAlone = kind === 'stand-alone';
  const disksOf = ({ facts }: Host) => (isAlone ? (facts.restore ? 2 : 1) : temper.keepsImage ? 2 : 1);
  const reached = works.filter(
    ({ phase, facts }) => phase === 'done' || phase === 'quarantined' || facts.restore,
  );
  // One that somebody took away while it was made is made again.
  const taken = vanished.has(machine.instanceId) ? 1 : 0;
  const most = reached.reduce((sum, work) => sum + disksOf(work), taken);
  return reimages > most ? [`X1: ${name} got ${reimages} disks in ${reached.length} updates`] : [];
}

function notBack({ azure }: Place, name: string, state: MachineState, isTouched: boolean): string[] {
  const { machine, before } = state;
  const wrongs: string[] = [];
  if (machine.tags[tag] !== before.tag)
    wrongs.push(`R10: the tag of ${name} is ${machine.tags[tag]} and was ${before.tag}`);
  const flag = azure.desktop.isOpen(machine.computerName);
  const isLeft = flag === undefined || isTouched;
  const user = azure.desktop.userOf(machine.computerName);
  if (!isLeft && user !== before.user) wrongs.push(`R10: ${name} is ${user}'s and was ${before.user}'s`);
  if (!isLeft && flag !== before.allowNewSession)
    wrongs.push(`R10: ${name} takes users: ${flag}, and did before: ${before.allowNewSession}`);
  return wrongs;
}

function onAnotherVersion(name: string, { machine }: MachineState, works: readonly Host[]): string[] {
  const done = works.filter(({ phase }) => phase === 'done');
  const last = done.toSorted((a, b) => (endOf(a) < endOf(b) ? -1 : 1)).at(-1)?.plan.imageVersionId;
  const isThere = last === undefined || machine.imageVersionId === last;
  return isThere ? [] : [`R13: ${name} is on ${machine.imageVersionId} and was brought to ${last}`];
}

function endOf(host: Host): string {
  return 'at' in host ? host.at : '';
}

/** Nothing of a build that is over is left behind, and its sources are all there. */
function leftOnTheBench({ bench, tables }: Cloud): string[] {
  const { things, missing } = bench.left();
  const versions = tables.statesOf<Version>('versions').map(([, version]) => version);
  const isHeld = versions.some(({ phase }) => phase === 'held');
  return [
    ...(isHeld ? [] : things.map((id) => `nobody took ${id} off the bench`)),
    ...missing.map((id) => `${id} was somebody's and is gone`),
  ];
}
