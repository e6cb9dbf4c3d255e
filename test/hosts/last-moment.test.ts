import { describe, expect, it } from 'vitest';
import { secondsBetween } from '../../shared/instant.ts';
import { one } from './one-host.ts';

describe('a host, in the moment before what cannot be taken back', () => {
  it('R4, R5: is asked for its users once more by whoever is about to reimage it, however long it was empty', async () => {
    const { azure, bring, calls, onHostSaved } = one();
    // Between the intention and the request: the broker had sent him here before it heard of the drain.
    let isFirst = true;
    onHostSaved.push((_, { type, ...event }) => {
      if (type !== 'stage-intended' || !('stage' in event) || event.stage !== 'reimage') return;
      if (isFirst) azure.desktop.seat('ann', 'avd-0', 1_000_000);
      isFirst = false;
    });
    const host = await bring();
    expect(host).toMatchObject({ phase: 'done', facts: { told: [{ user: 'ann', confirmed: true }] } });
    expect(calls('reimage')).toHaveLength(1);
    const [[loggedOff], [reimage]] = [calls('logOff'), calls('reimage')];
    expect(secondsBetween(loggedOff?.at ?? '', reimage?.at ?? '')).toBeGreaterThanOrEqual(0);
    expect(azure.wrongs).toEqual([]);
  });

  it('R4: is not verified before the drain of its new record is read back', async () => {
    // Azure answers at once, and lets users in for a while yet.
    const { azure, bring, calls, onHostSaved } = one({}, ({ desktop }, world) => {
      const { setAllowNewSession } = desktop.sessionHosts;
      desktop.sessionHosts = {
        ...desktop.sessionHosts,
        setAllowNewSession: async (...given) => world.after(12, () => void setAllowNewSession(...given)),
      };
    });
    const open: (boolean | undefined)[] = [];
    onHostSaved.push((_, event) => {
      const isDone = event.type === 'stage-done' && ['drain', 'register'].includes(event.stage);
      if (isDone) open.push(azure.desktop.isOpen('avd-0'));
    });
    expect(await bring()).toMatchObject({ phase: 'done' });
    expect(open).toEqual([false, false]);
    expect(calls('reimage')).toHaveLength(1);
  });
});
