import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Timeline } from '../../../infra/local/arm/core/timeline.ts';
import { startClock, type Clock } from '../../../infra/local/clock.ts';

function byHand(): { clock: Clock; set: (now: number) => void } {
  let now = 0;
  const after = () => setTimeout(() => {}, 2 ** 30).unref();
  return { clock: { now: () => now, after, realMs: () => 0, speed: 1, text: '' }, set: (to) => (now = to) };
}

test('what is due happens in order, each thing at its own moment, with what follows from it', () => {
  const { clock, set } = byHand();
  const timeline = new Timeline(clock);
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name}@${timeline.now()}`);
  timeline.at(300, note('late'));
  timeline.at(100, () => {
    note('first')();
    timeline.after(50, note('follows'));
    timeline.after(500, note('not yet'));
  });
  timeline.at(200, note('second'));
  timeline.at(200, note('third'));
  set(400);
  timeline.settle();
  expect(seen).toEqual(['first@100', 'follows@150', 'second@200', 'third@200', 'late@300']);
  expect(timeline.now()).toBe(400);
  set(600);
  timeline.settle();
  expect(seen.at(-1)).toBe('not yet@600');
});

test('what was taken back does not happen', () => {
  const { clock, set } = byHand();
  const timeline = new Timeline(clock);
  let happened = false;
  timeline.after(10, () => (happened = true)).cancel();
  set(20);
  timeline.settle();
  expect(happened).toBe(false);
});

test('on a running clock it happens without anyone asking, and no more once stopped', async () => {
  const timeline = new Timeline(startClock({ speed: 1000 }));
  let count = 0;
  timeline.after(5000, () => (count += 1));
  timeline.after(60_000, () => (count += 1));
  await wait(40);
  expect(count).toBe(1);
  timeline.stop();
  await wait(60);
  expect(count).toBe(1);
});
