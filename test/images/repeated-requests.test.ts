import { beforeEach, describe, expect, it } from 'vitest';
import { RequestVersion } from '../../shared/images/request-bodies.ts';
import { openImages } from './requests-world.ts';
import { plan } from './versions.ts';

const request = RequestVersion.parse({ bump: 'minor' });

describe('a request for a version that is made again', () => {
  let images = openImages();
  beforeEach(async () => {
    images = openImages();
    await images.define('win11', plan as never);
  });

  it('gives a key the same version for 24 hours, however many others ask meanwhile', async () => {
    const [key, other] = ['key-a', 'key-b'].map((id) => ({ id, body: 'what was asked' }));
    if (!key || !other) throw new Error('two keys');
    await images.request('win11', key, request);
    await images.request('win11', other, request);
    images.pass(23.9);
    await images.request('win11', 'third', request);
    expect((await images.request('win11', key, request)).number).toBe('1.0.0');
    expect((await images.request('win11', other, request)).number).toBe('1.1.0');
    const reused = images.request('win11', { ...key, body: 'something else' }, request);
    await expect(reused).rejects.toMatchObject({ code: 'IdempotencyKeyReused' });
    images.pass(0.2);
    expect((await images.request('win11', key, request)).number).toBe('1.3.0');
    expect((await images.request('win11', key, request)).number).toBe('1.3.0');
  });

  it('is known however long its name is and whatever is in it', async () => {
    const names = [
      'of a#schedule/1',
      'of a#schedule/2',
      `source-${'x'.repeat(600)}1`,
      `source-${'x'.repeat(600)}2`,
    ];
    const ask = async () => {
      const numbers = [];
      for (const name of names) numbers.push((await images.request('win11', name, request)).number);
      return numbers;
    };
    const numbers = await ask();
    expect(new Set(numbers).size).toBe(4);
    expect(await ask()).toEqual(numbers);
    const rows = await images.setRows.inPartition('win11', { from: 'once-', to: 'once~' });
    expect(rows.map(({ row }) => row).filter((row) => !/^[\w.-]{1,60}$/.test(row))).toEqual([]);
    expect(rows).toHaveLength(4);
  });

  it('keeps what requests were given beside the set, which does not grow with them', async () => {
    const size = async () => (await images.setRows.read('win11', 'state'))?.json.length ?? 0;
    const patch = RequestVersion.parse({ bump: 'patch' });
    await images.request('win11', 'request-00', patch);
    const before = await size();
    for (let n = 10; n < 30; n += 1) await images.request('win11', `request-${n}`, patch);
    expect(await size()).toBeLessThan(before + 5);
  });

  it('knows the requests that sets kept themselves before', async () => {
    await images.request('win11', 'one', request);
    const row = await images.setRows.read('win11', 'state');
    const set = JSON.parse(row?.json ?? '') as { readonly issued: readonly object[] };
    const issued = set.issued.map((given) => ({ ...given, isBeside: undefined }));
    const old = { row: 'state', json: JSON.stringify({ ...set, issued }), columns: row?.columns ?? {} };
    await images.setRows.remove('win11', 'once-one');
    await images.setRows.write('win11', [{ ...old, etag: 'any' }]);
    expect((await images.request('win11', 'two', request)).number).toBe('1.1.0');
    expect((await images.request('win11', 'three', request)).number).toBe('1.2.0');
    expect((await images.request('win11', 'one', request)).number).toBe('1.0.0');
    images.pass(25);
    expect((await images.request('win11', 'one', request)).number).toBe('1.3.0');
  });
});
