import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { isOver, type Release } from '../../shared/releases/course.ts';
import { explained } from '../../shared/releases/explain.ts';
import { releaseLife } from '../../shared/releases/release.ts';
import { releaseView } from '../../shared/releases/view.ts';
import {
  after,
  brings,
  done,
  events,
  failedWith,
  intended,
  nameOf,
  noon,
  paused,
  resumed,
  states,
  stopped,
} from './releases.ts';

/** What becomes of a release in each state by each event; `=` is: it stays there; `-`: not even a look is heard. */
const table = `
               | build         | approve         | enter         | check         | soak         | last check    | paused        | blocked approve | blocked enter | blocked check | stopping   | released | stopped  | superseded | rolled-back | canceled
started        | -             | -               | -             | -             | -            | -             | -             | -               | -             | -             | -          | -        | -        | -          | -           | -
running        | =             | =               | =             | =             | =            | =             | =             | =               | =             | =             | =          | -        | -        | -          | -           | -
troubled       | =             | =               | =             | =             | =            | =             | =             | =               | =             | =             | =          | -        | -        | -          | -           | -
intended       | =             | =               | =             | =             | =            | =             | =             | =               | =             | =             | =          | -        | -        | -          | -           | -
done           | approve       | enter           | check         | soak          | approve      | released      | =             | approve         | enter         | check         | stopped    | -        | -        | -          | -           | -
failed         | blocked build | blocked approve | blocked enter | blocked check | blocked soak | blocked check | blocked enter | =               | =             | =             | =          | -        | -        | -          | -           | -
overdue        | blocked build | blocked approve | blocked enter | blocked check | blocked soak | blocked check | blocked enter | =               | =             | =             | =          | -        | -        | -          | -           | -
found over     | stopping      | stopping        | stopping      | stopping      | stopping     | stopping      | stopping      | stopping        | stopping      | stopping      | superseded | -        | -        | -          | -           | -
paused         | paused        | paused          | paused        | paused        | paused       | paused        | -             | -               | -             | -             | -          | -        | -        | -          | -           | -
resumed        | -             | -               | -             | -             | -            | -             | enter         | approve         | enter         | check         | -          | -        | -        | -          | -           | -
stopped        | stopping      | stopping        | stopping      | stopping      | stopping     | stopping      | stopping      | stopping        | stopping      | stopping      | -          | -        | -        | -          | -           | -
rollback asked | stopping      | stopping        | stopping      | stopping      | stopping     | stopping      | stopping      | stopping        | stopping      | stopping      | -          | stopping | stopping | stopping   | stopping    | -
overridden     | -             | -               | -             | -             | -            | -             | -             | -               | -             | check         | -          | -        | -        | -          | -           | -
nudged         | =             | =               | =             | =             | =            | =             | =             | =               | =             | =             | =          | -        | -        | -          | -           | -`;
const [head = [], ...rows] = table
  .slice(1)
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const names = head.slice(1);
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [names[index] ?? '', event, cell] as const),
);
const stateOf = (name: string): Release => {
  const state = states[name];
  if (!state) throw new Error(`there is no state ${name}`);
  return state;
};

describe('a release', () => {
  it.each(cases)('that is at %s: %s leads to %s', (name, event, cell) => {
    const state = stateOf(name);
    expect(nameOf(state)).toBe(name);
    const told = events[event]?.(state);
    const next = told && releaseLife.evolve(state, told);
    if (cell === '-') expect(next).toBe(state);
    else {
      expect(next).not.toBe(state);
      expect(next && nameOf(next)).toBe(cell === '=' ? name : cell);
    }
  });

  it('is told of in the table with every state and every event', () => {
    expect(names).toEqual(Object.keys(states));
    expect(rows.map(([event]) => event)).toEqual(Object.keys(events));
  });

  it.each(Object.entries(states))('X4, X5: at %s is looked at again, or is over', (_, state) => {
    const { command, lookAgainAt } = releaseLife.decide(state, noon);
    if (isOver(state)) expect([command, lookAgainAt]).toEqual([undefined, undefined]);
    else expect(command ?? lookAgainAt).toBeDefined();
  });

  it.each(Object.entries(states))('at %s takes an answer to an earlier look for old news', (_, state) => {
    const look = 'standing' in state ? state.standing.look - 1 : 0;
    const stage = 'standing' in state ? state.standing.stage : 'build';
    expect(releaseLife.evolve(state, { type: 'stage-done', stage, look, at: noon })).toBe(state);
  });

  it.each(Object.entries(states))(
    'at %s says where it stands, and what can be done about it',
    (name, state) => {
      const { movement, because, youCan } = explained(state);
      expect(because[0]?.message).toMatch(/\w/);
      expect(movement === 'over').toBe(isOver(state));
      if (movement === 'blocked' || movement === 'paused') expect(youCan.length).toBeGreaterThan(1);
      expect(releaseView(state, noon)).toMatchObject({ id: 'win11.1.1.0', status: state.phase });
      if (name.startsWith('blocked')) expect(explained(state).stage).toBe(name.split(' ')[1]);
    },
  );

  it('knows nothing before it began', () => {
    expect(releaseLife.evolve(undefined, { type: 'nudged', at: noon })).toBeUndefined();
  });

  it('goes back to where it is put right, when the door stays shut', () => {
    const atPilot = [done, done, done, done, done, done];
    expect(after(...atPilot)).toMatchObject({ index: 1, standing: { stage: 'enter' } });
    expect(after(...atPilot, failedWith('SoakNotOver'))).toMatchObject({
      phase: 'running',
      index: 1,
      standing: { stage: 'soak' },
    });
    expect(after(...atPilot, failedWith('ApprovalExpired'))).toMatchObject({
      phase: 'blocked',
      index: 1,
      stage: 'approve',
    });
    expect(after(...atPilot, failedWith('GateNotPassed'))).toMatchObject({
      phase: 'blocked',
      index: 0,
      stage: 'check',
    });
  });

  it('tries anew what it is blocked at: another approval, another validation, the movement once more', () => {
    const approval = { id: 'a', status: 'expired', expiresAt: noon, decisions: [] };
    const asked = after(
      done,
      brings({ way: { test: { approval } } }),
      failedWith('ApprovalExpired'),
      resumed,
    );
    expect(asked.facts.way['test']).toEqual({ approvals: 2 });

    const atCheck = [done, done, done];
    const run = brings({ way: { test: { run: 1, movement: 4 } } });
    const checked = after(...atCheck, run, failedWith('CheckFailed'), resumed);
    expect(checked.facts.way['test']).toEqual({ movement: 4 });

    const moved = brings({ way: { test: { movement: 4 } } });
    const stuck = after(done, done, moved, failedWith('RolloutFailed'), resumed);
    expect(stuck.facts.way['test']).toEqual({ movement: 4, retries: 1 });
    const undone = brings({ way: { test: { movement: 4, isRefused: true } } });
    const refused = after(done, done, undone, failedWith('VersionNotReady'), resumed);
    expect(refused.facts.way['test']).toEqual({ requests: 2 });
  });

  it('P2: keeps an override with all that was said, and goes on with the very validation', () => {
    const run = brings({ way: { test: { run: 1 } } });
    const blocked = after(done, done, done, run, failedWith('CheckFailed'));
    const told = events['overridden']?.(blocked);
    const next = told && releaseLife.evolve(blocked, told);
    expect(next).toMatchObject({
      phase: 'running',
      standing: { stage: 'check' },
      facts: {
        way: { test: { run: 1 } },
        overrides: [{ checks: ['sign-in'], channel: 'test', by: 'ben', reason: 'so' }],
        said: [{ what: 'started' }, { what: 'overrode', by: 'ben' }],
      },
    });
  });

  it('takes no override for another channel than the one in the way', () => {
    const blocked = stateOf('blocked check');
    const override = {
      checks: ['sign-in'],
      channel: 'pilot',
      by: 'ben',
      reason: 'so',
      at: noon,
      expiresAt: noon,
    };
    expect(releaseLife.evolve(blocked, { type: 'overridden', override, at: noon })).toBe(blocked);
  });

  it('remembers what was intended when it was stopped, whatever came between', () => {
    const at = minutesAfter(noon, 1);
    expect(after(done, done, intended, stopped)).toMatchObject({ from: { stage: 'enter', intendedAt: at } });
    const heldOff = brings({});
    expect(after(done, done, intended, paused, heldOff, stopped)).toMatchObject({ from: { intendedAt: at } });
    expect(after(done, done, intended, paused, resumed, stopped)).toMatchObject({ from: { intendedAt: at } });
    expect(after(done, done, intended, heldOff, stopped)).toMatchObject({ from: { stage: 'enter' } });
    expect(after(done, done, intended, heldOff, stopped)).not.toHaveProperty('from.intendedAt');
  });

  it('leaves who is at what he intended alone, whoever nudges it', () => {
    const state = after(done, done, intended);
    expect(releaseLife.evolve(state, { type: 'nudged', at: noon })).toBe(state);
  });

  it('is given no time while it is paused, and all of it afterwards', () => {
    const late = minutesAfter(noon, 400 * 1440);
    expect(releaseLife.decide(after(done, done), late).command).toEqual({ type: 'give-up' });
    expect(releaseLife.decide(after(done, done, paused), late).command).toEqual({ type: 'look' });
  });

  it('does not lose what it is being settled for', () => {
    const state = after(done, done, stopped, failedWith('AzureRefused'));
    expect(state).toMatchObject({ phase: 'stopping', ending: { phase: 'stopped', by: 'ben', reason: 'so' } });
    expect(after(done, done, stopped, failedWith('AzureRefused'), done)).toMatchObject({
      phase: 'stopped',
      by: 'ben',
      reason: 'so',
    });
  });
});
