import { describe, expect, it } from 'vitest';
import type { HostPlan } from '../../shared/hosts/course.ts';
import { type Host, hostLife } from '../../shared/hosts/host.ts';
import {
  aborted,
  afterIn,
  done,
  failed,
  go,
  intended,
  kept,
  type Next,
  plan,
  refused,
  through,
} from './stories.ts';

type Row = [state: string, story: Next[], go: string, aborted: string, done: string, failed: string];

/** What the word, an abort and the answers of its stage make of a host in every state there is. */
const reimaged: Row[] = [
  ['exclude', [], 'exclude', 'back:return', 'drain', 'back:return'],
  ['exclude', [go], 'exclude', 'back:return', 'drain', 'back:return'],
  ['drain', through('exclude'), 'drain', 'back:return', 'empty', 'back:return'],
  ['empty', through('drain'), 'empty', 'back:return', 'turn', 'back:return'],
  ['empty', [go, ...through('drain')], 'empty', 'back:return', 'reimage', 'back:return'],
  ['turn', through('empty'), 'reimage', 'back:return', 'empty', 'back:return'],
  ['reimage', through('turn'), 'reimage', 'back:return', 'register', 'back:return'],
  ['reimage', [...through('turn'), intended], 'reimage', 'reimage', 'register', 'quarantined'],
  ['register', through('reimage'), 'register', 'register', 'verify', 'quarantined'],
  ['verify', through('register'), 'verify', 'verify', 'return', 'quarantined'],
  ['return', through('verify'), 'return', 'return', 'done', 'quarantined'],
  ['back:return', [aborted], 'back:return', 'back:return', 'put-back', 'quarantined'],
  ['put-back', [aborted, done], 'put-back', 'put-back', '', ''],
  ['done', through('return'), 'done', 'done', '', ''],
  ['failed', [failed(), done], 'failed', 'failed', '', ''],
  ['deferred', [failed('UsersStayed'), done], 'deferred', 'deferred', '', ''],
  ['quarantined', [...through('reimage'), failed()], 'quarantined', 'quarantined', '', ''],
];

const alone: Partial<HostPlan> = { way: 'stand-alone' };
const until = (stage: Parameters<typeof through>[0], of = alone) => through(stage, of);

const replaced: Row[] = [
  ['exclude', [], 'exclude', 'back:return', 'drain', 'back:return'],
  ['turn', until('empty'), 'remove', 'back:return', 'empty', 'back:return'],
  ['remove', until('turn'), 'remove', 'back:return', 'create', 'back:return'],
  ['remove', [...until('turn'), intended], 'remove', 'remove', 'create', 'quarantined'],
  ['remove', [...until('turn'), intended, refused], 'remove', 'back:return', 'create', 'back:return'],
  ['create', until('remove'), 'create', 'create', 'equip', 'quarantined'],
  ['equip', until('create'), 'equip', 'equip', 'register', 'quarantined'],
  ['register', until('equip'), 'register', 'register', 'verify', 'quarantined'],
  ['verify', until('register'), 'verify', 'verify', 'return', 'quarantined'],
  ['return', until('verify'), 'return', 'return', 'done', 'quarantined'],
  // An earlier work kept what it takes, and the machine is gone.
  ['create', [kept, done], 'create', 'create', 'equip', 'quarantined'],
];

const restore: Partial<HostPlan> = { ...alone, policy: { ...plan.policy, failedHosts: 'restore' } };
const unwell = [...until('turn', restore), kept, done, done, done, done];
const again = [...unwell, failed('HealthCheckFailed')];

const restored: Row[] = [
  ['remove', [...until('turn', restore), intended], 'remove', 'remove', 'create', 'quarantined'],
  ['create', [...until('turn', restore), kept, done], 'create', 'create', 'equip', 'remove'],
  ['verify', unwell, 'verify', 'verify', 'return', 'remove'],
  ['remove', again, 'remove', 'remove', 'create', 'quarantined'],
  ['create', [...again, done], 'create', 'create', 'equip', 'quarantined'],
  ['return', [...again, done, done, done, done, done], 'return', 'return', 'failed', 'quarantined'],
];

const add: Partial<HostPlan> = { ...alone, task: 'add', sessionHost: '' };

const added: Row[] = [
  ['create', [], 'create', 'back:drain', 'equip', 'back:drain'],
  ['create', [intended], 'create', 'back:drain', 'equip', 'back:drain'],
  ['equip', until('create', add), 'equip', 'back:drain', 'register', 'back:drain'],
  ['verify', until('register', add), 'verify', 'back:drain', 'return', 'back:drain'],
  // Users may be on it from here on.
  ['return', until('verify', add), 'return', 'return', 'done', 'quarantined'],
  ['back:drain', [aborted], 'back:drain', 'back:drain', 'back:empty', 'quarantined'],
  ['back:empty', [aborted, done], 'back:empty', 'back:empty', 'back:remove', 'quarantined'],
  ['back:remove', [aborted, done, done], 'back:remove', 'back:remove', 'put-back', 'quarantined'],
  ['failed', [failed(), done, done, done], 'failed', 'failed', '', ''],
];

const retire: Partial<HostPlan> = { ...alone, task: 'retire' };

const retired: Row[] = [
  ['exclude', [], 'exclude', 'back:return', 'drain', 'back:return'],
  ['turn', until('empty', retire), 'remove', 'back:return', 'empty', 'back:return'],
  ['remove', until('turn', retire), 'remove', 'back:return', 'done', 'back:return'],
  ['remove', [...until('turn', retire), intended], 'remove', 'remove', 'done', 'quarantined'],
  ['back:return', [aborted], 'back:return', 'back:return', 'put-back', 'quarantined'],
];

describe('every event in every state of a host', () => {
  const nameOf = (host: Host) => {
    if (host.phase === 'putting-back') return `back:${host.standing.stage}`;
    return host.phase === 'running' ? host.standing.stage : host.phase;
  };
  const all: [kind: string, of: Partial<HostPlan>, rows: Row[]][] = [
    ['that is reimaged', {}, reimaged],
    ['that is reimaged on a Flexible scale set', { way: 'flexible' }, reimaged],
    ['that is replaced', alone, replaced],
    ['that is restored', restore, restored],
    ['that is added', add, added],
    ['that is retired', retire, retired],
  ];
  const rows = all.flatMap(([kind, of, rows]) => rows.map((row) => ({ kind, of, row, state: row[0] })));
  it.each(rows)('$kind, in $state (%#)', ({ of, row: [state, story, ...became] }) => {
    const host = afterIn(of, ...story);
    expect(nameOf(host)).toBe(state);
    for (const [index, next] of [go, aborted, done, failed()].entries()) {
      // Nobody answers for a host that is over.
      const wanted = became[index] === '' ? state : became[index];
      const event = 'standing' in host || index < 2 ? next(host) : aborted(host);
      expect([index, nameOf(hostLife.evolve(host, event) ?? host)]).toEqual([index, wanted]);
    }
  });
});
