import type { HostView } from '../../shared/rollouts/capacity.ts';

/** A host that nothing was done to yet, and has nobody on it, unless said. */
export const host = (name: string, more: Partial<HostView> = {}): HostView => ({
  instanceId: name,
  name,
  isOnVersion: false,
  isBusy: false,
  isPoweredOff: false,
  takesUsers: true,
  sessions: 0,
  standing: 'untouched',
  ...more,
});
export const hosts = (count: number, sessions = 0) =>
  Array.from({ length: count }, (_, number) => host(`avd-${number}`, { sessions }));
/** Of a pool whose hosts hold ten users each. */
export const floor = (percent: number, headroomPercent = 0) => ({
  perHost: 10,
  floor: { percent, headroomPercent },
});
