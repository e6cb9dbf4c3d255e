import type { Version } from '../../shared/images/image.ts';
import type { Machine, Machines } from '../../shared/images/machine.ts';
import { Recipe } from '../../shared/images/recipe-bodies.ts';
import type { EnsureVersionStage } from '../../shared/images/stage.ts';
import type { Facts } from '../../shared/images/version.ts';
import { AppError, type Failure, failure } from '../../shared/errors.ts';
import { type Instant, minutesAfter, secondsAfter } from '../../shared/instant.ts';
import type { Settled } from '../../shared/workflow/look.ts';
import type { Intent } from '../../shared/workflow/stages.ts';
import { after, noon } from './versions.ts';

/** What happens to an effect that was intended: all is well, or somebody dies or loses an answer. */
export type Fate =
  | 'well'
  | 'dies before'
  | 'dies after'
  | 'answer lost'
  | 'answer lost, lands late'
  | 'refused';

/** One machine with a clock: it restarts, and is seen to be back only a while after it is. */
export class SmallMachine {
  now: Instant = noon;
  boots = 1;
  upAt: Instant = noon;
  reportedBefore: Instant = noon;
  power: Machine['power'] = 'running';
  generalized = false;
  isSealed = false;
  reads = 0;
  restarts = 0;
  /** What is on its way, and when it arrives. */
  #late: { at: Instant; land: () => void }[] = [];

  readonly clock = (): Instant => this.now;

  readonly guestOf = () => ({
    isUp: this.power === 'running' && this.upAt <= this.now,
    boots: this.boots,
    seal: () => {
      this.isSealed = true;
    },
  });

  pass(seconds: number): void {
    const until = secondsAfter(this.now, seconds);
    for (const { at, land } of this.#late.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
      if (at > until) continue;
      this.now = at;
      land();
    }
    this.#late = this.#late.filter(({ at }) => at > until);
    this.now = until;
  }

  landsLater(seconds: number, land: () => void): void {
    this.#late.push({ at: secondsAfter(this.now, seconds), land });
  }

  boot(): void {
    this.restarts += 1;
    this.boots += 1;
    this.reportedBefore = secondsAfter(this.now, 10);
    this.upAt = minutesAfter(this.now, 2);
  }

  readonly machines: Machines = {
    find: async () => {
      this.reads += 1;
      const isUp = this.upAt <= this.now;
      return {
        id: 'vm',
        provisioningState: 'Succeeded',
        power: this.power,
        agentReady: this.power === 'running',
        agentReportedAt: isUp ? this.now : this.reportedBefore,
        generalized: this.generalized,
        owner: 'win11.1.0.0',
      };
    },
    create: async () => {},
    start: async () => {},
    restart: async () => this.boot(),
    deallocate: async () => {
      this.power = 'deallocated';
    },
    generalize: async () => {
      if (this.power !== 'deallocated')
        throw new AppError('AzureRefused', 'generalize needs a deallocated machine');
      this.generalized = true;
    },
    remove: async () => {},
  };
}

export interface Driven {
  readonly facts: Facts;
  readonly failure?: Failure;
  readonly news: readonly string[];
  readonly looks: number;
  /** What each event kept of the output. */
  readonly outputs: readonly string[];
  /** Of which try each was. */
  readonly tries: readonly number[];
}

/** A version with these steps, as people write them. */
export function versionWith(steps: readonly unknown[], change: Partial<Version['plan']> = {}): Version {
  const version = after();
  return { ...version, plan: { ...version.plan, recipe: Recipe.parse(steps), ...change } };
}

/** Where time passes, and what is late arrives. */
export interface Stand {
  readonly now: Instant;
  readonly pass: (seconds: number) => void;
  readonly landsLater: (seconds: number, land: () => void) => void;
}

interface Drive {
  readonly stage: EnsureVersionStage;
  readonly version: Version;
  readonly machine: Stand;
  /** What happens to the effects, one after the other; well once they are used up. */
  readonly fates?: readonly Fate[];
}

/** Looks at a stage again and again, as the engine does, until it is over. */
export async function drive({ stage, version, machine, fates = [] }: Drive): Promise<Driven> {
  let facts: Facts = version.facts;
  let intent: Intent | undefined;
  const left = [...fates];
  const news: string[] = [];
  const outputs: string[] = [];
  const tries: number[] = [];
  const since = machine.now;
  const learn = (more: Partial<Facts> = {}) => {
    facts = JSON.parse(JSON.stringify({ ...facts, ...more })) as Facts;
    if (!more.lastOutput) return;
    outputs.push(more.lastOutput.output);
    tries.push(more.lastOutput.attempt);
  };
  const ask = async (): Promise<Settled<Facts> | AppError | 'nobody'> => {
    const work = { ...version, facts };
    const asked = await refusable(
      async () => await stage({ id: 'win11.1.0.0', work, now: machine.now, since, intent }),
    );
    if (asked instanceof AppError || asked.status !== 'intend') return asked;
    learn(asked.facts);
    const { what, before, proceed } = asked;
    intent = { attempt: (intent?.attempt ?? 0) + 1, at: machine.now, what, before };
    return await suffer(left.shift() ?? 'well', machine, proceed);
  };
  for (let looks = 1; looks < 3000; looks += 1) {
    const found = await ask();
    // Nobody answered: nobody looks again before the intention has lost its hold.
    if (found === 'nobody') machine.pass(600);
    else if (found instanceof AppError && found.retryable) machine.pass(15);
    else if (found instanceof AppError) {
      return { facts, failure: failure(found.code, found.message), news, looks, outputs, tries };
    } else {
      learn(found.facts);
      if (found.status === 'failed') return { facts, failure: found.failure, news, looks, outputs, tries };
      if (found.status === 'done') return { facts, news, looks, outputs, tries };
      if (found.news !== undefined) news.push(found.news);
      machine.pass(found.lookAgainInSeconds);
    }
  }
  throw new Error(`no end in sight; last: ${news.at(-1)}`);
}

async function refusable<T>(ask: () => Promise<T>): Promise<T | AppError> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

async function suffer<T>(
  fate: Fate,
  machine: Stand,
  proceed: () => Promise<T>,
): Promise<T | AppError | 'nobody'> {
  const lost = new AppError('AzureUnavailable', 'no answer');
  switch (fate) {
    case 'well':
      return await refusable(proceed);
    case 'dies before':
      return 'nobody';
    case 'dies after':
      await refusable(proceed);
      return 'nobody';
    case 'answer lost':
      await refusable(proceed);
      return lost;
    case 'answer lost, lands late':
      machine.landsLater(240, () => void refusable(proceed));
      return lost;
    case 'refused':
      return new AppError('AzureBusy', 'not now');
  }
}
