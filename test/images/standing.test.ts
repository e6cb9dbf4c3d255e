import { describe, expect, it } from 'vitest';
import type { Version } from '../../shared/images/image.ts';
import { refusalOf, versionStanding } from '../../shared/images/standing.ts';
import {
  after,
  built,
  canceled,
  deleteAsked,
  deprecated,
  done,
  fails,
  noted,
  revoked,
  taken,
  type Told,
  upTo,
} from './versions.ts';

/** One of its regions is complete, the other is not. */
const copying: Told = (version) => {
  const { stage, look } = (version as Extract<Version, { phase: 'running' }>).standing;
  const regions = {
    westeurope: { state: 'completed', percent: 100 },
    northeurope: { state: 'replicating', percent: 40 },
  } as const;
  const at = '2026-01-05T13:00:00.000Z';
  return {
    type: 'stage-running',
    stage,
    look,
    at,
    lookAt: at,
    waitingFor: 'northeurope',
    facts: { regions },
  };
};

const replicating = [...upTo('replicate'), copying];

describe('V7: whether anything may begin to use a version', () => {
  const stories: [title: string, story: Told[], status: string, refused: string | undefined][] = [
    ['that is being built', upTo('capture'), 'building', 'VersionNotReady'],
    ['that has no region yet', upTo('replicate'), 'building', 'VersionNotReady'],
    ['that has its first region', replicating, 'building', undefined],
    ['that is handed over', [...replicating, done], 'building', undefined],
    ['that is held on the bench', [...upTo('capture'), fails], 'building', 'VersionNotReady'],
    ['that is being withdrawn', [...replicating, canceled], 'canceled', 'VersionOver'],
    ['that is being withdrawn because it failed', [...replicating, fails], 'failed', 'VersionNotReady'],
    ['that failed', [...replicating, fails, done], 'failed', 'VersionNotReady'],
    ['that was canceled', [canceled, done], 'canceled', 'VersionOver'],
    ['that is available', built(), 'available', undefined],
    ['that is promoted', [...built(), taken('production')], 'promoted', undefined],
    [
      'that is superseded',
      [...built(), taken('production'), taken('production', 2, false)],
      'superseded',
      undefined,
    ],
    ['that is deprecated', [...built(), deprecated], 'deprecated', 'VersionOver'],
    ['that is being recalled', [...built(), revoked], 'revoked', 'Revoked'],
    ['that was revoked', [...built(), revoked, done], 'revoked', 'Revoked'],
    ['that is being deleted', [...built(), deleteAsked], 'deleting', 'VersionOver'],
    ['that is being deleted and was revoked', [...built(), deleteAsked, revoked], 'deleting', 'Revoked'],
    ['that was deleted', [...built(), deleteAsked, done], 'deleted', 'VersionOver'],
  ];
  it.each(stories)('%s', (_, story, status, refused) => {
    const version = after(...story);
    expect(versionStanding(version).status).toBe(status);
    expect(refusalOf(version)?.code).toBe(refused);
  });
});

describe('how a version stands', () => {
  it('says what it waits for and how far it is', () => {
    expect(versionStanding(after(...replicating))).toEqual({
      versionId: 'win11.1.0.0',
      set: 'win11',
      number: '1.0.0',
      imageVersionId: '/versions/1.0.0',
      status: 'building',
      regionsCompleted: 1,
      requestedBy: 'ana',
      requestedAt: '2026-01-05T12:00:00.000Z',
      notes: '',
      waitingFor: 'northeurope',
    });
  });

  it('says why it failed, and what was written of it since', () => {
    expect(versionStanding(after(done, fails, done, noted))).toMatchObject({
      status: 'failed',
      failure: { code: 'AzureRefused' },
      notes: 'new Teams',
    });
  });
});
