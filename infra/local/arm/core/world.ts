import type { Clock } from '../../clock.ts';
import { Faults } from './faults.ts';
import { RequestLog } from './log.ts';
import { Operations } from './operations.ts';
import { seededRandom, type Random } from './random.ts';
import { Resources } from './resources.ts';
import { Throttle } from './throttle.ts';
import { Timeline } from './timeline.ts';

/** The simulated cloud: everything the providers share. */
export interface World {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly resources: Resources;
  readonly operations: Operations;
  readonly throttle: Throttle;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly random: Random;
}

export function createWorld({ clock, seed = 1 }: { clock: Clock; seed?: number | undefined }): World {
  const random = seededRandom(seed);
  const timeline = new Timeline(clock);
  const resources = new Resources();
  return {
    clock,
    timeline,
    resources,
    operations: new Operations(timeline, resources, random.fork('operations')),
    throttle: new Throttle(timeline),
    faults: new Faults(random.fork('faults')),
    log: new RequestLog(),
    random,
  };
}
