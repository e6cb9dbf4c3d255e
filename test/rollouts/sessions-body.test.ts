import { describe, expect, it } from 'vitest';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';

describe('what a policy may say of sessions', () => {
  const errors = (sessions: object) =>
    DefinePool.shape.policy.safeParse({ sessions }).error?.issues.map(({ path }) => path.join('.')) ?? [];

  it.each([
    [{}],
    [{ reminders: [10, 5, 1] }],
    [{ graceMinutes: 60, reminders: [59, 30, 15, 5, 1], reminder: { title: 'a', body: 'b' } }],
    [{ graceMinutes: 0 }],
    [{ timeZone: 'America/New_York' }],
    [{ disconnected: 'log-off-early', disconnectedMinutes: 15 }],
    [{ disconnected: 'log-off-early', disconnectedMinutes: 120, atGraceEnd: 'wait', waitHours: 2 }],
  ])('%j is taken', (sessions) => {
    expect(errors(sessions)).toEqual([]);
  });

  it.each([
    [{ reminders: [5, 10] }, 'sessions.reminders'],
    [{ reminders: [5, 5] }, 'sessions.reminders'],
    [{ reminders: [15] }, 'sessions.reminders'],
    [{ reminders: [6, 5, 4, 3, 2, 1] }, 'sessions.reminders'],
    [{ reminders: [0] }, 'sessions.reminders.0'],
    [{ reminders: [1.5] }, 'sessions.reminders.0'],
    [{ reminder: { title: 'a' } }, 'sessions.reminder.body'],
    [{ timeZone: 'Berlin' }, 'sessions.timeZone'],
    [{ disconnected: 'at-once' }, 'sessions.disconnected'],
    [{ disconnectedMinutes: 16 }, 'sessions.disconnectedMinutes'],
    [{ disconnectedMinutes: -1 }, 'sessions.disconnectedMinutes'],
    [{ disconnectedMinutes: 121, atGraceEnd: 'wait', waitHours: 2 }, 'sessions.disconnectedMinutes'],
  ])('%j is refused', (sessions, path) => {
    expect(errors(sessions)).toEqual([path]);
  });
});
