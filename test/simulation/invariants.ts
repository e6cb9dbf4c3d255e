import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import { minutesAfter } from '../../shared/instant.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import { wrongLadder, wrongLogOff } from '../support/fleet-verdict.ts';
import type { Cloud } from './cloud.ts';
import { noFloor } from './policies.ts';
import { PublishingRules } from './publishing-rules.ts';
import type { Kept, Saving } from './tables.ts';
import { wrongWayBack } from './way-back.ts';

/** Work that has a time of its own, by its table. */
const works = new Set(['versions', 'channels', 'rollouts', 'hosts', 'leftovers', 'deliveries']);
/** A look at what is overdue comes at the latest with the sweeper, and may itself be doubled or die. */
const overdueMinutes = 60;
/** The engine waits no longer for any stage, however much its policy gives. */
const mostDays = 45;

interface Standing {
  readonly deadline: string;
  readonly stage: string;
}
interface Worked {
  readonly standing?: Standing;
}
interface Phased extends Worked {
  readonly phase?: string;
}
interface UnderWay {
  readonly work: string;
  readonly rollout: string;
}

/**
 * Holds what is saved and what happens against the rules, at the moment it happens. What it finds it tells
 * once; the rest of that life says nothing more.
 */
export class Invariants {
  readonly #cloud: Cloud;
  readonly #floor: Policy['floor'];
  readonly #tell: (violation: string) => void;
  readonly #excused: (bounce: string) => boolean;
  readonly #publishing: PublishingRules;
  /** Hosts under way: by place and machine, the work and its rollout. */
  readonly #underWay = new Map<string, Map<string, UnderWay>>();

  constructor(
    cloud: Cloud,
    {
      floor,
      tell,
      excused,
    }: { floor: Policy['floor']; tell: (violation: string) => void; excused: (bounce: string) => boolean },
  ) {
    this.#cloud = cloud;
    this.#floor = floor;
    this.#tell = tell;
    this.#excused = excused;
    this.#publishing = new PublishingRules(cloud, tell);
    cloud.tables.onSaved = (saving) => this.#afterSave(saving);
    cloud.tables.onUnpointed = (kind, row) => this.#afterUnpointing(kind, row);
  }

  /** What the world itself has written down as wrong. */
  afterEvent(): void {
    for (const { azure } of this.#cloud.places.values()) {
      const [wrong] = azure.wrongs;
      if (wrong !== undefined) this.#tell(wrong);
      const bounced = azure.desktop.bounced.find((bounce) => !this.#excused(bounce));
      if (bounced !== undefined) this.#tell(`R2: ${bounced}`);
    }
    for (const wrong of [...this.#cloud.guest.wrongs, ...this.#cloud.limits.wrongs]) this.#tell(wrong);
  }

  #afterSave(saving: Saving): void {
    if (works.has(saving.table)) this.#timed(saving);
    if (works.has(saving.table)) this.#told(saving);
    if (saving.table === 'rollouts') this.#rollout(saving);
    if (saving.table === 'hosts') this.#host(saving);
    this.#publishing.afterSave(saving);
    if (/eyJ[\w-]{8}|geheim/.test(JSON.stringify([saving.after.state, saving.event])))
      this.#tell(`X8: ${saving.table} ${saving.id} keeps a secret`);
  }

  /** X4: looked at again by itself. */
  #timed(saving: Saving): void {
    const { table, id, after } = saving;
    const { standing } = after.state as Worked;
    if (standing && after.dueAt === '') this.#tell(`X4: ${table} ${id} is not over and never due`);
    if (after.dueAt !== '' && !this.#cloud.tables.pointers.has(`${kindOf(table)}|${pointerOf(id, after)}`))
      this.#tell(`X4: ${table} ${id} is due at ${after.dueAt} and nothing points at it`);
    if (standing) this.#inTime(saving, standing);
  }

  /** X7: each change of state is one event, in the same transaction. */
  #told({ table, id, before, after, lines }: Saving): void {
    const was = before?.state as Phased | undefined;
    const is = after.state as Phased;
    // What was there before anybody looked has no history.
    const isChange =
      was !== undefined && (was.phase !== is.phase || was.standing?.stage !== is.standing?.stage);
    if (lines > 1 || (isChange && lines === 0))
      this.#tell(`X7: ${table} ${id} goes to ${is.phase} ${is.standing?.stage ?? ''} with ${lines} events`);
  }

  /** X5: no stage for ever. */
  #inTime({ table, id, before }: Saving, { stage, deadline }: Standing): void {
    const now = this.#cloud.world.now();
    if (deadline > minutesAfter(now, mostDays * 1440))
      this.#tell(`X5: ${table} ${id} may stay in ${stage} until ${deadline}`);
    const was = (before?.state as Worked | undefined)?.standing;
    if (was?.stage !== stage || was.deadline !== deadline) return;
    const isHeld = table === 'rollouts' && isHeldBack(before?.state as Rollout | undefined);
    if (!isHeld && now > minutesAfter(deadline, overdueMinutes))
      this.#tell(`X5: ${table} ${id} is in ${stage} after its deadline ${deadline}`);
  }

  #afterUnpointing(kind: string, row: string): void {
    const [, id = '', changes] = row.split('|');
    for (const [table, states] of this.#cloud.tables.states) {
      const kept = kindOf(table) === kind ? states.get(id) : undefined;
      if (kept && kept.dueAt !== '' && pointerOf(id, kept) === row && String(kept.changes) === changes)
        this.#tell(`X4: ${table} ${id} is due at ${kept.dueAt} and was taken out of the index`);
    }
  }

  /** R2, R3, R7, R8, as the watch of the pool sees it, under the floor that the pool really has. */
  #rollout({ id, before, after, event }: Saving): void {
    if (!event) return;
    const { watch } = this.#cloud.place((after.state as Rollout).link.hostPool);
    const rollout = this.#floored(after);
    const ofNoMatter = { etag: '', listed: undefined };
    const known = before && { ...before, ...ofNoMatter, state: this.#floored(before), dueAt: before.dueAt };
    const at = this.#cloud.world.now();
    watch.saving(id, {
      state: rollout,
      event: event as RolloutEvent,
      at,
      isNews: true,
      dueAt: after.dueAt,
      before: known,
    });
    this.afterEvent();
  }

  #floored({ state }: Kept): Rollout {
    const rollout = state as Rollout;
    // What is somebody's own is no place for others, and so no share of them can be kept.
    const { type } = this.#cloud.place(rollout.link.hostPool).azure.desktop;
    const policy = { ...rollout.link.policy, floor: type === 'Personal' ? noFloor : this.#floor };
    return { ...rollout, link: { ...rollout.link, policy } };
  }

  #host({ id, before, after, event }: Saving): void {
    const host = after.state as Host;
    this.#cloud.place(host.plan.pool.hostPool).azure.vms.heard(host);
    this.#alone(id, host);
    this.#cloud.place(host.plan.pool.hostPool).watch.hostSaved(host, event as HostEvent | undefined);
    this.#sessions(host);
    this.#where(host, event as HostEvent | undefined);
    const wrongWay = before ? undefined : wrongWayBack(this.#cloud.tables, host);
    if (wrongWay !== undefined) this.#tell(wrongWay);
    const { type, stage = '' } = (event ?? {}) as { type?: string; stage?: string };
    if (type !== 'stage-done' || !['drain', 'register'].includes(stage)) return;
    // One that was added and is taken away again may register after there was nothing to drain; `remove` asks anew.
    if (host.plan.task === 'add' && host.phase === 'putting-back') return;
    const { azure } = this.#cloud.place(host.plan.pool.hostPool);
    if (azure.desktop.isOpen(host.plan.name))
      this.#tell(`R4: ${host.plan.name} takes users after stage ${stage}`);
  }

  /** R1: one rollout has hosts of a pool under way; R6: one work has a machine. */
  #alone(id: string, { plan, ...host }: Host): void {
    const place = plan.pool.hostPool;
    const here = this.#underWay.get(place) ?? new Map<string, UnderWay>();
    this.#underWay.set(place, here);
    const { instanceId } = plan.machine;
    const other = here.get(instanceId);
    if (!('standing' in host)) {
      if (other?.work === id) here.delete(instanceId);
      return;
    }
    if (other && other.work !== id) this.#tell(`R6: ${other.work} and ${id} work on ${plan.name}`);
    here.set(instanceId, { work: id, rollout: plan.rollout });
    const rollouts = new Set(Array.from(here.values(), ({ rollout }) => rollout));
    if (rollouts.size > 1) this.#tell(`R1: ${[...rollouts].join(' and ')} have hosts of ${place} under way`);
  }

  /** R9: nothing is made from a version that is not where the pool is. */
  #where({ plan }: Host, event: HostEvent | undefined): void {
    if (event?.type !== 'stage-intended' || !['reimage', 'create'].includes(event.stage)) return;
    const { completeAt, world } = this.#cloud;
    if ((completeAt.get(plan.imageVersionId) ?? '') > world.now())
      this.#tell(`R9: ${plan.name} is made from a version that is not there yet`);
  }

  /** R5: nobody who is active is logged off untold or before his grace is over, and no step is taken twice. */
  #sessions(host: Host): void {
    const { loggedOff = [], told = [] } = host.facts;
    const wrongs = [...loggedOff.flatMap((one) => wrongLogOff(host, one)), ...told.flatMap(wrongLadder)];
    for (const wrong of wrongs) this.#tell(`R5: on ${host.plan.name} ${wrong}`);
  }
}

/** By what the due index knows what is in the table. */
function kindOf(table: string): string {
  return table.replace(/ies$/, 'y').replace(/s$/, '');
}

function pointerOf(id: string, { dueAt, changes }: Kept): string {
  return `${dueAt}|${id}|${changes}`;
}

/** While it is held back its stage has all the time there is. */
function isHeldBack(rollout: Rollout | undefined): boolean {
  if (rollout?.phase !== 'running') return false;
  return rollout.pause !== undefined || (rollout.facts.waits?.because.length ?? 0) > 0;
}
