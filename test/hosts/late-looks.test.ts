import { describe, expect, it } from 'vitest';
import { tag } from '../support/small-disks.ts';
import { one } from './one-host.ts';

describe('a look that hangs', () => {
  it('R10: changes nothing of a host that another look has brought back to its users meanwhile', async () => {
    const isBack = Promise.withResolvers<void>();
    let hung = 0;
    const { azure, bring, calls, onHostSaved, seen, world } = one({}, ({ desktop }, world) => {
      const { list } = desktop.sessionHosts;
      desktop.sessionHosts = {
        ...desktop.sessionHosts,
        async list(pool) {
          const found = await list(pool);
          const hasAppeared = found.some(({ name, allowNewSession }) => name === 'avd-0' && allowNewSession);
          const { state } = (await seen.hosts.load('r.0')) ?? {};
          const isToDrain =
            state && 'standing' in state && state.standing.stage === 'register' && hasAppeared;
          if (isToDrain && hung === 0) {
            hung += 1;
            await world.join(isBack.promise);
          }
          return found;
        },
      };
    });
    onHostSaved.push(({ phase }) => {
      if (phase === 'done') isBack.resolve();
    });
    expect(await bring()).toMatchObject({ phase: 'done' });
    // Until it has gone on, and a while longer.
    await world.passUntil(() => false, { days: 10 / 1440 });
    expect(hung).toBe(1);
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine.tags[tag]).toBeUndefined();
    expect(calls('setAllowNewSession').at(-1)?.given.at(-1)).toBe(true);
  });
});
