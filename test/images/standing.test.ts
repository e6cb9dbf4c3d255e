import { describe, expect, it } from 'vitest';
import type { Version } from '../../shared/images/image.ts';
import { RequestVersion } from '../../shared/images/request-bodies.ts';
import { refusalOf, versionPort, versionStanding } from '../../shared/images/standing.ts';
import { openImages } from './requests-world.ts';
import {
  after,
  built,
  canceled,
  deleteAsked,
  deprecated,
  done,
  fails,
  noon,
  noted,
  plan,
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

describe('what other rooms ask of versions', () => {
  const open = async (...story: Told[]) => {
    const images = openImages();
    await images.define('win11', plan as never);
    await images.request('win11', 'one', RequestVersion.parse({}));
    for (const told of story) await images.tell.record('win11.1.0.0', (version) => told(version, 1));
    // Whoever may not be in latest is not even looked up.
    const gallery = { findVersion: async () => undefined } as never;
    return { images, port: versionPort({ versions: images.tell, gallery, now: () => noon }) };
  };
  const holding = { set: 'win11', channel: 'production', movement: 3, isHeld: true, isPromotion: true };

  it('is told which channel holds a version, however often', async () => {
    const { port } = await open(...built());
    await port.held({ ...holding, number: '1.0.0' });
    await port.held({ ...holding, number: '1.0.0' });
    expect(await port.standing('win11', '1.0.0')).toMatchObject({ status: 'promoted' });
    await port.held({ ...holding, number: '1.0.0', movement: 2, isHeld: false });
    expect(await port.standing('win11', '1.0.0')).toMatchObject({ status: 'promoted' });
  });

  it('is refused where there is no such version', async () => {
    const { port } = await open();
    expect(await port.standing('win11', '9.9.9')).toBeUndefined();
    expect(await port.standing('win11', 'latest')).toBeUndefined();
    expect(await port.refusal('win11', '9.9.9')).toMatchObject({ code: 'NotFound' });
    await expect(port.held({ ...holding, number: '9.9.9' })).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('V7: never includes what was revoked in latest, and always excludes it', async () => {
    const { port } = await open(...built(), revoked);
    const failure = { code: 'Revoked', message: 'Version 1.0.0 was revoked by ben: because' };
    expect(await port.ensureInLatest('win11', '1.0.0', true)).toMatchObject({ status: 'failed', failure });
    expect(await port.ensureInLatest('win11', '1.0.0', false)).toEqual({ status: 'done' });
  });

  it('ends a build that is under way, and nothing else', async () => {
    const { port } = await open();
    await port.cancel('win11', '1.0.0', 'ana', 'stopped');
    expect(await port.standing('win11', '1.0.0')).toMatchObject({ status: 'canceled' });
    const whole = await open(...built());
    await whole.port.cancel('win11', '1.0.0', 'ana', 'stopped');
    await whole.port.cancel('win11', '9.9.9', 'ana', 'stopped');
    expect(await whole.port.standing('win11', '1.0.0')).toMatchObject({ status: 'available' });
  });
});
