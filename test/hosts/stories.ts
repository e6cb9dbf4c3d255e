import { failure } from '../../shared/errors.ts';
import { type Host, type HostEvent, hostLife } from '../../shared/hosts/host.ts';
import { courseOf, type HostPlan, type Stage } from '../../shared/hosts/course.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { link } from '../support/fleet.ts';

export const noon = '2026-01-05T12:00:00.000Z';
export const plan: HostPlan = {
  rollout: 'r',
  name: 'avd-0',
  machine: { subscriptionId: 's', resourceGroup: 'g', scaleSet: 'set', instanceId: '0' },
  location: 'westeurope',
  pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
  sessionHost: 'avd-0',
  imageVersionId: 'version',
  policy: link.policy,
};
/** What happens next, told as it would be of the stage the host is in. */
export type Next = (host: Host) => HostEvent;
export const inStage = (host: Host) => {
  if (!('standing' in host)) throw new Error(`${host.phase} is in no stage`);
  return { stage: host.standing.stage, look: host.standing.look, at: minutesAfter(host.standing.since, 1) };
};
export const done: Next = (host) => ({
  type: 'stage-done',
  ...inStage(host),
  facts: 'standing' in host ? effectOf(host.standing.stage) : {},
});
const effectOf = (stage: Stage) => {
  if (stage === 'reimage' || stage === 'create') return { reimagedAt: noon };
  return stage === 'remove' ? { removedAt: noon, deregistered: true as const } : {};
};
/** What it takes to make the machine anew is known from here on. */
export const kept: Next = (host) => ({
  type: 'stage-running',
  ...inStage(host),
  facts: {
    blueprint: {
      location: 'westeurope',
      size: 'Standard_D4s_v5',
      computerName: 'avd-0',
      body: {},
      extensions: [],
      imageVersionId: 'former version',
    },
    keptAt: noon,
  },
  lookAt: noon,
});
export const notEmpty: Next = (host) => ({ type: 'stage-done', ...inStage(host), facts: {} });
export const failed =
  (code: Parameters<typeof failure>[0] = 'AzureRefused'): Next =>
  (host) => ({
    type: 'stage-failed',
    ...inStage(host),
    failure: failure(code, 'no'),
  });
export const overdue: Next = (host) => ({
  type: 'stage-overdue',
  ...inStage(host),
  failure: failure('Overdue', 'late'),
});
export const intended: Next = (host) => ({
  type: 'stage-intended',
  ...inStage(host),
  facts: { refused: false },
  intent: { attempt: 1, at: noon, what: 'reimage', before: 'disk' },
});
export const refused: Next = (host) => ({
  type: 'stage-running',
  ...inStage(host),
  facts: { refused: true },
  lookAt: noon,
});
export const aborted: Next = () => ({ type: 'aborted', by: 'ann', reason: 'enough', at: noon });
export const go: Next = (host) => {
  const since = 'standing' in host ? host.standing.since : noon;
  return { type: 'go', at: minutesAfter(since, 1) };
};
/** All that happens until the stage is done, as a host of this kind passes it. */
export const through = (last: Stage, of: Partial<HostPlan> = {}): Next[] => {
  const { order } = courseOf({ ...plan, ...of });
  return order.slice(0, order.indexOf(last) + 1).map((stage) => (stage === 'turn' ? go : done));
};

export function after(...story: Next[]): Host {
  return afterIn({}, ...story);
}

/** The story of a host of another way or with another task. */
export function afterIn(of: Partial<HostPlan>, ...story: Next[]): Host {
  const first = hostLife.evolve(undefined, { type: 'admitted', plan: { ...plan, ...of }, at: noon });
  if (!first) throw new Error('no host');
  return story.reduce((host, next) => hostLife.evolve(host, next(host)) ?? host, first);
}
