import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AncestryAnswer,
  DiffAnswer,
  ExplainedVersionAnswer,
  ImageSetAnswer,
  LeftoverAnswer,
  MarketplaceVersionsAnswer,
  RecipeRevisionAnswer,
  RetentionAnswer,
  RevokedAnswer,
  ShelfAnswer,
  SkusAnswer,
  UsageAnswer,
  VersionAnswer,
  WrittenAnswer,
} from '../../shared/images/answers.ts';
import { marketplaceRequests } from '../../shared/images/browse-requests.ts';
import { type Stage, stages, type Version } from '../../shared/images/image.ts';
import { DefineImageSet } from '../../shared/images/request-bodies.ts';
import type { Use } from '../../shared/images/use.ts';
import {
  explainView,
  imageSetView,
  leftoverView,
  revokedView,
  versionView,
} from '../../shared/images/view.ts';
import { undescribed } from '../support/answered.ts';
import { lives } from '../support/lives.ts';
import { well } from '../support/world.ts';
import { days, keptWorld, put } from './kept-world.ts';
import { type StepName, sourceNames, stepNames } from './lived-plans.ts';
import { openImages } from './requests-world.ts';
import { liveAVersion } from './version-lives.ts';
import {
  after,
  canceled,
  captures,
  deleteAsked,
  deprecated,
  done,
  expired,
  fails,
  intends,
  noon,
  noted,
  overdue,
  restored,
  retried,
  revoked,
  taken,
  type Told,
  upTo,
} from './versions.ts';

const use: Use = { kind: 'channel', name: 'win11.production', message: 'held', back: '1.0.0' };
const window: Use = { kind: 'rollback-window', name: 'win11.test', message: 'may go back', until: days(3) };

/** What the answers about a version do not describe of it. */
function wrongWith(version: Version): string {
  const blastRadius = {
    channels: ['win11.production'],
    hostPools: [],
    hosts: [],
    rollouts: [],
    descendants: [],
  };
  return [
    undescribed(VersionAnswer, versionView(version)),
    undescribed(ExplainedVersionAnswer, explainView(version)),
    undescribed(RevokedAnswer, revokedView({ version, usedBy: [use, window], blastRadius })),
  ].join('');
}

describe('what is declared of answers describes', () => {
  const told: readonly Told[] = [
    done,
    fails,
    overdue,
    captures,
    revoked,
    deprecated,
    restored,
    deleteAsked,
    noted,
    intends,
    canceled,
    expired,
    retried('resolve'),
    retried('replicate'),
    taken('test'),
    taken('production'),
    taken('production', 2, false),
  ];
  const stage = constantFrom(...(Object.keys(stages) as Stage[]));
  const story = array(constantFrom(...told), { maxLength: 12 });
  const { numRuns, timeout } = lives(300);

  it('a version, whatever happened to it', { timeout }, () => {
    const holds = property(stage, story, (reached, then) => {
      expect(wrongWith(after(...upTo(reached), ...then))).toBe('');
    });
    assert(holds, { numRuns });
  });

  for (const source of sourceNames) {
    it(`a version that was built from ${source}`, async () => {
      const steps: StepName[] = [...stepNames];
      const { version } = await liveAVersion(well, { source, steps });
      if (!version) throw new Error('it was requested');
      expect(wrongWith(version)).toBe('');
    });
  }

  const examples = join(import.meta.dirname, '../../examples');
  for (const file of globSync(['image-set*.json', 'sources/*.json'], { cwd: examples })) {
    it(`an image set, and its recipe: ${file}`, async () => {
      const images = openImages();
      const written: unknown = JSON.parse(readFileSync(join(examples, file), 'utf8'));
      const { set } = await images.define('win11', DefineImageSet.parse(written));
      expect(undescribed(ImageSetAnswer, imageSetView('win11', set))).toBe('');
      expect(undescribed(RecipeRevisionAnswer, await images.recipe('win11', 1))).toBe('');
    });
  }

  it('who uses a version, where it comes from, what changed, what is written of it, and what retention does', async () => {
    let at = noon;
    const uses = [use, window];
    const kept = keptWorld({
      now: () => at,
      rooms: [async ({ number }) => (number === '1.1.0' ? uses : [])],
    });
    const { keep } = kept;
    await kept.define({ endOfLifeDays: 60 });
    for (const number of ['1.0.0', '1.1.0', '1.2.0', '1.3.0'] as const) {
      await put(kept, number, {
        endOfLifeDate: days(60),
        ...(number === '1.2.0' && { since: [noted, revoked] }),
      });
    }
    at = days(1);
    expect(undescribed(WrittenAnswer, await keep.patch('win11', '1.1.0', { endOfLifeDate: days(40) }))).toBe(
      '',
    );
    for (const day of [2, 30, 45, 60, 200]) {
      at = days(day);
      expect(undescribed(RetentionAnswer, await keep.retention('win11'))).toBe('');
      expect(undescribed(RetentionAnswer, await keep.runRetention('win11', {}))).toBe('');
      for (const number of ['1.1.0', '1.2.0']) {
        expect(undescribed(WrittenAnswer, await keep.notes('win11', number))).toBe('');
        expect(undescribed(UsageAnswer, await keep.usage('win11', number))).toBe('');
        expect(undescribed(AncestryAnswer, await keep.ancestry('win11', number))).toBe('');
        expect(undescribed(DiffAnswer, await keep.diff('win11', number))).toBe('');
      }
    }
  });

  it('what was left behind, and the marketplace', async () => {
    const remains = { owner: 'win11.1.0.0', set: 'win11', attempt: 1, parts: ['/vm'] };
    const tried = {
      left: ['/vm'],
      why: 'a lock',
      tries: 2,
      refusals: 1,
      look: 2,
      since: noon,
      lookAt: days(1),
    };
    expect(undescribed(LeftoverAnswer, leftoverView({ remains, ...tried }))).toBe('');
    const place = { subscriptionId: '', location: 'westeurope' };
    const market = marketplaceRequests({
      publishers: async () => ['MicrosoftWindowsDesktop', 'Canonical'],
      offers: async () => ['windows-11', 'other'],
      skus: async () => ['win11-24h2-avd', 'win11-24h2-pro'],
      versions: async () => ['26100.2.0', '26100.1.0'],
    });
    const [publisher, offer, all] = ['MicrosoftWindowsDesktop', 'windows-11', { all: true }];
    for (const value of [await market.publishers(place, all), await market.offers(place, publisher, all)]) {
      expect(undescribed(ShelfAnswer, { value })).toBe('');
    }
    expect(undescribed(SkusAnswer, { value: await market.skus(place, publisher, offer, all) })).toBe('');
    const value = await market.versions(place, publisher, offer, 'win11-24h2-avd');
    expect(undescribed(MarketplaceVersionsAnswer, { value })).toBe('');
  });
});
