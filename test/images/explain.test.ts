import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { explained } from '../../shared/images/explain.ts';
import { type Version, versionLife } from '../../shared/images/image.ts';
import {
  after,
  built,
  canceled,
  deleteAsked,
  done,
  fails,
  noon,
  revoked,
  taken,
  type Told,
  upTo,
} from './versions.ts';

const path = '/image-sets/win11/versions/1.0.0';
/** The look found that it waits for this. */
const waits =
  (waitingFor: string): Told =>
  (version) => {
    const { stage, look } = (version as Extract<Version, { phase: 'running' }>).standing;
    return { type: 'stage-running', stage, look, at: noon, lookAt: noon, waitingFor };
  };
/** The stage is through, and this is known by it. */
const doneWith =
  (facts: Partial<Version['facts']>): Told =>
  (version, index) =>
    ({ ...done(version, index), facts }) as ReturnType<Told>;

describe('why a version is or is not moving', () => {
  const stories: [title: string, story: Told[], says: object][] = [
    [
      'before its first look',
      [],
      { movement: 'moving', because: [{ code: 'Stage', message: /Stage resolve/ }], nextCheck: noon },
    ],
    [
      'in line for a place on the bench',
      [done, waits('a place on the bench: 1 of 1 taken by a.1.0.0')],
      { movement: 'waiting', stage: 'admit', because: [{ code: 'BenchTaken', message: /taken by a/ }] },
    ],
    [
      'without a quota',
      [done, waits('quota: family has 2 of 20 left, 4 needed')],
      { movement: 'waiting', because: [{ code: 'QuotaExceeded', message: /4 needed/ }] },
    ],
    [
      'at work',
      [...upTo('customise'), waits('step-3-apps to end')],
      {
        movement: 'moving',
        because: [{ code: 'Stage', message: 'Stage customise: it waits for step-3-apps to end.' }],
        youCan: [`cancel it: POST ${path}/cancel`],
      },
    ],
    [
      'held on the bench',
      [...upTo('capture'), fails],
      {
        movement: 'blocked',
        because: [{ code: 'AzureRefused' }],
        youCan: expect.arrayContaining([`retry it from capture: POST ${path}/retry`]),
      },
    ],
    ['being taken back', [canceled], { movement: 'moving', because: [{ code: 'Withdrawing' }], youCan: [] }],
    [
      'canceled',
      [canceled, done],
      { movement: 'over', because: [{ code: 'Canceled', message: 'ana ended it: changed my mind' }] },
    ],
    [
      'failed',
      [done, fails, done],
      { movement: 'over', because: [{ code: 'AzureRefused' }], youCan: expect.arrayContaining([]) },
    ],
    [
      'available',
      built(),
      {
        movement: 'over',
        because: [{ code: 'Available', message: 'It is built, and no channel holds it.' }],
        youCan: [`revoke it: POST ${path}/revoke`, `delete it: DELETE ${path}`],
      },
    ],
    [
      'promoted',
      [...built(), taken('production')],
      {
        because: [{ code: 'Promoted', message: 'Held by production.' }],
        youCan: [
          `revoke it: POST ${path}/revoke`,
          `see who uses it, and how each lets go of it: GET ${path}/usage`,
        ],
      },
    ],
    [
      'being recalled',
      [...built(), revoked, waits('the rollouts to it to end')],
      {
        movement: 'moving',
        stage: 'recall',
        because: [
          { code: 'Revoked', message: 'ben revoked it: because. It waits for the rollouts to it to end.' },
        ],
      },
    ],
    [
      'revoked, where a channel has no way back',
      [
        ...built(),
        revoked,
        doneWith({
          recall: {
            stopped: [],
            rolledBack: [],
            noWayBack: [
              { channel: 'test', failure: failure('NoRollbackTarget', 'Channel test held no other.') },
            ],
          },
        }),
      ],
      {
        movement: 'over',
        because: [{ code: 'Revoked', message: 'ben revoked it: because. Channel test held no other.' }],
      },
    ],
    [
      'not deleted',
      [...built(), deleteAsked, fails],
      { because: [{ code: 'Available', message: /It was not deleted: no$/ }] },
    ],
    ['deleted', [...built(), deleteAsked, done], { because: [{ code: 'Deleted' }], youCan: [] }],
  ];
  it.each(stories)('%s', (_, story, says) => expect(explained(after(...story))).toMatchObject(says));

  it('tells of Azure saying no', () => {
    const version = after();
    const answer = { stage: 'resolve', look: 0, at: noon, lookAt: noon } as const;
    const failure = { code: 'AzureBusy', message: 'another operation is under way', remedy: '' } as const;
    const troubled = versionLife.evolve(version, { type: 'stage-troubled', ...answer, failure });
    expect(troubled && explained(troubled)).toMatchObject({
      movement: 'waiting',
      because: [{ code: 'AzureTrouble', message: /1 time in a row: another operation/ }],
    });
  });
});
