import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { PutGate } from '../../shared/gates/request-bodies.ts';
import { gateView, validationView } from '../../shared/gates/view.ts';
import { inWords } from '../../shared/wrong-input.ts';
import { channel, gateLab, gateOf, health, number, previous, set, versionId } from './gate-lab.ts';

const external = { name: 'load-test', kind: 'external' };
const url = 'https://loads.contoso.com/run';
const id = `${versionId}.test.1`;
const refusal = (code: string, target: string) => ({ code, target, message: expect.stringMatching(/\.$/) });

describe('a gate', () => {
  it('is as today until it is put, at revision 0', async () => {
    const { requests } = gateLab();
    const kept = await requests.gate(set, channel);
    expect(gateView(kept)).toMatchObject({ revision: 0, minutes: 360, allowNoHosts: false });
    expect(kept.gate.checks).toHaveLength(6);
  });

  it('is put whole, shown as it was put, and counts its revisions', async () => {
    const { requests, put } = gateLab();
    const checks = [
      { name: 'sign-in', kind: 'probe', signIn: { maxSeconds: 25 }, required: false },
      { name: 'apps', kind: 'probe', applications: { present: [{ name: 'FSLogix*', minVersion: '2.9' }] } },
      { name: 'packages', kind: 'compare', metric: 'packages', allowed: ['Old *'] },
      { ...external, url },
    ];
    expect(await put(checks, { by: 'ana' })).toMatchObject({
      created: true,
      kept: { revision: 1, by: 'ana' },
    });
    expect(await put(checks)).toMatchObject({ created: false, kept: { revision: 1 } });
    expect(await put([health('Agent', { minVersion: '1.0.8431' })])).toMatchObject({ kept: { revision: 2 } });
    await put(checks);
    const shown = gateView(await requests.gate(set, channel));
    expect(shown).toMatchObject({
      revision: 3,
      allowNoHosts: false,
      checks: [
        {
          name: 'sign-in',
          required: false,
          hosts: 'all',
          timeoutMinutes: 10,
          signIn: { maxSeconds: 25, last: 5, waitMinutes: 30 },
        },
        { name: 'apps', hosts: 1 },
        { name: 'packages', tolerancePercent: 20, allowed: ['Old *'] },
        { name: 'load-test', url, report: true },
      ],
    });
    expect(PutGate.parse({ checks: shown.checks })).toMatchObject({ checks: gateOf(checks).checks });
  });

  it('is changed by whoever has read what it is', async () => {
    const { requests, put } = gateLab();
    await put([health('Status')]);
    const gate = gateOf([health('Heartbeat')]);
    await expect(requests.putGate(set, channel, gate, { match: 0 })).rejects.toMatchObject(
      refusal('PreconditionFailed', 'If-Match'),
    );
    expect(await requests.putGate(set, channel, gate, { match: 1 })).toMatchObject({ kept: { revision: 2 } });
  });

  it('is refused where there is no such set or channel', async () => {
    const { requests, put } = gateLab();
    await expect(requests.gate('nobody', channel)).rejects.toMatchObject(refusal('NotFound', 'nobody'));
    await expect(put([health('Status')], {}, 'pilot')).rejects.toMatchObject(refusal('NotFound', 'pilot'));
  });

  const probe = (more: object) => ({ name: 'p', kind: 'probe', ...more });
  it.each<[what: string, checks: readonly object[], path: string]>([
    ['no checks', [], 'checks'],
    ['a name twice', [health('Status'), { ...health('Agent'), name: 'status' }], 'checks.1.name'],
    ['a health check twice', [health('Status'), { ...health('Status'), name: 'b' }], 'checks.1.which'],
    ['a health check that there is not', [health('Weather')], 'checks.0.which'],
    ['minutes of another check', [health('Status', { heartbeatMinutes: 5 })], 'checks.0.heartbeatMinutes'],
    ['an agent of another check', [health('Heartbeat', { minVersion: '1.0' })], 'checks.0.minVersion'],
    ['a version in words', [health('Agent', { minVersion: 'new' })], 'checks.0.minVersion'],
    ['another kind', [{ name: 'a', kind: 'prayer' }], 'checks.0.kind'],
    ['a probe of nothing', [probe({})], 'checks.0.kind'],
    ['a probe of two things', [probe({ memory: { maxMb: 1 }, signIn: {} })], 'checks.0.kind'],
    [
      'a script without threshold',
      [probe({ script: { text: 'x', reads: 'number' } })],
      'checks.0.script.max',
    ],
    ['no host', [probe({ memory: { maxMb: 1 }, hosts: 0 })], 'checks.0.hosts'],
    ['a name with blanks', [{ ...health('Status'), name: 'My check' }], 'checks.0.name'],
    [
      'packages of another measure',
      [{ name: 'c', kind: 'compare', metric: 'memoryMb', allowed: ['x'] }],
      'checks.0.allowed',
    ],
    ['a call without encryption', [{ ...external, url: 'http://loads.contoso.com' }], 'checks.0.url'],
    ['a key in an address', [{ ...external, url: `${url}?code=x` }], 'checks.0.url'],
    ['an account in an address', [{ ...external, url: 'https://a:b@contoso.com' }], 'checks.0.url'],
    ['neither call nor report', [{ ...external, report: false }], 'checks.0.url'],
    [
      'too many scripts',
      Array.from({ length: 16 }, (_, index) => ({ ...probe({ memory: { maxMb: 1 } }), name: `p-${index}` })),
      'checks',
    ],
    ['an unknown field', [health('Status', { hurry: true })], 'checks.0'],
    [
      'a script whose threshold nothing meets',
      [probe({ script: { text: '1', reads: 'number', max: 1, min: 3 } })],
      'checks.0.script.max',
    ],
    [
      'a script that may take longer than the run',
      [probe({ signIn: { waitMinutes: 180 }, timeoutMinutes: 120 })],
      'checks.0.timeoutMinutes',
    ],
  ])('is refused with %s, and the field named', (_, checks, path) => {
    const { error } = PutGate.safeParse({ checks, minutes: 299 }, { error: inWords });
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});

describe('a validation by hand', () => {
  it('is the next attempt for what the channel holds, and the same for the same request', async () => {
    const { requests, pass } = gateLab();
    const begun = await requests.validate(set, number, { channel, by: 'bo' }, 'r1');
    expect(validationView(begun)).toMatchObject({
      id,
      status: 'running',
      imageSet: set,
      version: number,
      channel,
      attempt: 1,
      by: 'bo',
      previous: previous.number,
    });
    await pass(1);
    expect((await requests.validate(set, number, { channel }, 'r1')).subject.attempt).toBe(1);
    expect((await requests.validate(set, number, { channel }, 'r2')).subject.attempt).toBe(2);
    expect((await requests.ofVersion(set, number)).value.map(({ subject }) => subject.attempt)).toEqual([
      2, 1,
    ]);
  });

  it('is refused, and so is the list of them, for a version that there is not', async () => {
    const { requests, world } = gateLab();
    world.refusal = failure('NotFound', 'Image set win11 has no version 9.0.0.');
    const gone = refusal('NotFound', '9.0.0');
    await expect(requests.ofVersion(set, '9.0.0')).rejects.toMatchObject(gone);
    await expect(requests.validate(set, '9.0.0', { channel }, 'r1')).rejects.toMatchObject(gone);
  });

  it('is refused for what the channel does not hold, or nobody may use', async () => {
    const { requests, world } = gateLab();
    const other = requests.validate(set, '1.0.0', { channel }, 'r1');
    await expect(other).rejects.toMatchObject({
      ...refusal('InvalidPhase', 'channel'),
      message: 'Channel test does not hold version 1.0.0; it holds 1.1.0.',
    });
    const { code, ...revoked } = { code: 'Revoked' as const, message: 'It is revoked.', remedy: '' };
    world.refusal = { code, ...revoked };
    await expect(requests.validate(set, number, { channel }, 'r1')).rejects.toMatchObject(
      refusal(code, number),
    );
    world.holding = undefined;
    await expect(requests.validate(set, number, { channel }, 'r1')).rejects.toMatchObject({
      message: 'Channel test does not hold version 1.1.0; it holds none.',
    });
  });

  it('is canceled with a reason, once', async () => {
    const { requests, pass } = gateLab();
    await requests.validate(set, number, { channel }, 'r1');
    const canceled = await requests.cancel(id, { reason: 'wrong version', by: 'ana' });
    expect(validationView(canceled)).toMatchObject({
      status: 'canceled',
      canceledBy: 'ana',
      reason: 'wrong version',
    });
    expect((await requests.cancel(id, { reason: 'again' })).end?.reason).toBe('wrong version');
    const { subject } = await requests.validate(set, number, { channel }, 'r2');
    await pass(1, `${versionId}.test.${subject.attempt}`);
    const over = requests.cancel(`${versionId}.test.2`, { reason: 'too late' });
    await expect(over).rejects.toMatchObject(refusal('InvalidPhase', `${versionId}.test.2`));
    await expect(requests.validation('win11.9.9.9.test.1')).rejects.toMatchObject({ code: 'NotFound' });
    expect((await requests.history(id)).value.map(({ event }) => event.type)).toEqual(['begun', 'canceled']);
  });
});
