import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import { type Machine, poolTag } from '../../shared/hosts/machine.ts';
import type { SessionHosts } from '../../shared/hosts/session-host.ts';
import { drainAheadOf, surgeOf, windowOf } from '../../shared/rollouts/pool.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import type { Records } from '../../shared/rollouts/hosts.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import type { Change } from '../../shared/workflow/store.ts';
import type { SmallAzure } from './small-azure.ts';
import { sessionLimit } from './small-desktop.ts';
import { beforeItsWave, brokenIn, isInWindow, leastMinutes } from './admission-rules.ts';
import type { World } from './world.ts';

interface Truth {
  readonly open: ReadonlySet<string>;
  /** Those that are open, and those that somebody who switched them on would have open in a while. */
  readonly ready: ReadonlySet<string>;
  readonly sessions: number;
  /** Every machine there is of the pool. */
  readonly there: ReadonlySet<string>;
  readonly at: string;
}

/**
 * Holds every admission against what the world was really like when the look read the pool: counted here
 * anew, from the machines and the users, not from what the app made of it.
 */
export class AdmissionWatch {
  readonly #world: World;
  readonly #azure: SmallAzure;
  readonly #truths = new WeakMap<object, Truth>();
  /** Of rollouts and their hosts: whose turn it was, and who has been healthy since. */
  readonly #rollouts = new Set<string>();
  readonly #words = new Set<string>();
  readonly #healthy = new Set<string>();
  /** The most machines there ever were: a share of them is reckoned from what was read last. */
  #machines = 0;
  admissions = 0;
  words = 0;
  /** The end of a freeze that somebody was told is in force. */
  frozenUntil = '';

  /** How many hosts of so many somebody else keeps on, now and for as long as a host is away. */
  keptOn: (at: string, size: number) => number = () => 0;

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
    this.#machines = Math.max(this.#machines, machines.length);
    const { desktop } = this.#azure;
    const open = machines.filter(({ computerName }) => desktop.takesUsers(computerName));
    const ready = machines.filter((machine) => open.includes(machine) || this.#isToBeHad(machine));
    return {
      open: new Set(open.map(({ instanceId }) => instanceId)),
      ready: new Set(ready.map(({ instanceId }) => instanceId)),
      sessions: machines.reduce((sum, { computerName }) => sum + desktop.count(computerName), 0),
      there: new Set(
        machines.filter((machine) => this.#isOfPool(machine)).map(({ instanceId }) => instanceId),
      ),
      at: this.#world.now(),
    };
  }

  /** One that stands alone and that somebody took out of the pool is his again: nothing tells whose it was. */
  #isOfPool({ computerName, tags }: Pick<Machine, 'computerName' | 'tags'>): boolean {
    const { kind, desktop } = this.#azure;
    return kind !== 'stand-alone' || desktop.isRegistered(computerName) || tags[poolTag] !== undefined;
  }

  /** In the pool, not drained, and off; or switched on since the machines were read, a moment before their hosts. */
  #isToBeHad({ computerName, power }: Pick<Machine, 'computerName' | 'power'>): boolean {
    const isOff = power === 'deallocated' || power === 'stopped' || power === 'starting';
    return isOff && this.#azure.desktop.isOpen(computerName) === true;
  }

  /** Hosts are told of their turn when it is written down, and not done anything to before. */
  hostSaved({ plan, facts }: Host, event: HostEvent | undefined): void {
    const key = `${plan.rollout}/${plan.machine.instanceId}`;
    if (facts.firstHealthyAt !== undefined) this.#healthy.add(key);
    const isReimaged = event?.type === 'stage-intended' && event.stage === 'reimage';
    if (isReimaged && facts.goAt === undefined)
      this.#azure.wrongs.push(`R3: ${plan.name} was reimaged before its turn`);
    if (event?.type === 'go' && this.#rollouts.has(plan.rollout) && !this.#words.has(key))
      this.#azure.wrongs.push(`R3: ${plan.name} was told of its turn before that was written down`);
  }

  /** Answers what is to be said once it is saved: somebody else may have saved meanwhile, and then nothing of it counts. */
  saving(id: string, { state, event, at, before }: Change<Rollout, RolloutEvent>): (() => void) | undefined {
    this.#rollouts.add(id);
    if (event.type !== 'stage-running') return undefined;
    this.#count(state);
    const known = before?.state.facts.hosts ?? {};
    const told = Object.values((event.facts && 'hosts' in event.facts && event.facts.hosts) || {});
    this.#turns(
      id,
      before?.state,
      state,
      at,
      told.filter(({ instanceId, goAt }) => goAt && !known[instanceId]?.goAt),
    );
    const admitted = told.filter(
      ({ instanceId, outcome }) => outcome === 'admitted' && known[instanceId]?.outcome !== 'admitted',
    );
    if (admitted.length === 0) return undefined;
    this.admissions += admitted.length;
    beforeItsWave(state, admitted, at).forEach((wrong) => this.#azure.wrongs.push(wrong));
    this.#heldBack(before?.state, state, at, admitted).forEach((wrong) => this.#azure.wrongs.push(wrong));
    this.#wrongs(state, admitted, at).forEach((wrong) => this.#azure.wrongs.push(wrong));
    // Of two looks at once the later finds the machine that the earlier one named, and made.
    const again = this.#namesAgain(admitted, known);
    return () => this.#azure.wrongs.push(...again);
  }

  /** A machine that is being made anew is one of the pool's, and may be away when another comes. */
  #count({ link, facts }: Rollout): void {
    const truth = this.#truths.get(this.#world.task);
    if (!truth) return;
    const size = sizeOf(Object.values(facts.hosts ?? {}), truth, link.scaleSet === undefined);
    this.#machines = Math.max(this.#machines, size);
  }

  /** R3: as many are worked on as may be, from the word to the first time they are found healthy. */
  #turns(
    id: string,
    before: Rollout | undefined,
    rollout: Rollout,
    at: string,
    turns: readonly HostRecord[],
  ): void {
    if (turns.length === 0) return;
    this.words += turns.length;
    for (const { instanceId } of turns) this.#words.add(`${id}/${instanceId}`);
    const records = Object.values(rollout.facts.hosts ?? {});
    const working = records.filter(
      ({ instanceId, outcome, goAt }) =>
        outcome === 'admitted' && goAt !== undefined && !this.#healthy.has(`${id}/${instanceId}`),
    ).length;
    const may = windowOf(rollout.link.policy.maxUnavailable, this.#machines);
    const tell = (wrong: string) => this.#azure.wrongs.push(wrong);
    if (working > may) tell(`R3: ${working} hosts are worked on, and ${may} may`);
    if (turns.some(({ backAt }) => backAt !== undefined)) tell('R3: a host that is put off had its turn');
    if (before?.phase === 'running' && before.pause) tell('R8: a host had its turn in a pause');
    if (at < this.frozenUntil) tell('R8: a host had its turn in a freeze');
    if (!isInWindow(rollout, at, leastMinutes.work))
      tell('R8: a host had its turn that cannot end within the window');
    const failed = brokenIn(records, rollout);
    if (failed > rollout.link.policy.maxFailed) tell(`R7: a host had its turn after ${failed} had failed`);
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
    if (!admitted.every(({ admittedAt }) => isInWindow(rollout, admittedAt, leastMinutes.all))) {
      wrongs.push('R8: a host was admitted that cannot end within the window');
    }
    return wrongs;
  }

  /** The name of a host that is added is nobody's, and was nobody's in this rollout. */
  #namesAgain(admitted: readonly HostRecord[], known: Records): string[] {
    const { fleet, desktop, vms } = this.#azure;
    return admitted.flatMap(({ task, name }) => {
      const isTaken =
        known[name] !== undefined || fleet.has(name) || vms.foreign.has(name) || desktop.isRegistered(name);
      return task === 'add' && isTaken ? [`${name} is added, and is or was another's name`] : [];
    });
  }

  #wrongs({ link, facts, phase, requested }: Rollout, admitted: readonly HostRecord[], at: string): string[] {
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
    const size = sizeOf(records, truth, link.scaleSet === undefined);
    // The minimum may have changed between the look and what came of it.
    const kept = Math.min(this.keptOn(truth.at, size), this.keptOn(at, size));
    const need = Math.max(
      truth.sessions * (1 + headroomPercent / 100),
      (size * sessionLimit * percent) / 100,
      kept * sessionLimit,
    );
    const takes = admitted.some(({ instanceId }) => truth.open.has(instanceId));
    if (takes && left < need) wrongs.push(`R2: ${left} places are left and ${need} are needed`);
    const startable = [...truth.ready].filter((instanceId) => !gone.has(instanceId)).length;
    // The only host of a pool may go all the same.
    const planned = Math.min(kept, size - 1);
    if (admitted.some(({ instanceId }) => truth.ready.has(instanceId)) && startable < planned)
      wrongs.push(`R2: ${startable} hosts are on or could be, and the scaling plan keeps ${planned} on`);
    const inFlight = records.filter(({ outcome, task }) => outcome === 'admitted' && task !== 'add').length;
    const most = windowOf(policy.maxUnavailable, size) + drainAheadOf(policy, size);
    const beside = records.filter((one) => isBeside(one, records, truth)).length;
    const surge = surgeOf(policy, size);
    const isAdding = admitted.some(({ task }) => task === 'add');
    if (isAdding && beside > surge) wrongs.push(`${beside} hosts are beside the others, and ${surge} may`);
    if (inFlight > most) wrongs.push(`R3: ${inFlight} hosts are out of service, and ${most} may`);
    const broken = brokenIn(records, { phase, requested });
    if (broken > policy.maxFailed) wrongs.push(`R7: a host was admitted after ${broken} had failed`);
    return wrongs;
  }
}

/** Reckoned anew: added, and nobody is gone for it. */
function isBeside(record: HostRecord, records: readonly HostRecord[], { there }: Truth): boolean {
  const isAround =
    record.outcome === 'admitted' || (there.has(record.instanceId) && record.outcome !== 'quarantined');
  return isAround && isMore(record, records);
}

/** One more than the pool had: also one that is lost, which nobody finds a place on and nobody had before. */
function isMore(record: HostRecord, records: readonly HostRecord[]): boolean {
  const isAdded = record.task === 'add' || (record.task === 'retire' && record.for === undefined);
  const isMatched = records.some(
    (one) =>
      one.for === record.instanceId &&
      (one.outcome === 'done' || one.outcome === 'quarantined' || one.code === 'HostVanished'),
  );
  return isAdded && !isMatched;
}

/** How many hosts the pool has: a machine that is being made anew is one of them, and one that is beside is none. */
function sizeOf(records: readonly HostRecord[], truth: Truth, isAlone: boolean): number {
  const beside = records.filter((one) => truth.there.has(one.instanceId) && isMore(one, records)).length;
  const away = records.filter(({ instanceId, outcome, task, again }) => {
    const isLost = outcome === 'quarantined' || (outcome === 'put-off' && again !== undefined);
    const isHost = outcome === 'admitted' ? task !== 'add' : isLost && task === undefined;
    return isAlone && isHost && !truth.there.has(instanceId);
  });
  return truth.there.size - beside + away.length;
}
