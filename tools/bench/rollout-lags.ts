import type { Host } from '../../shared/hosts/host.ts';
import { secondsBetween } from '../../shared/instant.ts';
import type { Cloud } from '../../test/simulation/cloud.ts';
import type { Place } from '../../test/simulation/place.ts';
import type { Saving } from '../../test/simulation/tables.ts';

/** What a host goes on by, once what it waited for has happened. */
const shownBy = {
  reimaged: 'stage-done reimage',
  booted: 'stage-intended register',
  registered: 'stage-done register',
} as const;

/** From each change in Azure that a host waits for to the save by which the host goes on because of it. */
export class Lags {
  readonly #cloud: Cloud;
  /** By place and machine: what has happened and was not gone on from yet. */
  readonly #waiting = new Map<string, { readonly by: string; readonly at: string }[]>();
  readonly #seconds: number[] = [];

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    const before = cloud.tables.onSaved;
    cloud.tables.onSaved = (saving) => {
      before(saving);
      if (saving.table === 'hosts') this.#saved(saving);
    };
  }

  watch({ name, azure }: Place): void {
    azure.onChange = (what, instanceId) => {
      this.#wait(`${name}/${instanceId}`, shownBy[what], this.#cloud.world.now());
      if (what !== 'registered') return;
      const minutes = azure.fleet.get(instanceId)?.temper.upgradeMinutes ?? 0;
      this.#cloud.world.after(minutes * 60, () => {
        this.#wait(`${name}/${instanceId}`, 'healthy', this.#cloud.world.now());
      });
    };
  }

  seconds(): readonly number[] {
    return [...this.#seconds];
  }

  #wait(key: string, by: string, at: string): void {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, [...waiting, { by, at }]);
  }

  #saved({ before, after, event }: Saving): void {
    const { plan, facts } = after.state as Host;
    const key = `${plan.pool.hostPool}/${plan.machine.instanceId}`;
    const waiting = this.#waiting.get(key);
    if (!waiting || waiting.length === 0) return;
    const { type = '', stage = '' } = (event ?? {}) as { type?: string; stage?: string };
    const wasHealthy = Boolean((before?.state as Host | undefined)?.facts.healthySince);
    const is = (by: string) =>
      by === 'healthy' ? Boolean(facts.healthySince) && !wasHealthy : by === `${type} ${stage}`;
    const now = this.#cloud.world.now();
    const left = waiting.filter(({ by, at }) => {
      if (!is(by)) return true;
      this.#seconds.push(secondsBetween(at, now));
      return false;
    });
    this.#waiting.set(key, left);
  }
}
