import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app } from '@azure/functions';
import type { endpoint } from '../../shared/api/endpoint.ts';
import { localEnvironment } from '../support/azure.ts';
import { ask } from './asking.ts';

/** Every endpoint as the functions hand it to the host. */
const all = new Map<string, ReturnType<typeof endpoint>>();

beforeAll(async () => {
  const { http } = app;
  app.http = (name, options) => void all.set(name, [name, options]);
  const root = join(import.meta.dirname, '../..');
  for (const file of globSync('functions/*.ts', { cwd: root })) await import(join(root, file));
  app.http = http;
  Object.assign(process.env, localEnvironment);
});
afterAll(() => {
  for (const name of [...Object.keys(localEnvironment), 'KeyRoles', 'MostBuilds']) delete process.env[name];
});

const asked = async (name: string) => {
  const one = all.get(name);
  if (!one) throw new Error(`there is no endpoint ${name}`);
  const params = { set: 'win11', version: '1.0.0' };
  return await ask(one, { headers: { 'x-functions-key': 'k' }, params });
};

describe.each([
  ['KeyRoles', 'nonsense-with-a-secret'],
  ['MostBuilds', 'many-a-secret'],
])('with a wrong setting %s', (name, value) => {
  beforeAll(() => (process.env[name] = value));
  afterAll(() => delete process.env[name]);

  it.each(['list-rollouts', 'get-version', 'ready-parts', 'openapi'])(
    '%s is refused with its name, and never its value',
    async (endpointName) => {
      const { status, body } = await asked(endpointName);
      expect({ status, error: body.error }).toMatchObject({
        status: 503,
        error: { code: 'SettingsWrong', target: name, message: expect.stringContaining(name) },
      });
      expect(JSON.stringify(body)).not.toContain('secret');
    },
  );

  it('the app says that it runs, and is not ready because of it', async () => {
    expect((await asked('health')).status).toBe(200);
    expect(await asked('ready')).toMatchObject({
      status: 503,
      body: { status: 'not-ready', wrongSettings: [name] },
    });
  });
});
