import { describe, expect, it } from 'vitest';
import { type Host, hostLife, isPastReturn } from '../../shared/hosts/host.ts';
import { type Stage, stages } from '../../shared/hosts/course.ts';
import { minutesAfter } from '../../shared/instant.ts';
import {
  type Next,
  aborted,
  after,
  done,
  failed,
  go,
  inStage,
  intended,
  noon,
  notEmpty,
  overdue,
  plan,
  refused,
  through,
} from './stories.ts';

describe('a host on its way to a version', () => {
  const stories: [title: string, phase: Host['phase'], stage: Stage | undefined, story: Next[]][] = [
    ['is first taken from the scaling plan', 'running', 'exclude', []],
    ['is then drained', 'running', 'drain', through('exclude')],
    ['is then emptied', 'running', 'empty', through('drain')],
    ['R3: then waits for its turn', 'running', 'turn', through('empty')],
    ['is reimaged when it has the word', 'running', 'reimage', through('turn')],
    ['is reimaged at once if it had the word before', 'running', 'reimage', [go, ...through('empty')]],
    ['is emptied as ever if it has the word before', 'running', 'exclude', [go, go]],
    ['hears the word once', 'running', 'reimage', [...through('turn'), go]],
    ['does not hear it on its way back', 'putting-back', 'return', [aborted, go]],
    ['does not hear it when it is over', 'put-back', undefined, [aborted, done, go]],
    [
      'is emptied again if its drain is lifted while it waits',
      'running',
      'empty',
      [...through('empty'), done],
    ],
    ['and then waits again', 'running', 'turn', [...through('empty'), done, done]],
    [
      'is put back if it is aborted while it waits',
      'put-back',
      undefined,
      [...through('empty'), aborted, done],
    ],
    ['is put back if the word never comes', 'failed', undefined, [...through('empty'), overdue, done]],
    [
      'has failed if it vanishes while it waits',
      'failed',
      undefined,
      [...through('empty'), failed('HostVanished')],
    ],
    ['is emptied again if users came back', 'running', 'empty', [...through('turn'), notEmpty]],
    ['and goes on without another word', 'running', 'reimage', [...through('turn'), notEmpty, done]],
    ['then registers', 'running', 'register', through('reimage')],
    ['is then verified', 'running', 'verify', through('register')],
    ['is then given back', 'running', 'return', through('verify')],
    ['is done in the end', 'done', undefined, through('return')],
    ['R4: is put back if it cannot be drained', 'putting-back', 'return', [...through('exclude'), failed()]],
    ['has failed once it is put back', 'failed', undefined, [...through('exclude'), failed(), done]],
    [
      'has failed once it is put back after taking too long',
      'failed',
      undefined,
      [...through('exclude'), overdue, done],
    ],
    [
      'is deferred if its users stay',
      'deferred',
      undefined,
      [...through('drain'), failed('UsersStayed'), done],
    ],
    ['is put back if it is aborted', 'put-back', undefined, [...through('drain'), aborted, done]],
    ['is put back if it is aborted before anything', 'put-back', undefined, [aborted, done]],
    [
      'R11: goes on if it is aborted past the point of no return',
      'running',
      'reimage',
      [...through('turn'), intended, aborted],
    ],
    ['R11: goes on if it is aborted later still', 'running', 'verify', [...through('register'), aborted]],
    [
      'may be put back if its reimage was turned away',
      'put-back',
      undefined,
      [...through('turn'), intended, refused, aborted, done],
    ],
    [
      'is past the point again once it is intended again',
      'running',
      'reimage',
      [...through('turn'), intended, refused, intended, aborted],
    ],
    [
      'is put back if its reimage is refused for certain',
      'failed',
      undefined,
      [...through('turn'), intended, refused, failed(), done],
    ],
    [
      'R13: is quarantined if its reimage fails',
      'quarantined',
      undefined,
      [...through('turn'), intended, failed('ReimageFailed')],
    ],
    [
      'R13: is quarantined if nobody knows of its reimage',
      'quarantined',
      undefined,
      [...through('turn'), intended, overdue],
    ],
    [
      'is quarantined if it does not register',
      'quarantined',
      undefined,
      [...through('reimage'), failed('RegistrationFailed')],
    ],
    [
      'is quarantined if it is not healthy',
      'quarantined',
      undefined,
      [...through('register'), failed('HealthCheckFailed')],
    ],
    ['is quarantined if it cannot be given back', 'quarantined', undefined, [...through('verify'), overdue]],
    ['is quarantined if it cannot be put back', 'quarantined', undefined, [aborted, overdue]],
    ['has failed if it vanishes', 'failed', undefined, [...through('drain'), failed('HostVanished')]],
    ['has failed if it vanishes later', 'failed', undefined, [...through('reimage'), failed('HostVanished')]],
    [
      'has failed if it vanishes while it is put back',
      'failed',
      undefined,
      [aborted, failed('HostVanished')],
    ],
    ['takes no notice of being aborted twice', 'putting-back', 'return', [aborted, aborted]],
    ['takes no notice of being aborted when done', 'done', undefined, [...through('return'), aborted]],
  ];
  it.each(stories)('%s', (_, phase, stage, story) => {
    const host = after(...story);
    expect(host.phase).toBe(phase);
    expect('standing' in host ? host.standing.stage : undefined).toBe(stage);
  });

  it('R3: with the word is looked at as soon as it has been empty for long enough', () => {
    const quiet: Next = (host) => ({
      type: 'stage-running',
      ...inStage(host),
      lookAt: minutesAfter(noon, 60),
      facts: { quietSince: minutesAfter(noon, 5) },
    });
    const told = after(...through('drain'), quiet, go);
    expect('standing' in told && told.standing.lookAt).toBe(minutesAfter(noon, 7));
    const users = after(...through('drain'), go);
    expect('standing' in users && users.standing.lookAt).toBe('standing' in users && users.standing.since);
  });

  it('hears an answer once, and nothing of a stage it has left', () => {
    const host = after(...through('exclude'));
    const answer = done(host);
    const next = hostLife.evolve(host, answer);
    expect(hostLife.evolve(next, answer)).toBe(next);
    expect(hostLife.evolve(host, { type: 'admitted', plan, at: noon })).toBe(host);
  });

  it('gives users the time that the policy gives them, and every other stage its own', () => {
    const longer = {
      ...plan,
      policy: {
        ...plan.policy,
        sessions: { ...plan.policy.sessions, atGraceEnd: 'wait' as const, waitHours: 48 },
      },
    };
    const first = hostLife.evolve(undefined, { type: 'admitted', plan: longer, at: noon });
    const empty = [done, done].reduce<Host | undefined>(
      (host, next) => host && hostLife.evolve(host, next(host)),
      first,
    );
    if (!empty || !('standing' in empty)) throw new Error('no host');
    expect(hostLife.decide(empty, minutesAfter(noon, 48 * 60)).command).toEqual({ type: 'look' });
    expect(hostLife.decide(empty, minutesAfter(noon, 53 * 60)).command).toEqual({ type: 'give-up' });
    expect(hostLife.decide(after(), minutesAfter(noon, stages.exclude)).command).toEqual({ type: 'give-up' });
  });

  it('accounts for its time by whose it was', () => {
    expect(after(...through('return'))).toMatchObject({
      spent: { users: 60, turn: 60, azure: 180, own: 180 },
    });
  });

  it('calls for nothing once it has ended, and says whether there is a way back', () => {
    expect(hostLife.decide(after(...through('return')), noon)).toEqual({});
    expect(isPastReturn(after(...through('drain')))).toBe(false);
    expect(isPastReturn(after(...through('empty')))).toBe(false);
    expect(isPastReturn(after(...through('turn')))).toBe(false);
    expect(isPastReturn(after(...through('turn'), intended))).toBe(true);
    expect(isPastReturn(after(...through('reimage')))).toBe(true);
  });
});
