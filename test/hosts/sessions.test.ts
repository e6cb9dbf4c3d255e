import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { altered, desk, policyOf, type Sessions } from './desk.ts';
import { noAnswer } from './one-host.ts';

const early = { disconnected: 'log-off-early', disconnectedMinutes: 3 } as const;

describe('the ladder of reminders', () => {
  const ladder = {
    reminders: [8, 5, 1],
    message: { title: 'Update', body: 'You have {minutes} minutes, until {deadline}.' },
  };

  it('R5: tells again at each step, with the minutes left and the deadline of the first message', async () => {
    const { seat, bring, sent, off } = desk();
    seat('ann');
    const host = await bring(policyOf(ladder));
    const [first, ...reminders] = sent('ann');
    const until = first?.text?.slice(-10);
    expect(first?.text).toMatch(/^You have 10 minutes, until 12:1\d UTC\.$/);
    expect(reminders.map(({ text }) => text)).toEqual([
      `You have 8 minutes, until ${until}`,
      `You have 5 minutes, until ${until}`,
      `You have 1 minutes, until ${until}`,
    ]);
    for (const [index, minutes] of [2, 5, 9].entries()) {
      const after = (reminders[index]?.seconds ?? 0) - (first?.seconds ?? 0);
      expect(after).toBeGreaterThanOrEqual(minutes * 60);
      expect(after).toBeLessThan(minutes * 60 + 30);
    }
    expect(off('ann')[0]?.seconds).toBeGreaterThanOrEqual((first?.seconds ?? 0) + 600);
    expect(host.facts.told).toMatchObject([
      { user: 'ann', reminded: [8, 5, 1].map((minutes) => ({ minutes, confirmed: true })) },
    ]);
  });

  it('has words of its own where the policy gives them, and none where it has no steps', async () => {
    const { seat, bring, sent } = desk();
    seat('ann');
    await bring(
      policyOf({ reminders: [4], reminder: { title: '{host}', body: 'Still {minutes} on {host}.' } }),
    );
    expect(sent('ann')[1]?.text).toBe('Still 4 on avd-0.');
    const plain = desk();
    plain.seat('ann');
    await plain.bring(policyOf({}));
    expect(plain.sent('ann')).toHaveLength(1);
  });

  it.each([
    ['Europe/Berlin', /until 13:1\d\.$/],
    ['America/New_York', /until 07:1\d\.$/],
    ['Asia/Kolkata', /until 17:4\d\.$/],
  ])('tells the deadline by the clock of its users: %s', async (timeZone, text) => {
    const { seat, bring, sent } = desk();
    seat('ann');
    await bring(policyOf({ ...ladder, timeZone }));
    expect(sent('ann').map((one) => one.text)).toEqual(sent('ann').map(() => expect.stringMatching(text)));
  });

  it('ends with the session', async () => {
    const { seat, bring, sent } = desk();
    seat('ann', 300);
    await bring(policyOf(ladder));
    expect(sent('ann')).toHaveLength(2);
  });

  it('goes on to the end of the grace where users may stay, and not beyond', async () => {
    const { seat, bring, sent, off } = desk();
    seat('ann');
    const host = await bring(policyOf({ ...ladder, atGraceEnd: 'wait' }));
    expect(host).toMatchObject({ phase: 'deferred' });
    expect([sent('ann').length, off('ann').length]).toEqual([4, 0]);
  });

  it('R5: is of each user his own: who comes in the grace of another begins his, and the other hears nothing new', async () => {
    const alone = desk();
    alone.seat('ann');
    await alone.bring(policyOf(ladder));
    const both = desk();
    both.seat('ann');
    both.later(270, () => both.seat('bob'));
    await both.bring(policyOf(ladder));
    const [ann, bob] = [both.sent('ann'), both.sent('bob')];
    expect(ann.map(({ text }) => text)).toEqual(alone.sent('ann').map(({ text }) => text));
    expect(bob.map(({ text }) => text?.slice(0, 19))).toEqual([
      'You have 10 minutes',
      'You have 8 minutes,',
      'You have 5 minutes,',
      'You have 1 minutes,',
    ]);
    expect(bob[0]?.seconds).toBeGreaterThanOrEqual(240);
    expect(both.off('bob')[0]?.seconds).toBeGreaterThanOrEqual((bob[0]?.seconds ?? 0) + 600);
    expect(both.off('ann')[0]?.seconds).toBeLessThan((ann[0]?.seconds ?? 0) + 660);
  });

  it('leaves out the steps at which nobody looked', async () => {
    const { seat, bring, sent } = desk(
      altered('list', (real, _, world) => async (pool) => {
        const at = world.now();
        if (at > '2026-01-05T12:01:30' && at < '2026-01-05T12:07:00')
          throw new AppError('Throttled', 'too many', { retryAfterSeconds: 30 });
        return await real(pool);
      }),
    );
    seat('ann');
    const host = await bring(policyOf(ladder));
    expect(sent('ann')).toHaveLength(3);
    expect(host.facts.told?.[0]?.reminded?.map(({ minutes }) => minutes)).toEqual([5, 1]);
  });

  it('are over with the grace: none that was missed is made up for afterwards', async () => {
    const { seat, bring, sent } = desk(
      altered('list', (real, _, world) => async (pool) => {
        const at = world.now();
        if (at > '2026-01-05T12:01:30' && at < '2026-01-05T12:25:00')
          throw new AppError('Throttled', 'too many', { retryAfterSeconds: 30 });
        return await real(pool);
      }),
    );
    seat('ann');
    const host = await bring(policyOf({ ...ladder, atGraceEnd: 'wait' }));
    expect(host).toMatchObject({ phase: 'deferred' });
    expect(sent('ann')).toHaveLength(1);
  });

  it.each([
    ['nobody knows whether it arrived', noAnswer, [false, true, true]],
    ['Azure turned it away', new AppError('AzureBusy', 'not now'), [true, true, true]],
  ])('is shown once at each step though %s', async (_, error, confirmed) => {
    let calls = 0;
    const { seat, bring, azure } = desk(
      altered('sendMessage', (real) => async (...given) => {
        calls += 1;
        if (calls === 2 && error !== noAnswer) throw error;
        await real(...given);
        if (calls === 2) throw error;
      }),
    );
    seat('ann');
    const host = await bring(policyOf(ladder));
    expect(azure.desktop.everySession[0]?.told).toBe(4);
    expect(host.facts.told?.[0]?.reminded?.map((one) => one.confirmed)).toEqual(confirmed);
    expect(host.facts.told?.[0]?.reminded?.map(({ minutes }) => minutes)).toEqual([8, 5, 1]);
  });

  it('asks Azure for no more than one list at each step', async () => {
    const asked = async (sessions: Partial<Sessions>) => {
      const { seat, bring, calls } = desk();
      seat('ann');
      await bring(policyOf({ graceMinutes: 60, ...sessions }));
      return calls('sessionsOfPool').length;
    };
    expect(await asked({ reminders: [33, 13] })).toBeLessThanOrEqual((await asked({})) + 2);
  });
});

describe('disconnected sessions', () => {
  it('R5: are as active ones unless the policy says otherwise', async () => {
    const { seat, bring, sent, off } = desk();
    seat('ann').state = 'Disconnected';
    await bring(policyOf({}));
    expect(sent('ann')).toHaveLength(1);
    expect(off('ann')[0]?.seconds).toBeGreaterThanOrEqual(600);
  });

  it.each([
    [0, 0, 60],
    [3, 180, 270],
  ])(
    'R5: are logged off untold after %i minutes, and active ones have their grace',
    async (disconnectedMinutes, least, most) => {
      const { seat, bring, sent, off } = desk();
      seat('ann').state = 'Disconnected';
      seat('bob');
      const host = await bring(policyOf({ ...early, disconnectedMinutes }));
      expect(host).toMatchObject({ phase: 'done' });
      expect([sent('ann').length, sent('bob').length]).toEqual([0, 1]);
      expect(off('ann')).toHaveLength(1);
      expect(off('ann')[0]?.seconds).toBeGreaterThanOrEqual(least);
      expect(off('ann')[0]?.seconds).toBeLessThan(most);
      expect(off('bob')[0]?.seconds).toBeGreaterThanOrEqual(600);
      expect(host.facts.loggedOff).toMatchObject([
        { user: 'ann', disconnectedSince: expect.any(String) as unknown },
        { user: 'bob' },
      ]);
      expect(host.facts.loggedOff?.[1]?.disconnectedSince).toBeUndefined();
    },
  );

  it.each(['Pending', 'Active', 'Unknown'])('R5: %s is as active as can be', async (state) => {
    const { seat, bring, sent, off } = desk();
    seat('ann').state = state;
    await bring(policyOf({ ...early, disconnectedMinutes: 0 }));
    expect(sent('ann')).toHaveLength(1);
    expect(off('ann')[0]?.seconds).toBeGreaterThanOrEqual(600);
  });

  it('R5: that are in use again before are told, with all of the grace', async () => {
    const { seat, bring, sent, off, azure, later } = desk();
    const ann = seat('ann');
    ann.state = 'Disconnected';
    later(100, () => azure.desktop.reconnect(ann));
    await bring(policyOf(early));
    expect(sent('ann')).toHaveLength(1);
    expect(sent('ann')[0]?.seconds).toBeLessThan(300);
    expect(off('ann')[0]?.seconds).toBeGreaterThanOrEqual((sent('ann')[0]?.seconds ?? 0) + 600);
  });

  it('R5: that are in use again at the last moment are not logged off', async () => {
    const { seat, bring, sent, off } = desk(
      altered('sessions', (real, azure) => async (...given) => {
        for (const session of azure.desktop.everySession) azure.desktop.reconnect(session);
        return await real(...given);
      }),
    );
    seat('ann').state = 'Disconnected';
    const host = await bring(policyOf(early));
    expect([sent('ann').length, off('ann').length]).toEqual([1, 1]);
    expect(off('ann')[0]?.seconds).toBeGreaterThanOrEqual((sent('ann')[0]?.seconds ?? 0) + 600);
    expect(host.facts.loggedOff).toHaveLength(1);
    expect(host.facts.loggedOff?.[0]?.disconnectedSince).toBeUndefined();
  });

  it('R5: of users who were told have to wait no longer than they were told, and hear no more', async () => {
    const { seat, bring, sent, off, azure, later } = desk();
    const ann = seat('ann');
    later(60, () => azure.desktop.disconnect(ann));
    await bring(policyOf({ ...early, disconnectedMinutes: 10, reminders: [6] }));
    expect(sent('ann')).toHaveLength(1);
    expect(off('ann')[0]?.seconds).toBeLessThan(660);
  });

  it('are logged off before the end of their grace, if they were told and then left for long', async () => {
    const { seat, bring, off, azure, later } = desk();
    const ann = seat('ann');
    later(60, () => azure.desktop.disconnect(ann));
    // The lists that show it come with those who are told, are due or leave, or every five minutes.
    await bring(policyOf({ ...early, graceMinutes: 30 }));
    expect(off('ann')[0]?.seconds).toBeGreaterThanOrEqual(60 + 180);
    expect(off('ann')[0]?.seconds).toBeLessThan(60 + 300 + 180 + 60);
  });

  it('are logged off where active users may stay, and cost no lists while those do', async () => {
    const { seat, bring, off, calls } = desk();
    seat('ann').state = 'Disconnected';
    seat('bob');
    const host = await bring(policyOf({ ...early, atGraceEnd: 'wait', waitHours: 2 }));
    expect(host).toMatchObject({ phase: 'deferred', failure: { code: 'UsersStayed' } });
    expect([off('ann').length, off('bob').length]).toEqual([1, 0]);
    // One each five minutes, and some for what happens.
    expect(calls('sessionsOfPool').length).toBeLessThanOrEqual(24 + 10);
    expect(calls('sessions').length).toBeLessThanOrEqual(2);
  });
});
