import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import { minutesAfter } from '../../shared/instant.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import { wrongLadder, wrongLogOff } from '../support/fleet-verdict.ts';
import type { Cloud } from './cloud.ts';
import { PublishingRules } from './publishing-rules.ts';
import type { Kept, Saving } from './tables.ts';

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
    const known = before && { ...before, etag: '', state: this.#floored(before), dueAt: before.dueAt };
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
    const policy = { ...rollout.link.policy, floor: this.#floor };
    return { ...rollout, link: { ...rollout.link, policy } };
  }

  #host({ id, after, event }: Saving): void {
    const host = after.state as Host;
    this.#alone(id, host);
    this.#cloud.place(host.plan.pool.hostPool).watch.hostSaved(host, event as HostEvent | undefined);
    this.#sessions(host);
    const { type, stage = '' } = (event ?? {}) as { type?: string; stage?: string };
    if (type !== 'stage-done' || !['drain', 'register'].includes(stage)) return;
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
