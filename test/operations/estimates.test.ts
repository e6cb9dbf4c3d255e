import { describe, expect, it } from 'vitest';
import { type Version, versionLife } from '../../shared/images/image.ts';
import { secondsAfter } from '../../shared/instant.ts';
import { estimateOf } from '../../shared/operations/estimate.ts';
import { monitorRequests, watched } from '../../shared/operations/monitors.ts';
import { endsOfBuild } from '../../shared/wiring/ends-of-builds.ts';
import { monitorsOfVersions } from '../../shared/wiring/monitors-of-images.ts';
import { captures, done, fails, noon, requested, retried, type Told, upTo } from '../images/versions.ts';

const after = (minutes: number) => secondsAfter(noon, minutes * 60);

/** A version after all this, a minute each. */
function lived(...story: readonly Told[]): Version {
  const first = versionLife.evolve(undefined, requested);
  const version = story.reduce((now, told, index) => now && versionLife.evolve(now, told(now, index)), first);
  if (!version) throw new Error('it never began');
  return version;
}

/** One that was on the shelf after so many minutes. */
function tookMinutes(minutes: number): Version {
  const built = lived(...upTo('hand-over'), done);
  return { ...built, facts: { ...built.facts, builtAt: after(minutes) } };
}

const hour = [50, 60, 70, 80].map(tookMinutes);
const build = lived(done, done);

describe('when a build is likely to be over', () => {
  it('is said by the builds of its set before it', () => {
    expect(endsOfBuild(build, hour, noon)).toEqual({ p50At: after(60), p90At: after(80) });
  });

  it('is said by those alone that took as long as it has by now, and no more once none did', () => {
    expect(endsOfBuild(build, hour, after(65))).toEqual({ p50At: after(70), p90At: after(80) });
    expect(endsOfBuild(build, hour, after(81))).toBeUndefined();
  });

  it('is not said where too few were built, those that somebody tried again not counted', () => {
    const again = lived(...upTo('capture'), fails, retried('capture'), captures, done, done, done);
    const fromSource = lived(done, fails, done, retried('resolve'), ...upTo('hand-over'), done);
    expect([again.phase, fromSource.phase]).toEqual(['available', 'available']);
    expect(endsOfBuild(build, [...hour.slice(0, 2), again, fromSource, build], noon)).toBeUndefined();
  });

  it('is not said of one that was tried again, or is taken back', () => {
    expect(endsOfBuild(lived(done, fails, done, retried('resolve')), hour, noon)).toBeUndefined();
    expect(endsOfBuild(lived(done, fails), hour, noon)).toBeUndefined();
  });
});

describe('an estimate', () => {
  it.each([
    [52, 85, 'PT52M', 'PT1H25M'],
    [60, 119.2, 'PT1H', 'PT2H'],
    [-1, 0, 'PT0M', 'PT0M'],
  ])('of %d and %d minutes says what is left as %s and %s', (p50, p90, ...says) => {
    const ends = { p50At: after(p50), p90At: after(p90) };
    expect(estimateOf(ends, noon)).toEqual({ p50: says[0], p90: says[1], ...ends });
  });

  it('is in an operation that is under way, and in none that is over', async () => {
    const estimateIn = async (version: Version) => {
      const lines = [{ at: noon, event: requested }];
      const saved = { state: version, changes: 1, dueAt: undefined, listed: undefined, etag: '' };
      const kept = { load: async () => saved, history: async () => lines };
      const ends = async () => ({ p50At: after(52), p90At: after(85) });
      const kinds = { build: watched(monitorsOfVersions.build, kept, ends) };
      const { get } = monitorRequests({ kinds, cancels: {}, now: () => noon });
      return (await get('build.1.win11.1.0.0')).estimate;
    };
    expect(await estimateIn(build)).toMatchObject({ p50: 'PT52M', p90: 'PT1H25M', p50At: after(52) });
    expect(await estimateIn(lived(done, fails, done))).toBeUndefined();
  });
});
