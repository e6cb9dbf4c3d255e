import { describe, expect, it } from 'vitest';
import type { ScriptRun } from '../../shared/images/machine.ts';
import { customiseMinutes } from '../../shared/images/recipe.ts';
import { Recipe, recipeHash } from '../../shared/images/recipe-bodies.ts';
import { afterRun, begun, tailOf } from '../../shared/images/step-verdict.ts';
import { noon } from './versions.ts';

const ended: ScriptRun = { state: 'ended', exitCode: 0, output: '', seconds: 60, owner: 'win11.1.0.0' };
const updates = (offered: number, failed: number, restart: boolean) =>
  `updates: offered=${offered} failed=${failed} restart=${restart ? 'True' : 'False'}`;

const cases: [
  title: string,
  is: string,
  more: object,
  step: object,
  run: Partial<ScriptRun>,
  before?: object,
][] = [
  ['a script that ended well is over', 'over', { exitCode: 0 }, { script: 'x' }, {}],
  [
    'an exit code that is allowed is well',
    'over',
    { exitCode: 5 },
    { script: 'x', allowedExitCodes: [0, 5] },
    { exitCode: 5 },
  ],
  ['one that is not has failed', 'failed', { code: 'StepFailed' }, { script: 'x' }, { exitCode: 5 }],
  [
    '3010 is a restart where it is allowed',
    'under-way',
    { progress: { phase: 'restart' } },
    { script: 'x', allowedExitCodes: [0, 3010] },
    { exitCode: 3010 },
  ],
  ['3010 has failed where it is not', 'failed', { exitCode: 3010 }, { script: 'x' }, { exitCode: 3010 }],
  ['too slow is a time-out', 'failed', { code: 'StepTimedOut' }, { script: 'x' }, { state: 'timed-out' }],
  [
    'a failure with a retry left is tried again',
    'under-way',
    { progress: { attempt: 2, phase: 'run' } },
    { script: 'x', retries: 1 },
    { exitCode: 1 },
  ],
  [
    'updates with a restart',
    'under-way',
    { progress: { phase: 'restart', round: 1 } },
    { windowsUpdates: {} },
    { output: updates(3, 0, true) },
  ],
  [
    'updates without a restart search again',
    'under-way',
    { progress: { phase: 'run', round: 2 } },
    { windowsUpdates: {} },
    { output: updates(3, 0, false) },
  ],
  ['no more updates: over', 'over', {}, { windowsUpdates: {} }, { output: updates(0, 0, false) }],
  [
    'no more updates, and a restart due: restarted, then over',
    'under-way',
    { progress: { phase: 'restart', exitCode: 0 } },
    { windowsUpdates: {} },
    { output: updates(0, 0, true) },
  ],
  [
    'updates that all failed',
    'failed',
    { code: 'StepFailed' },
    { windowsUpdates: {} },
    { output: updates(2, 2, false) },
  ],
  [
    'updates of which some failed come again',
    'under-way',
    { progress: { round: 2 } },
    { windowsUpdates: {} },
    { output: updates(2, 1, false) },
  ],
  [
    'updates of which some failed in the last round',
    'failed',
    {},
    { windowsUpdates: { maxRounds: 1 } },
    { output: updates(2, 1, false) },
  ],
  ['updates that say nothing of themselves', 'failed', {}, { windowsUpdates: {} }, { output: 'done' }],
  [
    'updates on Linux that want a restart',
    'under-way',
    { progress: { phase: 'restart', exitCode: 0 } },
    { linuxUpdates: {} },
    { output: 'updates: offered=1 failed=0 restart=yes' },
  ],
];

describe('the end of a run means', () => {
  for (const [title, is, more, written, run, before] of cases) {
    it(title, () => {
      const [step] = Recipe.parse([{ name: 'x', ...written }]);
      if (!step) throw new Error('there is one step');
      expect(afterRun(step, { ...begun(step), ...before }, { ...ended, ...run }, noon)).toMatchObject({
        is,
        ...more,
      });
    });
  }

  it('a tail of two lines, however much was written', () => {
    expect(tailOf('a\n\nb\n  c \n\n')).toBe('b\nc');
    expect(tailOf('x'.repeat(9000))).toHaveLength(300);
  });
});

describe('a recipe', () => {
  it('has the same hash in whatever order its fields are written, and another when anything changes', () => {
    const one = Recipe.parse([{ name: 'a', script: 'x', parameters: { A: '1', B: '2' } }]);
    const same = Recipe.parse([{ parameters: { B: '2', A: '1' }, script: 'x', name: 'a', retries: 0 }]);
    const other = Recipe.parse([{ name: 'a', script: 'y', parameters: { A: '1', B: '2' } }]);
    expect(recipeHash(same)).toBe(recipeHash(one));
    expect(recipeHash(other)).not.toBe(recipeHash(one));
  });

  it('may take as long as all its tries, rounds and restarts', () => {
    const minutes = (...steps: object[]) => customiseMinutes(Recipe.parse(steps));
    const once = minutes({ name: 'a', script: 'x', timeoutMinutes: 60 });
    expect(minutes({ name: 'a', script: 'x', timeoutMinutes: 60, retries: 2 })).toBeGreaterThanOrEqual(
      once + 120,
    );
    expect(minutes({ name: 'u', windowsUpdates: { maxRounds: 5 }, timeoutMinutes: 60 })).toBeGreaterThan(
      5 * 90,
    );
  });
});
