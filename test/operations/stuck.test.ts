import { describe, expect, it } from 'vitest';
import { DeadLettersAnswer, PutBackAnswer, StuckWorkAnswer } from '../../shared/operations/answers.ts';
import type { DeadLetter } from '../../shared/operations/ports.ts';
import { operationsRequests, type Work } from '../../shared/operations/requests.ts';
import {
  type Failing,
  quarantinedIn,
  type Saved,
  type State,
  stuckBy,
} from '../../shared/operations/stuck.ts';

const now = '2026-01-05T12:00:00.000Z';
const since = '2026-01-05T11:00:00.000Z';
const soon = '2026-01-05T12:10:00.000Z';
const saved = (state: State, more: Partial<Saved> = {}): Saved => ({
  state,
  changes: 7,
  dueAt: soon,
  ...more,
});
const failing: Failing & { id: string; at: string } = {
  id: 'win11.1.0.0',
  changes: 7,
  since,
  at: since,
  times: 20,
  why: 'TypeError: of undefined',
  restsUntil: soon,
};
const running: State = {
  phase: 'running',
  standing: { since, troubles: 0, waitingFor: 'the VM', lookAt: soon },
};
const of = (state: State, more?: Partial<Saved>, failure?: Failing) =>
  stuckBy('version', 'win11.1.0.0', saved(state, more), failure, now);

describe('stuck work', () => {
  it('is none that waits for Azure, or was refused once', () => {
    expect(of(running)).toBeUndefined();
    expect(of({ standing: { since, troubles: 2, waitingFor: 'busy', lookAt: soon } })).toBeUndefined();
  });

  it('is what keeps failing, with the last error and when it is tried again', () => {
    expect(of(running, {}, failing)).toMatchObject({
      why: 'failing',
      since,
      message: 'TypeError: of undefined',
      times: 20,
      nextLookAt: soon,
    });
  });

  it('is not what failed in a state that it has left', () => {
    expect(of(running, { changes: 8 }, failing)).toBeUndefined();
  });

  it('is what nobody has looked at for minutes after it was due', () => {
    expect(of(running, { dueAt: since })).toMatchObject({ why: 'overdue', since });
    expect(of(running, { dueAt: '2026-01-05T11:58:00.000Z' })).toBeUndefined();
  });

  it('is what Azure refuses again and again', () => {
    const state: State = { standing: { since, troubles: 3, waitingFor: 'no answer', lookAt: soon } };
    expect(of(state)).toMatchObject({ why: 'troubled', message: 'no answer', times: 3, nextLookAt: soon });
  });

  it('is what waits for a person: held after a failure, or paused', () => {
    const failure = { code: 'SysprepFailed', message: 'exit 1', remedy: 'Read the log.' };
    for (const phase of ['held', 'blocked', 'stuck']) {
      expect(of({ phase, failure, since })).toMatchObject({ why: 'held', since, ...failure });
    }
    expect(of({ phase: 'canceled', failure, at: since })).toBeUndefined();
    expect(of({ ...running, pause: { by: 'ana', reason: 'lunch', at: since } })).toMatchObject({
      why: 'paused',
      message: 'ana paused it: lunch',
    });
  });

  it('is what was left behind and would not go', () => {
    const left = stuckBy(
      'leftover',
      'win11.1.0.0.1',
      saved({ since, why: 'a lock', lookAt: soon }),
      undefined,
      now,
    );
    expect(left).toMatchObject({ why: 'left-behind', message: 'a lock', nextLookAt: soon });
  });

  it('is a host in quarantine, unless a later rollout has brought it', () => {
    const host = (name: string, outcome: string) => ({
      name,
      outcome,
      why: 'no heartbeat',
      code: 'CreateFailed',
      admittedAt: since,
    });
    const found = quarantinedIn([
      {
        id: 'new',
        hostPool: 'p',
        hosts: [host('a', 'done'), host('b', 'quarantined'), host('c', 'put-off')],
      },
      {
        id: 'old',
        hostPool: 'p',
        hosts: [host('a', 'quarantined'), host('b', 'quarantined'), host('c', 'quarantined')],
      },
    ]);
    expect(found.map(({ id }) => id)).toEqual(['new.b', 'old.c']);
    expect(found[0]).toMatchObject({
      code: 'CreateFailed',
      remedy: expect.stringContaining('retry the host'),
    });
  });
});

describe('operations', () => {
  const letter: DeadLetter = {
    sequenceNumber: '1',
    id: 'win11.1.0.0',
    reason: 'MaxDeliveryCountExceeded',
    description: 'SharedAccessKey=geheim',
    enqueuedAt: since,
    deliveries: 10,
  };
  const work: Work = {
    kind: 'version',
    subject: (id) => `versions/${id}`,
    underWay: async () => [
      { id: 'late', saved: saved(running, { dueAt: '2026-01-05T10:00:00.000Z' }) },
      { id: 'win11.1.0.0', saved: saved(running) },
    ],
    failing: async () => [failing],
  };
  const asked: string[] = [];
  const requests = operationsRequests({
    deadLetters: {
      list: async (queue) => {
        asked.push(queue);
        return queue === 'advance-image' ? [letter, { ...letter, id: 'outbox.version' }] : [];
      },
      putBack: async () => ({ taken: 3, ids: ['win11.1.0.0'], hasMore: false }),
    },
    works: [work],
    rolloutsByPool: async () => [],
    now: () => now,
  });

  it('list all that is stuck, the longest first, or one sort of it', async () => {
    expect((await requests.stuck()).map(({ id, why }) => [id, why])).toEqual([
      ['late', 'overdue'],
      ['win11.1.0.0', 'failing'],
    ]);
    expect(await requests.stuck('failing')).toMatchObject([{ subject: 'versions/win11.1.0.0' }]);
  });

  it('list dead letters of every queue with what they are about, what that fails with, and no secret', async () => {
    asked.length = 0;
    const [first, second] = await requests.deadLetters.list({ most: 10 });
    expect(first).toMatchObject({
      queue: 'advance-image',
      kind: 'version',
      subject: 'image-sets/win11/versions/1.0.0',
      description: 'SharedAccessKey=***',
      lastFailure: { message: 'TypeError: of undefined', times: 20 },
    });
    expect(second).not.toHaveProperty('subject');
    expect(asked).toHaveLength(12);
    asked.length = 0;
    await requests.deadLetters.list({ queue: 'advance-host', most: 10 });
    expect(asked).toEqual(['advance-host']);
  });

  it('answer what is declared', async () => {
    const sent = (body: unknown): unknown => JSON.parse(JSON.stringify(body));
    StuckWorkAnswer.parse(sent({ value: await requests.stuck() }));
    DeadLettersAnswer.parse(sent({ value: await requests.deadLetters.list({ most: 10 }) }));
    const asked = { reason: 'mended', most: 100 };
    PutBackAnswer.parse(sent(await requests.deadLetters.putBack('advance-image', asked)));
  });

  it('put back what a queue has given up on', async () => {
    const answer = await requests.deadLetters.putBack('advance-image', { reason: 'mended', most: 100 });
    expect(answer).toEqual({ queue: 'advance-image', putBack: 3, ids: ['win11.1.0.0'], hasMore: false });
  });
});
