import type { Policy } from './pool.ts';
import type { Reason } from './waves.ts';

const anew = 'in the policy of the host pool, then pause and resume the rollout';

type Advice = (detail: NonNullable<Reason['detail']>, policy: Policy) => readonly string[];

/** What somebody can do, by the code of the reason, with the values of the policy that stand in the way. */
const advice: Readonly<Partial<Record<string, Advice>>> = {
  Frozen: ({ freeze }) => [`lift the freeze: DELETE /freezes/${freeze}`],
  ModelChanged: ({ scaleSet }) => [
    `see who changed scale set ${scaleSet}; resume to name the version there again, or abort to leave it so`,
  ],
  OwnWindow: ({ hosts }) => [`wait, or change the tag of ${hosts}`],
  OutsideWindow: () => [`wait, or widen windows ${anew}`],
  WindowTooShort: (_, { sessions: { graceMinutes } }) => [
    `make a window longer, or sessions.graceMinutes (now ${graceMinutes}) shorter, ${anew}`,
  ],
  Baking: () => [`wait, or shorten bakeMinutes of the wave ${anew}`],
  WaveUnhealthy: ({ hosts }) => [
    `see why ${hosts} takes no users; it goes on once it does, or is powered off`,
  ],
  CapacityFloor: ({ scalingPlan }, { floor: { headroomPercent, percent } }) => [
    'wait for users to leave, or start more hosts',
    ...(scalingPlan === undefined
      ? []
      : [`lower the minimum percentage of hosts of scaling plan ${scalingPlan}`]),
    `lower floor.headroomPercent (now ${headroomPercent}) or floor.percent (now ${percent}) ${anew}`,
  ],
  WindowFull: (_, { maxUnavailable }) => [`raise maxUnavailable (now ${maxUnavailable}) ${anew}`],
  SurgeUnderWay: (_, { surge = 0 }) => [`wait, or raise surge (now ${surge}) ${anew}`],
  DrainedAhead: (_, { drainAhead = 0 }) => [
    `lower drainAhead (now ${drainAhead}) ${anew}, if these hosts are missed`,
  ],
  AzureTrouble: () => ['see whether Azure is well in this region; it is tried again until it is given up'],
};

export function adviceFor(
  { code, detail = {} }: { readonly code: string; readonly detail?: Reason['detail'] },
  policy: Policy,
): readonly string[] {
  return advice[code]?.(detail, policy) ?? [];
}
