import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nothingHere } from '../../shared/api/unknown.ts';

const all = [
  { method: 'GET', route: 'rollouts' },
  { method: 'GET', route: 'freezes/{freeze}' },
  { method: 'DELETE', route: 'freezes/{freeze}' },
];

it.each([
  ['GET', 'rollout', 'There is no GET /api/rollout: GET'],
  ['PATCH', 'freezes/fair', 'There is no PATCH /api/freezes/fair, only DELETE, GET: GET'],
  ['POST', 'Freezes/fair/', 'only DELETE, GET'],
  ['POST', 'freezes', 'There is no POST /api/freezes: GET'],
  ['GET', 'x'.repeat(9000), `There is no GET /api/${'x'.repeat(195)}: GET`],
])('what no endpoint takes, such as %s %.20s, is not found, with what there is', (method, path, says) => {
  const refused = nothingHere(method, path, all);
  expect(refused).toMatchObject({ code: 'NotFound', message: expect.stringContaining(says) });
  expect(refused.target).toBe(`/api/${path}`.slice(0, 200));
});

it('the function that takes what no other takes is the last in the alphabet, in which routes are tried', () => {
  const root = join(import.meta.dirname, '../../functions');
  const names = globSync('*.ts', { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/(?:name: |app\.http\(\s*)'([\w-]+)'/g)].map(([, name = '']) => name);
  });
  expect(names.length).toBeGreaterThan(100);
  expect(names.toSorted().at(-1)).toBe('zz-unknown');
  expect(names.filter((name) => name >= 'zz')).toEqual(['zz-unknown']);
});
