import { globSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../shared/api/endpoint.ts';
import { openApi } from '../../shared/api/openapi.ts';

const root = join(import.meta.dirname, '../..');

beforeAll(async () => {
  for (const file of globSync('functions/*.ts', { cwd: root })) await import(join(root, file));
});

describe('the API document', () => {
  it('has every parameter of every path', () => {
    for (const { name, route, path = {} } of endpoints()) {
      const named = [...route.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect({ name, parameters: Object.keys(path) }).toEqual({ name, parameters: named });
    }
  });

  it('can be made, and says of each operation who may ask and what it answers', () => {
    const document = openApi(endpoints(), 'https://goldsmith.example/api');
    for (const [, path] of Object.entries(document.paths ?? {})) {
      for (const operation of Object.values(path)) {
        expect(operation).toMatchObject({ operationId: expect.any(String), 'x-role': expect.any(String) });
      }
    }
  });
});
