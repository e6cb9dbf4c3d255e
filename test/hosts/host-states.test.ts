import { describe, expect, it } from 'vitest';
import { type Host, hostLife } from '../../shared/hosts/host.ts';
import { type Next, aborted, after, done, failed, go, intended, through } from './stories.ts';

describe('every event in every state of a host', () => {
  /** What the word, an abort and the answers of its stage make of a host in every state there is. */
  const states: [state: string, story: Next[], go: string, aborted: string, done: string, failed: string][] =
    [
      ['exclude', [], 'exclude', 'back', 'drain', 'back'],
      ['exclude', [go], 'exclude', 'back', 'drain', 'back'],
      ['drain', through('exclude'), 'drain', 'back', 'empty', 'back'],
      ['empty', through('drain'), 'empty', 'back', 'turn', 'back'],
      ['empty', [go, ...through('drain')], 'empty', 'back', 'reimage', 'back'],
      ['turn', through('empty'), 'reimage', 'back', 'empty', 'back'],
      ['reimage', through('turn'), 'reimage', 'back', 'register', 'back'],
      ['reimage', [...through('turn'), intended], 'reimage', 'reimage', 'register', 'quarantined'],
      ['register', through('reimage'), 'register', 'register', 'verify', 'quarantined'],
      ['verify', through('register'), 'verify', 'verify', 'return', 'quarantined'],
      ['return', through('verify'), 'return', 'return', 'done', 'quarantined'],
      ['back', [aborted], 'back', 'back', 'put-back', 'quarantined'],
      ['put-back', [aborted, done], 'put-back', 'put-back', '', ''],
      ['done', through('return'), 'done', 'done', '', ''],
      ['failed', [failed(), done], 'failed', 'failed', '', ''],
      ['deferred', [failed('UsersStayed'), done], 'deferred', 'deferred', '', ''],
      ['quarantined', [...through('reimage'), failed()], 'quarantined', 'quarantined', '', ''],
    ];
  const nameOf = (host: Host) =>
    host.phase === 'putting-back' ? 'back' : host.phase === 'running' ? host.standing.stage : host.phase;
  it.each(states)('%s (%#)', (state, story, ...became) => {
    const host = after(...story);
    expect(nameOf(host)).toBe(state);
    for (const [index, next] of [go, aborted, done, failed()].entries()) {
      // Nobody answers for a host that is over.
      const wanted = became[index] === '' ? state : became[index];
      const event = 'standing' in host || index < 2 ? next(host) : aborted(host);
      expect([index, nameOf(hostLife.evolve(host, event) ?? host)]).toEqual([index, wanted]);
    }
  });
});
