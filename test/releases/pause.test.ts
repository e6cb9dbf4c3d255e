import { expect, it } from 'vitest';
import { minutesAfter, secondsBetween } from '../../shared/instant.ts';
import { releaseView } from '../../shared/releases/view.ts';
import { id, releaseOf } from './release-of.ts';

const ben = { by: 'ben', reason: 'so' };

it('a paused release goes on by itself at the end of its pause, and not before', async () => {
  const { start, until, at, requests, world } = await releaseOf();
  await start();
  await until(at('enter', 'test'));
  const end = minutesAfter(world.now(), 48 * 60);
  await expect(requests.pause(id, { ...ben, until: world.now() })).rejects.toMatchObject({
    code: 'ValidationFailed',
    target: 'until',
  });
  const paused = await requests.pause(id, { ...ben, until: end });
  expect(releaseView(paused, world.now())).toMatchObject({ paused: { by: 'ben', until: end } });
  expect(await requests.explain(id)).toMatchObject({ movement: 'paused', until: end });
  await until(({ phase }) => phase === 'released');
  const { value } = await requests.history(id);
  const [pause, over] = ['paused', 'resumed'].map((type) =>
    value.findIndex(({ event }) => event.type === type),
  );
  expect(value[over ?? -1]).toMatchObject({ event: { by: 'the end of the pause' } });
  expect(secondsBetween(end, value[over ?? -1]?.at ?? '')).toBeGreaterThan(-10);
  // The stage that is held says how it waits, and comes to no end.
  expect(value.slice(pause, over).filter(({ event }) => event.type === 'stage-done')).toEqual([]);
});
