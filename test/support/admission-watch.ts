import type { SessionHosts } from '../../shared/hosts/session-host.ts';
import { windowOf } from '../../shared/rollouts/pool.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import type { Change } from '../../shared/workflow/store.ts';
import type { SmallAzure } from './small-azure.ts';
import { sessionLimit } from './small-desktop.ts';
import type { World } from './world.ts';

interface Truth {
  readonly open: ReadonlySet<string>;
  readonly sessions: number;
  readonly all: number;
}

/**
 * Holds every admission against what the world was really like when the look read the pool: counted here
 * anew, from the machines and the users, not from what the app made of it.
 */
export class AdmissionWatch {
  readonly #world: World;
  readonly #azure: SmallAzure;
  readonly #truths = new WeakMap<object, Truth>();
  admissions = 0;
  /** The end of a freeze that somebody was told is in force. */
  frozenUntil = '';

  constructor(world: World, azure: SmallAzure) {
    this.#world = world;
    this.#azure = azure;
  }

  over(sessionHosts: SessionHosts): SessionHosts {
    return {
      ...sessionHosts,
      list: async (pool) => {
        this.#truths.set(this.#world.task, this.#truth());
        return await sessionHosts.list(pool);
      },
    };
  }

  #truth(): Truth {
    const machines = [...this.#azure.fleet.values()].map(({ machine }) => machine);
    const { desktop } = this.#azure;
    const open = machines.filter(({ computerName }) => desktop.takesUsers(computerName));
    return {
      open: new Set(open.map(({ instanceId }) => instanceId)),
      sessions: machines.reduce((sum, { computerName }) => sum + desktop.count(computerName), 0),
      all: machines.length,
    };
  }

  saving({ state, event, at, before }: Change<Rollout, RolloutEvent>): void {
    if (event.type !== 'stage-running') return;
    const known = before?.state.facts.hosts ?? {};
    const admitted = Object.values((event.facts && 'hosts' in event.facts && event.facts.hosts) || {}).filter(
      ({ instanceId, outcome }) => outcome === 'admitted' && !(instanceId in known),
    );
    if (admitted.length === 0) return;
    this.admissions += admitted.length;
    beforeItsWave(state, at).forEach((wrong) => this.#azure.wrongs.push(wrong));
    this.#heldBack(before?.state, state, at, admitted).forEach((wrong) => this.#azure.wrongs.push(wrong));
    this.#wrongs(state, admitted).forEach((wrong) => this.#azure.wrongs.push(wrong));
  }

  #heldBack(
    before: Rollout | undefined,
    rollout: Rollout,
    at: string,
    admitted: readonly HostRecord[],
  ): string[] {
    const wrongs: string[] = [];
    if (before?.phase === 'running' && before.pause) wrongs.push('R8: a host was admitted in a pause');
    if (at < this.frozenUntil) wrongs.push('R8: a host was admitted in a freeze');
    if (!admitted.every(({ admittedAt }) => isInWindow(rollout, admittedAt))) {
      wrongs.push('R8: a host was admitted that cannot end within the window');
    }
    return wrongs;
  }

  #wrongs({ link, facts }: Rollout, admitted: readonly HostRecord[]): string[] {
    const truth = this.#truths.get(this.#world.task);
    if (!truth) return ['R2: a host was admitted without a look at the pool'];
    const records = Object.values(facts.hosts ?? {});
    const { policy } = link;
    const wrongs: string[] = [];
    const gone = new Set(
      records
        .filter(({ outcome }) => outcome === 'admitted' || outcome === 'quarantined')
        .map(({ instanceId }) => instanceId),
    );
    const left = [...truth.open].filter((instanceId) => !gone.has(instanceId)).length * sessionLimit;
    const { percent, headroomPercent } = policy.floor;
    const need = Math.max(
      truth.sessions * (1 + headroomPercent / 100),
      (truth.all * sessionLimit * percent) / 100,
    );
    const takes = admitted.some(({ instanceId }) => truth.open.has(instanceId));
    if (takes && left < need) wrongs.push(`R2: ${left} places are left and ${need} are needed`);
    const inFlight = records.filter(({ outcome }) => outcome === 'admitted').length;
    const window = windowOf(policy.maxUnavailable, truth.all);
    if (inFlight > window) wrongs.push(`R3: ${inFlight} hosts are under way, and ${window} may`);
    const broken = records.filter(
      ({ outcome, code }) => outcome === 'quarantined' || (outcome === 'failed' && code !== 'HostVanished'),
    ).length;
    if (broken > policy.maxFailed) wrongs.push(`R7: a host was admitted after ${broken} had failed`);
    return wrongs;
  }
}

/** Reckoned on a clock that shows UTC, as all windows of these worlds do; no host takes less than so long. */
const leastMinutes = 15;

function isInWindow({ link }: Rollout, at: string): boolean {
  const { windows = [] } = link.policy;
  const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const now = minute(at.slice(11, 16));
  return (
    windows.length === 0 ||
    windows.some(({ start, end }) => {
      const since = (now - minute(start) + 1440) % 1440;
      return since + leastMinutes <= (minute(end) - minute(start) + 1440) % 1440;
    })
  );
}

/** Reckoned anew, for the first wave: it is to be proven, and to have baked, before anything follows it. */
function beforeItsWave({ link, facts }: Rollout, at: string): string[] {
  const [first] = link.policy.waves ?? [];
  if (first?.upTo !== 1) return [];
  const records = Object.values(facts.hosts ?? {});
  const proven = records.filter(({ outcome }) => outcome === 'done');
  const underWay = records.filter(({ outcome }) => outcome === 'admitted').length;
  if (proven.length === 0)
    return underWay > 1 ? [`R7: ${underWay} hosts are under way in a wave of one`] : [];
  const [since = at] = proven.map(({ endedAt }) => endedAt ?? at).toSorted();
  const baked = Date.parse(since) + first.bakeMinutes * 60_000;
  return Date.parse(at) < baked ? ['R7: a host was admitted before the first wave had baked'] : [];
}
