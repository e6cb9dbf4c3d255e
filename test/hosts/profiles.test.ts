import { describe, expect, it } from 'vitest';
import type { PoolSession, UserSession } from '../../shared/hosts/session-host.ts';
import { one } from './one-host.ts';

describe('a profile disk', () => {
  it.each(['LogOff', 'UserProfileDiskMounted'])(
    'R5: is detached before anything happens to its host: a session that is %s counts as one until it is gone',
    async (state) => {
      const { bring, calls, azure } = one({}, ({ desktop }, { now }) => {
        const until = '2026-01-05T13:00:00.000Z';
        const session: UserSession = { id: '7', user: 'ann', state };
        const here = () => (now() < until ? [session] : []);
        desktop.sessionHosts = {
          ...desktop.sessionHosts,
          // The broker may not count one who has signed out: the list is what tells.
          sessions: async () => here(),
          sessionsOfPool: async () => here().map((one): PoolSession => Object.assign({ host: 'avd-0' }, one)),
        };
      });
      const host = await bring();
      expect(host.phase).toBe('done');
      // Nobody may be there to read it, and nobody is told twice.
      expect(calls('sendMessage').length).toBeLessThan(2);
      const [reimage] = calls('reimage');
      expect(reimage && reimage.at > '2026-01-05T13:02').toBe(true);
      expect(azure.fleet.get('0')?.reimages).toBe(1);
    },
  );

  it('R10: that is never detached keeps its host as it was', async () => {
    const { bring, calls, azure } = one({}, ({ desktop }) => {
      const session: UserSession = { id: '7', user: 'ann', state: 'UserProfileDiskMounted' };
      desktop.sessionHosts = {
        ...desktop.sessionHosts,
        sessions: async () => [session],
        sessionsOfPool: async () => [{ ...session, host: 'avd-0' }],
      };
    });
    const host = await bring();
    expect(host).toMatchObject({ phase: 'deferred', failure: { code: 'UsersStayed' } });
    expect([calls('reimage'), azure.desktop.isOpen('avd-0')]).toEqual([[], true]);
  });
});
