import { join } from 'node:path';
import { app, type HttpFunctionOptions } from '@azure/functions';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { localEnvironment } from '../support/azure.ts';
import { ask, sha256 } from './asking.ts';

// The endpoint as it is, with what it asks of the caller beyond being a reader: the app is made, and reaches nothing.
let cancel: [name: string, options: HttpFunctionOptions];
beforeAll(async () => {
  const http = vi.spyOn(app, 'http');
  await import(join(import.meta.dirname, '../../functions/monitors.ts'));
  const [name, options] =
    http.mock.calls.find(([one]) => one === 'cancel-operation') ?? expect.fail('not there');
  cancel = [name, options];
  for (const [setting, value] of Object.entries(localEnvironment)) vi.stubEnv(setting, value);
  const keys = ['reader', 'builder', 'operator'].map((role) => ({ name: role, sha256: sha256(role), role }));
  vi.stubEnv('KeyRoles', JSON.stringify(keys));
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it.each([
  ['reader', 'build.1.win11-avd.1.0.0', 'builder'],
  ['reader', 'rollout.1.production-1', 'operator'],
  ['builder', 'rollout.1.production-1', 'operator'],
  ['builder', 'release.1.win11-avd.1.0.0', 'operator'],
  ['operator', 'validation.1.win11-avd.1.0.0.test.1', 'builder'],
])('a %s does not cancel %s: that needs the role %s', async (role, operation, needed) => {
  const asked = { method: 'POST', params: { operation }, body: { reason: 'because' } };
  expect(await ask(cancel, { ...asked, headers: { 'x-functions-key': role } })).toMatchObject({
    status: 403,
    body: { error: { code: 'Forbidden', target: needed } },
  });
});
