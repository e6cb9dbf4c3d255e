import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import {
  type AnyStage,
  canBeAborted,
  isOver,
  type Rollout,
  type RolloutEvent,
  rolloutLife,
} from '../../shared/rollouts/rollout.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { link } from '../support/fleet.ts';

const noon = '2026-01-05T12:00:00.000Z';
const requested: RolloutEvent = {
  type: 'requested',
  pool: 'pool',
  link,
  version: { number: '1.1.0', imageVersionId: 'version' },
  by: 'ann',
  reason: 'patches',
  at: noon,
};
/** What happens next, told as it would be of the stage the rollout is in. */
type Next = (rollout: Rollout) => RolloutEvent;
const inStage = (rollout: Rollout) => {
  if (!('standing' in rollout)) throw new Error(`${rollout.phase} is in no stage`);
  const { stage, look, lookAt } = rollout.standing;
  return { stage, look, at: minutesAfter(lookAt, 1) };
};
const done: Next = (rollout) => ({ type: 'stage-done', ...inStage(rollout) });
const failed: Next = (rollout) => ({
  type: 'stage-failed',
  ...inStage(rollout),
  failure: failure('BreakerOpen', 'no'),
});
const overdue: Next = (rollout) => ({
  type: 'stage-overdue',
  ...inStage(rollout),
  failure: failure('Overdue', 'late'),
});
const aborted: Next = () => ({ type: 'aborted', by: 'ann', reason: 'enough', at: noon });
const paused: Next = () => ({ type: 'paused', by: 'ann', reason: 'lunch', at: noon });
const resumed: Next = () => ({ type: 'resumed', by: 'ann', at: minutesAfter(noon, 30) });
const freezesChanged: Next = () => ({ type: 'freezes-changed', by: 'ann', at: noon });
const rolledBack: Next = () => ({ type: 'rolled-back', rollout: 'back', by: 'ann', reason: 'no', at: noon });
const onHost = { instanceId: '7', name: 'avd-7', by: 'ann', reason: 'so', at: noon };
const skipped: Next = () => ({ type: 'host-skipped', ...onHost });
const retried: Next = () => ({ type: 'host-retried', ...onHost });
const setAside: Next = () => ({ type: 'set-aside', at: noon });

function after(...story: Next[]): Rollout {
  const first = rolloutLife.evolve(undefined, requested);
  if (!first) throw new Error('no rollout');
  return story.reduce((rollout, next) => rolloutLife.evolve(rollout, next(rollout)) ?? rollout, first);
}

describe('a rollout', () => {
  const rolling = [done, done];
  const stories: [title: string, phase: Rollout['phase'], stage: AnyStage | undefined, story: Next[]][] = [
    ['first claims its pool', 'running', 'claim', []],
    ['then prepares the scale set', 'running', 'prepare', [done]],
    ['then takes host by host', 'running', 'roll', rolling],
    ['then lets go of the pool', 'running', 'release-pool', [...rolling, done]],
    ['has succeeded in the end', 'succeeded', undefined, [...rolling, done, done]],
    ['R11: settles its hosts when it is aborted', 'stopping', 'settle', [...rolling, aborted]],
    ['then lets go of the pool', 'stopping', 'release-pool', [...rolling, aborted, done]],
    ['and is aborted', 'aborted', undefined, [...rolling, aborted, done, done]],
    ['can be aborted before it has begun', 'aborted', undefined, [aborted, done, done]],
    ['is not aborted when all is done', 'running', 'release-pool', [...rolling, done, aborted]],
    ['is aborted once', 'stopping', 'release-pool', [...rolling, aborted, done, aborted]],
    ['R7: settles its hosts when it fails', 'stopping', 'settle', [...rolling, failed]],
    ['and has failed', 'failed', undefined, [...rolling, failed, done, done]],
    ['settles its hosts when it takes too long', 'stopping', 'settle', [...rolling, overdue]],
    ['goes on settling when that takes too long', 'stopping', 'settle', [...rolling, failed, overdue]],
    ['goes on letting go when that fails', 'stopping', 'release-pool', [...rolling, failed, done, failed]],
    [
      'goes on letting go when that fails after all went well',
      'running',
      'release-pool',
      [...rolling, done, failed],
    ],
    ['succeeds all the same', 'succeeded', undefined, [...rolling, done, failed, done]],
    ['stays failed when it is set aside', 'failed', undefined, [failed, done, done, setAside, setAside]],
    ['stays as it is when it is set aside too soon', 'running', 'claim', [setAside]],
    ['R11: settles its hosts when it is taken back', 'stopping', 'settle', [...rolling, rolledBack]],
    ['is then aborted', 'aborted', undefined, [...rolling, rolledBack, done, done]],
    ['is taken back when it is over', 'succeeded', undefined, [...rolling, done, done, rolledBack]],
    ['stays succeeded', 'succeeded', undefined, [...rolling, done, done, setAside, aborted]],
  ];
  it.each(stories)('%s', (_, phase, stage, story) => {
    const rollout = after(...story);
    expect(rollout.phase).toBe(phase);
    expect('standing' in rollout ? rollout.standing.stage : undefined).toBe(stage);
    expect(isOver(rollout)).toBe(stage === undefined);
    expect(rolloutLife.decide(rollout, minutesAfter(noon, 100_000))).toEqual(
      stage === undefined ? {} : { command: { type: 'give-up' } },
    );
  });

  it('keeps why it ended as it did', () => {
    expect(after(...rolling, failed, done, done)).toMatchObject({
      stage: 'roll',
      failure: { code: 'BreakerOpen' },
    });
    expect(after(aborted, done, done)).toMatchObject({ by: 'ann', reason: 'enough' });
    expect(after(aborted, done, done, setAside)).toMatchObject({ setAside: true });
  });

  it('waits as long as the one that it takes back may need for its end, and keeps by whom it is taken back', () => {
    const back = rolloutLife.evolve(undefined, { ...requested, rollbackOf: 'first' });
    if (!back || !('standing' in back)) throw new Error('no rollout');
    expect(back.standing.deadline).toBe(minutesAfter(noon, 60 + 4320 + 60));
    const again = [paused, resumed].reduce(
      (one, next) => rolloutLife.evolve(one, next(one)) ?? one,
      back as Rollout,
    );
    expect('standing' in again && again.standing.deadline).toBe(minutesAfter(noon, 30 + 60 + 4320 + 60));
    expect(after(...rolling, rolledBack, done, done)).toMatchObject({
      phase: 'aborted',
      rolledBackBy: 'back',
      reason: 'taken back by rollout back: no',
    });
  });

  it('adds to its hosts what a look brings, and hears it once', () => {
    const record = { instanceId: '0', outcome: 'admitted' } as HostRecord;
    const brings =
      (hosts: Record<string, HostRecord>): Next =>
      (rollout) => ({ type: 'stage-running', ...inStage(rollout), lookAt: noon, facts: { hosts } });
    const first = after(...rolling, brings({ 0: record }));
    const event = brings({ 1: record })(first);
    const second = rolloutLife.evolve(first, event);
    expect(Object.keys(second?.facts.hosts ?? {})).toEqual(['0', '1']);
    expect(rolloutLife.evolve(second, event)).toBe(second);
  });

  it('says whether it can be aborted', () => {
    expect([after(), after(...rolling), after(...rolling, done), after(aborted)].map(canBeAborted)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('what may be asked of a rollout, state by state', () => {
  const rolling = [done, done];
  const commands = { paused, resumed, aborted, freezesChanged, rolledBack, setAside, skipped, retried };
  type Answers = Record<keyof typeof commands, string>;
  const nothing: Answers = {
    paused: '',
    resumed: '',
    aborted: '',
    freezesChanged: '',
    rolledBack: 'is named',
    setAside: '',
    skipped: '',
    // Nothing to try again where nothing was tried.
    retried: '',
  };
  const running = {
    ...nothing,
    skipped: 'host skipped',
    aborted: 'settle',
    rolledBack: 'settle',
    freezesChanged: 'looks anew',
  };
  const states: [state: string, story: Next[], answers: Answers][] = [
    ['claiming', [], { ...running, paused: 'claim paused' }],
    ['preparing', [done], { ...running, paused: 'prepare paused' }],
    ['rolling', rolling, { ...running, paused: 'roll paused' }],
    ['claiming, paused', [paused], { ...running, paused: 'claim paused', resumed: 'claim' }],
    ['preparing, paused', [done, paused], { ...running, paused: 'prepare paused', resumed: 'prepare' }],
    ['rolling, paused', [...rolling, paused], { ...running, paused: 'roll paused', resumed: 'prepare' }],
    ['letting go of the pool', [...rolling, done], nothing],
    ['settling', [...rolling, aborted], nothing],
    ['settling after a pause', [...rolling, paused, aborted], nothing],
    ['letting go after it settled', [...rolling, aborted, done], nothing],
    ['succeeded', [...rolling, done, done], nothing],
    ['succeeded in a pause', [...rolling, paused, done, done], nothing],
    ['failed', [...rolling, failed, done, done], { ...nothing, setAside: 'failed' }],
    ['aborted', [aborted, done, done], { ...nothing, setAside: 'aborted' }],
    ['aborted and set aside', [aborted, done, done, setAside], nothing],
    ['taken back', [...rolling, rolledBack], { ...nothing, rolledBack: '' }],
    ['taken back after its end', [...rolling, done, done, rolledBack], { ...nothing, rolledBack: '' }],
  ];
  const plain = { freezesChanged: 'looks anew', skipped: 'host skipped' };
  const became = (before: Rollout, rollout: Rollout, command: string) => {
    if (rollout === before) return '';
    if (command in plain) return plain[command as 'skipped'];
    if (command === 'rolledBack') expect(rollout.rolledBackBy).toBe('back');
    if (command === 'rolledBack' && before.phase !== 'running') return 'is named';
    if (command === 'rolledBack' && inStage(before).stage === 'release-pool') return 'is named';
    const where = 'standing' in rollout ? rollout.standing.stage : rollout.phase;
    return 'pause' in rollout ? `${where} paused` : where;
  };
  it.each(states)('R11: every command to a rollout that is %s', (_, story, answers) => {
    const rollout = after(...story);
    for (const [command, tell] of Object.entries(commands)) {
      const next = rolloutLife.evolve(rollout, tell(rollout)) ?? rollout;
      expect([command, became(rollout, next, command)]).toEqual([command, answers[command as keyof Answers]]);
    }
  });

  it.each([
    ['a pause', paused],
    ['a change of the freezes', freezesChanged],
    ['somebody skips a host', skipped],
  ])('X1, R8: what a look found before %s is old news after it', (_, told) => {
    const rollout = after(...rolling);
    const answer = { ...done(rollout), type: 'stage-running', lookAt: noon } as RolloutEvent;
    const story = after(...rolling, told);
    expect(rolloutLife.evolve(story, answer)).toBe(story);
  });

  it('a pause costs no time: a rollout that was paused for weeks is not overdue', () => {
    const rollout = after(...rolling, paused);
    const late = minutesAfter(noon, 100_000);
    expect(rolloutLife.decide(rollout, late)).toEqual({ command: { type: 'look' } });
    const again = rolloutLife.evolve(rollout, { type: 'resumed', by: 'ann', at: late });
    expect(again && rolloutLife.decide(again, late)).toEqual({ command: { type: 'look' } });
  });

  it('pauses by itself when it finds that somebody changed the model, and only people end that', () => {
    const waits = { since: noon, because: [{ code: 'ModelChanged' as const, message: 'it names another' }] };
    const facts = { waits, modelChanged: { names: 'another', at: noon } };
    const finds: Next = (one) => ({ type: 'stage-running', ...inStage(one), lookAt: noon, facts });
    expect(after(...rolling, finds)).toMatchObject({ pause: { by: 'goldsmith', code: 'ModelChanged' } });
    expect(after(...rolling, finds, resumed)).not.toHaveProperty('pause');
    expect(after(...rolling, paused, finds)).toMatchObject({ pause: { by: 'ann' } });
  });

  it('X4: a pause with an end is looked at when it ends', () => {
    const until = minutesAfter(noon, 7);
    const rollout = after(...rolling, () => ({ type: 'paused', by: 'ann', reason: '', at: noon, until }));
    const looked = rolloutLife.evolve(rollout, {
      type: 'stage-running',
      ...inStage(rollout),
      lookAt: minutesAfter(noon, 60),
    });
    expect(looked && rolloutLife.decide(looked, noon)).toEqual({ lookAgainAt: until });
  });

  it('a hold costs no time either, and what comes after it does', () => {
    const waits = (code: 'Frozen' | 'CapacityFloor', since: number): Next => {
      const at = minutesAfter(noon, since);
      return (rollout) => ({
        ...inStage(rollout),
        type: 'stage-running',
        at,
        lookAt: at,
        facts: { waits: { since: at, because: [{ code, message: '' }] } },
      });
    };
    const frozen = after(...rolling, waits('Frozen', 10));
    expect(rolloutLife.decide(frozen, minutesAfter(noon, 100_000)).command).toEqual({ type: 'look' });
    const thawed = after(...rolling, waits('Frozen', 10), waits('CapacityFloor', 50_010));
    const before = after(...rolling);
    if (!('standing' in thawed) || !('standing' in before)) throw new Error('they are under way');
    expect(thawed.standing.deadline).toBe(minutesAfter(before.standing.deadline, 50_000));
  });
});
