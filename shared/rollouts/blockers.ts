import { counted } from '../counted.ts';
import { type Failure, failure } from '../errors.ts';
import type { Capacity, HostView } from './capacity.ts';
import type { Finding } from './finding.ts';
import { type Freeze, frozenBy } from './freezes.ts';
import type { Model } from './fleet.ts';
import { upgradesByItself } from './model.ts';
import { type FoundPool, poolBlockers, poolWarnings } from './pool-findings.ts';
import { type Policy, type Pool, type PoolLink, windowOf } from './pool.ts';
import { fleetNamed, isSameRegion } from './stage.ts';
import {
  addedAtOnce,
  type FoundStandAlone,
  hinderedWarnings,
  standAloneBlockers,
  standAloneWarnings,
} from './surge-plan.ts';

/** What was found of a pool and of a version before anything is done. */
export interface Found extends FoundPool {
  readonly name: string;
  readonly pool: Pool;
  readonly version: {
    readonly number: string;
    readonly imageVersionId: string | undefined;
    /** Why no rollout to it would begin now. */
    readonly notUsable?: Failure | undefined;
  };
  readonly model: Model | undefined;
  /** Of machines that stand alone. */
  readonly standAlone: FoundStandAlone;
  /** Where the version is complete. */
  readonly regions: readonly string[];
  /** Of how many replicas the pool's machines are made. */
  readonly replicas: number | undefined;
  readonly freezes: readonly Freeze[];
  /** That the channel of the pool is gone round, if it is. */
  readonly notOfChannel: readonly Finding[];
  /** No more than so long take nine of ten hosts, and of those without users. */
  readonly mostMinutes: number;
  readonly quietMinutes: number;
  readonly fits: boolean;
}

/** What keeps a rollout waiting, and may change by itself or with the policy while it waits. */
const onlyWaits: ReadonlySet<string> = new Set([
  'RolloutAlreadyActive',
  'Frozen',
  'WindowTooShort',
  'FloorUnreachable',
  'SingleHost',
]);

/** Whether a rollout that begins all the same certainly fails. */
export function isFatal({ code }: Finding): boolean {
  return !onlyWaits.has(code);
}

/** What must change before this can be started. */
export function blockersOf(found: Found): readonly Finding[] {
  return [...wrongWithAzure(found), ...inTheWay(found), ...wrongWithPolicy(found)];
}

function wrongWithAzure(found: Found): Finding[] {
  const { name, pool, version, hostPool, model, regions } = found;
  const { link } = pool;
  const findings: Finding[] = [];
  const add = (code: string, message: string, remedy: string) => findings.push({ code, message, remedy });
  if (!hostPool) {
    add('NotFound', `Azure knows no host pool ${link.hostPool}.`, 'Correct the names in the host pool.');
  }
  findings.push(...poolBlockers(found));
  if (!model) {
    const message = `Azure knows no ${fleetNamed(link)}.`;
    add('NotFound', message, 'Correct the names in the host pool.');
  } else findings.push(...wrongWithModel(name, link, model));
  findings.push(...standAloneBlockers(found.standAlone));
  if (version.notUsable) findings.push(version.notUsable);
  else if (version.imageVersionId === undefined) {
    add('VersionNotReady', `Version ${version.number} is not in the gallery.`, 'Wait until it is captured.');
  } else if (!regions.some((region) => isSameRegion(region, link.location))) {
    const message = `Version ${version.number} is not complete in ${link.location}.`;
    add('VersionNotReady', message, 'Wait until it is replicated there, or add the region to the image set.');
  }
  return findings;
}

function wrongWithModel(name: string, link: PoolLink, model: Model): readonly Finding[] {
  // A resource group may be elsewhere than what is in it.
  if (model.kind === 'stand-alone') return [];
  const upgrades = upgradesByItself(model, link);
  const findings: Finding[] = upgrades ? [failure(upgrades.code, upgrades.message)] : [];
  if (isSameRegion(model.location, link.location)) return findings;
  const message = `The scale set is in ${model.location}, and ${name} says ${link.location}.`;
  return [{ code: 'RegionMismatch', message, remedy: 'Correct the location of the host pool.' }, ...findings];
}

function inTheWay({ name, pool: { activeRollout }, freezes }: Found): Finding[] {
  const findings: Finding[] = [];
  if (activeRollout !== undefined) {
    const message = `Rollout ${activeRollout} holds host pool ${name}.`;
    findings.push({ code: 'RolloutAlreadyActive', message, remedy: 'Wait for it, or abort it.' });
  }
  if (freezes.length > 0) {
    const message = `Host pool ${name} is ${frozenBy(freezes)}.`;
    findings.push({ code: 'Frozen', message, remedy: 'Wait for the end of the freeze, or lift it.' });
  }
  return findings;
}

function wrongWithPolicy(found: Found): Finding[] {
  const { pool, views, capacity, quietMinutes, fits } = found;
  const { link } = pool;
  const findings: Finding[] = [];
  const { floor, windows = [] } = link.policy;
  if (!fits) {
    const message = `No maintenance window is as long as the ${counted(quietMinutes, 'minute')} that a host without users takes (P90).`;
    findings.push({ code: 'WindowTooShort', message, remedy: 'Make a window longer, or the grace shorter.' });
  }
  // Where others are there before a host goes, none is missed.
  if (addedAtOnce(found.standAlone) > 0) return findings;
  const places = views.length * capacity.perHost;
  const least = capacity.isPersonal ? 0 : Math.ceil((places * floor.percent) / 100);
  if (views.length === 0 || places - capacity.perHost >= least) return findings;
  if (views.length > 1) {
    const message = `Of ${views.length} hosts the floor of ${floor.percent} % never lets one go.`;
    findings.push({ code: 'FloorUnreachable', message, remedy: 'Lower floor.percent, or add a host.' });
  } else if (!windows.some(({ outage }) => outage)) {
    const message = 'The pool has one host, and no window in which its users may be without it.';
    findings.push({ code: 'SingleHost', message, remedy: 'State a maintenance window with outage: true.' });
  }
  return findings;
}

/** What should be known, and keeps nothing from starting. */
export function warningsOf(
  found: Found,
  todo: readonly HostView[],
  ahead: readonly Freeze[],
): readonly Finding[] {
  const { pool, capacity, views } = found;
  const { policy } = pool.link;
  const findings: Finding[] = [...found.notOfChannel];
  const add = (code: string, message: string, remedy: string) => findings.push({ code, message, remedy });
  if (todo.length === 0) {
    const message = views.length > 0 ? 'Every host is on the version already.' : 'No hosts were found.';
    add(
      'NothingToDo',
      message,
      views.length > 0 ? 'Nothing.' : 'Correct the names in the host pool, or add hosts.',
    );
  }
  if (todo.length > 0 && isAtFloor(capacity)) {
    const message = `usable ${capacity.usable}, floor ${capacity.need}: with these users no host that takes users may go.`;
    add('CapacityFloor', message, 'Wait for users to leave, or lower floor.headroomPercent.');
  }
  if ((policy.waves ?? []).length === 0 && todo.length > fewHosts) {
    const message = `All ${todo.length} hosts are one wave: nothing proves the version first.`;
    add('NoCanary', message, 'State waves, such as one host that bakes for 30 minutes.');
  }
  findings.push(
    ...goneWarnings(pool, views),
    ...hinderedWarnings(found.standAlone),
    ...poolWarnings(found, todo),
    ...standAloneWarnings(found.standAlone),
  );
  addHosts(add, views, todo);
  addReplicas(add, found, Math.min(todo.length, windowOf(policy.maxUnavailable, views.length)));
  addUsers(add, policy, todo);
  if ((pool.took ?? []).length < enoughToKnow) {
    const message = 'The pool has no history to speak of: the times are those usual elsewhere.';
    add('NoHistory', message, 'Nothing: it comes with its rollouts.');
  }
  if (ahead.length > 0)
    add('FreezeAhead', `${frozenBy(ahead)}, before this is over.`, 'Begin earlier or later.');
  return findings;
}

/** Hosts that an earlier rollout lost with their machine: brought like any other, or, with surge, left as they are. */
function goneWarnings({ left = {}, link: { policy } }: Pool, views: readonly HostView[]): readonly Finding[] {
  const there = new Set(views.filter(({ isGone }) => !isGone).map(({ instanceId }) => instanceId));
  const gone = Object.values(left).filter(({ instanceId, isGone }) => isGone && !there.has(instanceId));
  return gone.map(({ name, rollout }) => {
    const call = (what: string) => `POST /rollouts/${rollout}/hosts/${name}/${what}`;
    const lost = `The machine of ${name} was deleted by rollout ${rollout} and not made again`;
    if (policy.surge === undefined)
      return finding('HostsGone', `${lost}; this one makes it.`, `Nothing; or let it go: ${call('skip')}.`);
    const remedy = `Have it made again first: ${call('retry')}; or let it go: ${call('skip')}.`;
    return finding('HostsGone', `${lost}; with surge nor does this one.`, remedy);
  });
}

function finding(code: string, message: string, remedy: string): Finding {
  return { code, message, remedy };
}

function isAtFloor({ usable, perHost, need, isPersonal }: Capacity): boolean {
  return !isPersonal && usable - perHost < need;
}

const fewHosts = 5;
const enoughToKnow = 5;
type Add = (code: string, message: string, remedy: string) => void;

function addHosts(add: Add, views: readonly HostView[], todo: readonly HostView[]): void {
  const named = (hosts: readonly HostView[]) =>
    hosts
      .slice(0, 10)
      .map(({ name }) => name)
      .join(', ');
  const busy = todo.filter(({ isBusy }) => isBusy);
  if (busy.length > 0) {
    add(
      'AzureBusy',
      `Azure is at work on ${counted(busy.length, 'host')}: ${named(busy)}.`,
      'Nothing: they wait for it.',
    );
  }
  const silent = views.filter((view) => !view.takesUsers && !view.isPoweredOff && !view.isGone);
  if (silent.length > 0) {
    const message = `${counted(silent.length, 'host runs and takes', 'hosts run and take')} no users: ${named(silent)}.`;
    add('HostsTakeNoUsers', message, 'See whether they are drained, ill or not registered.');
  }
}

/** Azure's advice: one replica for each 50 machines that are made at once; with fewer they wait for each other. */
const machinesPerReplica = 50;

function addReplicas(add: Add, { version, pool, replicas }: Found, atOnce: number): void {
  const wanted = Math.ceil(atOnce / machinesPerReplica);
  if (replicas === undefined || replicas >= wanted) return;
  const message = `${counted(atOnce, 'host is', 'hosts are')} made at once from ${counted(replicas, 'replica')} of ${version.number} in ${pool.link.location}.`;
  add(
    'FewReplicas',
    message,
    `Give the region ${counted(wanted, 'replica')} first, or state a lower maxUnavailable.`,
  );
}

function addUsers(add: Add, { sessions }: Policy, todo: readonly HostView[]): void {
  const users = todo.reduce((sum, host) => sum + host.sessions, 0);
  if (users === 0) return;
  const { disconnected, disconnectedMinutes = 0 } = sessions;
  const early =
    disconnected === 'log-off-early'
      ? ` Those that are disconnected for ${counted(disconnectedMinutes, 'minute')} are logged off untold.`
      : '';
  if (sessions.atGraceEnd === 'log-off') {
    const message = `${counted(users, 'session is', 'sessions are')} logged off when the grace of ${counted(sessions.graceMinutes, 'minute')} is over.${early}`;
    add('UsersLoggedOff', message, 'Nothing, if that is meant; else say atGraceEnd: wait.');
  } else {
    const message = `${counted(users, 'session')} may stay for ${counted(sessions.waitHours, 'hour')}, and their hosts may be left as they are.${early}`;
    add('UsersMayStay', message, 'Begin when users have left, or say atGraceEnd: log-off.');
  }
}
