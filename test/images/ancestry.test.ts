import { describe, expect, it } from 'vitest';
import { ancestorsOf, ancestryView, descendantsOf, generationOf } from '../../shared/images/ancestry.ts';
import type { Version } from '../../shared/images/image.ts';
import type { ResolvedSource } from '../../shared/images/source.ts';
import type { VersionNumber } from '../../shared/images/version-number.ts';
import { after, built } from './versions.ts';

const marketplace: ResolvedSource = {
  kind: 'marketplace',
  way: 'image',
  exact: { publisher: 'MicrosoftWindowsDesktop', offer: 'windows-11', sku: 'avd', version: '26100.1' },
  osState: 'Generalized',
  dataDisks: [],
};
const from = (id: string, more: Partial<ResolvedSource> = {}): ResolvedSource => ({
  ...marketplace,
  kind: 'galleryVersion',
  exact: { id },
  ...more,
});

function version(set: string, number: VersionNumber, source: ResolvedSource): Version {
  const one = after(...built());
  return {
    ...one,
    set,
    number,
    facts: { ...one.facts, imageVersionId: `/versions/${set}.${number}`, source },
  };
}

const base = version('base', '1.0.0', marketplace);
const office = version('office', '2.0.0', from('/versions/BASE.1.0.0'));
const cad = version('cad', '1.0.0', from('/versions/office.2.0.0'));
const desk = version('desk', '1.0.0', from('/versions/base.1.0.0'));
const all = [cad, desk, office, base];

describe('ancestry of a version', () => {
  it('goes up to where it all began, nearest first', () => {
    expect(ancestorsOf(cad, all)).toMatchObject([
      { kind: 'galleryVersion', version: { id: 'office.2.0.0', status: 'available' } },
      { kind: 'galleryVersion', version: { id: 'base.1.0.0' } },
      { kind: 'marketplace', source: 'MicrosoftWindowsDesktop:windows-11:avd:26100.1' },
    ]);
  });

  it('goes down to all that was built from it, with how far each is', () => {
    expect(descendantsOf(base, all)).toMatchObject([
      { id: 'desk.1.0.0', distance: 1 },
      { id: 'office.2.0.0', distance: 1 },
      { id: 'cad.1.0.0', distance: 2 },
    ]);
    expect(descendantsOf(cad, all)).toEqual([]);
  });

  it('warns of what is built from an image that was built already', () => {
    expect(ancestryView(base, all)).toMatchObject({ generation: 1, warnings: [] });
    expect(ancestryView(office, all)).toMatchObject({
      generation: 2,
      warnings: [{ code: 'BuiltFromCustomImage' }],
    });
    expect(generationOf(cad, all)).toBe(3);
  });

  const cases: [title: string, source: ResolvedSource, generation: number][] = [
    ['counts an image that is not ours as built once', from('/somebody/versions/7.0.0'), 2],
    ['counts a managed image as built once', from('/images/old', { kind: 'managedImage' }), 2],
    ['counts a disk as what a machine gave', from('/disks/one', { kind: 'disk', way: 'disk' }), 1],
    ['counts an import as what it imports', from('/versions/base.1.0.0', { way: 'import' }), 1],
  ];
  for (const [title, source, generation] of cases) {
    it(title, () => expect(generationOf(version('x', '1.0.0', source), all)).toBe(generation));
  }

  it('knows nothing yet of a version that has not looked up its source', () => {
    const waiting = { ...base, facts: {} };
    expect(ancestryView(waiting, all)).toMatchObject({ generation: 1, ancestors: [], descendants: [] });
  });

  it('counts tombstones: what was built from a deleted version still was', () => {
    const gone = {
      ...base,
      phase: 'deleted',
      look: 9,
      at: base.requested.at,
      by: 'ana',
      reason: '',
    } as Version;
    expect(ancestorsOf(office, [office, gone])[0]).toMatchObject({ version: { status: 'deleted' } });
  });
});
