import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { log, withoutSecrets } from '../shared/log.ts';

function logged(act: () => void): Record<string, unknown> {
  const lines: string[] = [];
  const { log: before } = console;
  console.log = (line: string) => lines.push(line);
  onTestFinished(() => {
    console.log = before;
  });
  act();
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('the log', () => {
  it('writes one line of JSON for each thing, with the id of the work', () => {
    expect(logged(() => log.info('looked', { id: 'win11.1.0.0', stage: 'capture' }))).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'info',
      what: 'looked',
      id: 'win11.1.0.0',
      stage: 'capture',
    });
  });

  it('tells an error by its code, and a defect by its place', () => {
    const known = logged(() => log.info('x', { error: new AppError('AzureBusy', 'later') }));
    expect(known['error']).toEqual({ name: 'AppError', code: 'AzureBusy', message: 'later' });
    const defect = logged(() => log.info('x', { error: new TypeError('oops') }));
    expect(defect['error']).toMatchObject({
      name: 'TypeError',
      stack: expect.stringContaining('log.test.ts'),
    });
  });

  it('keeps secrets to itself, by their names and by their looks', () => {
    const line = logged(() =>
      log.info('x', {
        registrationToken: 'geheim',
        protectedParameters: [{ name: 'a', value: 'geheim' }],
        deep: { adminPassword: 'geheim' },
        url: 'https://x.blob/y?sv=1&sig=geheim%3D&se=2',
        header: 'Bearer geheim.geheim',
        bus: 'Endpoint=sb://x/;SharedAccessKey=geheim;UseDevelopmentEmulator=true',
        jwt: 'token eyJhbGciOi.eyJzdWIi.geheim',
        error: new Error('AccountKey=geheim; refused'),
      }),
    );
    expect(JSON.stringify(line)).not.toContain('geheim');
    expect(line['url']).toBe('https://x.blob/y?sv=1&sig=***&se=2');
  });

  it('leaves ordinary text alone', () => {
    expect(withoutSecrets('exit code 5; code=abc')).toBe('exit code 5; code=***');
    expect(withoutSecrets('version 1.0.0 of win11')).toBe('version 1.0.0 of win11');
  });
});
