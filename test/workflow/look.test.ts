import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { type Instant, secondsAfter, secondsBetween } from '../../shared/instant.ts';
import { lookAtStage, type Progress } from '../../shared/workflow/look.ts';
import { entered, type StageEvent, type Standing, stayed } from '../../shared/workflow/stages.ts';

type Facts = Readonly<Record<string, string>>;
type Event = StageEvent<'only', Facts>;

const noon = '2026-01-05T12:00:00.000Z';
const begun = entered('only' as const, noon, 24 * 60, 0);
const refused = new AppError('AzureBusy', 'another operation is under way');

/** One look at a stage that answers so; `afterwards` is how much later its effect is carried out. */
async function look(
  answer: () => Promise<Progress<Facts>>,
  standing: Standing<'only'> = begun,
  afterwards = 0,
) {
  let now: Instant = standing.lookAt;
  const ask = lookAtStage<'only', string, Facts>({ stages: { only: answer }, now: () => now });
  const { event, proceed } = await ask('id', { type: 'look' }, 'work', standing);
  now = secondsAfter(now, afterwards);
  return { event, result: await proceed?.() };
}
const throws = (error: unknown) => async (): Promise<never> => {
  throw error;
};
const waitOf = (event: Event) => ('lookAt' in event ? secondsBetween(event.at, event.lookAt) : undefined);

describe('a look at a stage', () => {
  it('takes throttling as waiting, for as long as Azure asks, and counts no trouble', async () => {
    const { event } = await look(throws(new AppError('Throttled', 'too many', { retryAfterSeconds: 90 })));
    expect(event).toMatchObject({ type: 'stage-running', waitingFor: 'too many' });
    expect(waitOf(event)).toBe(90);
  });

  it('comes back after a refusal that may pass, ever later and at most ten minutes', async () => {
    const waits: (number | undefined)[] = [];
    let standing = begun;
    for (let times = 0; times < 8; times += 1) {
      const { event } = await look(throws(refused), standing);
      expect(event.type).toBe('stage-troubled');
      waits.push(waitOf(event));
      if (event.type === 'stage-troubled') standing = stayed(standing, event);
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 600, 600]);
  });

  it('gives up after seventeen refusals in a row, and says why', async () => {
    const { event } = await look(throws(refused), { ...begun, troubles: 16 });
    expect(event).toMatchObject({
      type: 'stage-failed',
      failure: { code: 'AzureBusy', message: refused.message },
    });
  });

  it('forgets its troubles once an answer comes', async () => {
    const { event } = await look(async () => ({ status: 'running', lookAgainInSeconds: 30 }), {
      ...begun,
      troubles: 9,
    });
    expect(event.type === 'stage-running' && stayed(begun, event).troubles).toBe(0);
  });

  it('fails at once on a refusal that stays', async () => {
    const { event } = await look(throws(new AppError('AzureRefused', 'no rights')));
    expect(event).toMatchObject({ type: 'stage-failed', failure: { code: 'AzureRefused' } });
  });

  it('lets a defect out, for the queue to redeliver', async () => {
    await expect(look(throws(new TypeError('a defect')))).rejects.toThrow('a defect');
  });

  it('is overdue past the deadline, and says what it waited for', async () => {
    const ask = lookAtStage<'only', string, Facts>({ stages: { only: throws(refused) }, now: () => noon });
    const { event } = await ask('id', { type: 'give-up' }, 'work', { ...begun, waitingFor: 'the disk' });
    expect(event).toMatchObject({ type: 'stage-overdue', failure: { code: 'Overdue' } });
    expect(JSON.stringify(event)).toContain('the disk');
  });
});

describe('an intention', () => {
  const intends = (done: string[]) => async (): Promise<Progress<Facts>> => ({
    status: 'intend',
    what: 'reimage',
    before: 'disk-1',
    proceed: async () => {
      done.push('reimaged');
      return { status: 'running', lookAgainInSeconds: 30 };
    },
  });

  it('is told first, with what will prove it, and answers the next look once carried out', async () => {
    const done: string[] = [];
    const { event, result } = await look(intends(done));
    expect(event).toMatchObject({
      type: 'stage-intended',
      look: 0,
      intent: { attempt: 1, before: 'disk-1' },
    });
    expect(result).toMatchObject({ type: 'stage-running', look: 1 });
    expect(done).toEqual(['reimaged']);
  });

  it('keeps everybody else from looking for ten minutes', async () => {
    const { event } = await look(intends([]));
    const held = event.type === 'stage-intended' ? stayed(begun, event) : begun;
    expect(secondsBetween(noon, held.lookAt)).toBe(600);
  });

  it('is let go of by one who comes to it two minutes late: others may have taken over', async () => {
    const done: string[] = [];
    const { result } = await look(intends(done), begun, 121);
    expect(result).toMatchObject({ type: 'stage-running', look: 1 });
    expect(done).toEqual([]);
  });
});
