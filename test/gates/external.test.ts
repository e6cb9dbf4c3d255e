import { describe, expect, it } from 'vitest';
import { Report } from '../../shared/gates/request-bodies.ts';
import { validationView } from '../../shared/gates/view.ts';
import { channel, gateLab, health, number, set, versionId, wanted } from './gate-lab.ts';

const external = { name: 'load-test', kind: 'external' };
const url = 'https://loads.contoso.com/run';
const id = `${versionId}.test.1`;
const refusal = (code: string, target: string) => ({ code, target, message: expect.stringMatching(/\.$/) });

describe('a check by another system', () => {
  const said = (outcome: 'passed' | 'failed' | 'inconclusive') => ({ outcome, evidence: 'p95 of 210 ms' });
  const tokenIn = (reportTo: unknown) => String(reportTo).split('/').at(-1) ?? '';

  it('tells it, and takes one report through the link that was in the call', async () => {
    const { put, port, pass, calls, requests, kept } = gateLab();
    await put([{ ...external, url }]);
    const { deadline } = await port.ensureValidated(wanted);
    await pass(2);
    expect(calls).toEqual([
      {
        url,
        key: `${id}.load-test`,
        body: {
          validation: id,
          check: 'load-test',
          set,
          version: number,
          channel,
          until: deadline,
          reportTo: expect.stringMatching(/^https:\/\/goldsmith\/api\/external-checks\/[\w-]+\.secret-1$/),
        },
      },
    ]);
    const token = tokenIn(calls[0]?.body['reportTo']);
    await requests.report(token, { ...said('passed'), measured: 210, unit: 'ms' });
    expect(await port.latest(versionId, channel)).toMatchObject({
      status: 'passed',
      checks: [{ state: 'passed', evidence: 'p95 of 210 ms', measured: 210, unit: 'ms' }],
    });
    await expect(requests.report(token, said('failed'))).rejects.toMatchObject({
      ...refusal('LinkUsed', 'token'),
      httpStatus: 410,
    });
    // X8: what was kept cannot be used to report.
    expect(await kept()).not.toContain('secret-1');
    expect(JSON.stringify(validationView(await requests.validation(id)))).not.toMatch(/secret-1|hash/);
  });

  it('takes its answer for the report where none is waited for', async () => {
    for (const [body, state] of [
      [JSON.stringify(said('passed')), 'passed'],
      [JSON.stringify(said('failed')), 'failed'],
      ['{"ok":true}', 'inconclusive'],
      ['', 'inconclusive'],
    ] as const) {
      const { put, port, pass, world, calls } = gateLab();
      world.answer = () => ({ status: 200, body });
      await put([{ ...external, url, report: false }]);
      await port.ensureValidated(wanted);
      await pass(1);
      expect(calls[0]?.body).not.toHaveProperty('reportTo');
      expect(await port.latest(versionId, channel)).toMatchObject({ checks: [{ state }] });
    }
  });

  it('tells it again when it does not answer, three times, and not when it refuses', async () => {
    for (const [status, times] of [
      [0, 3],
      [503, 3],
      [429, 3],
      [404, 1],
      [301, 3],
    ] as const) {
      const { put, port, pass, world, calls } = gateLab();
      world.answer = () => ({ status, body: '' });
      await put([{ ...external, url }]);
      await port.ensureValidated(wanted);
      await pass(10);
      expect(calls).toHaveLength(times);
      expect(await port.latest(versionId, channel)).toMatchObject({
        status: 'inconclusive',
        checks: [{ state: 'errored' }],
      });
    }
  });

  it('says that it was we who did not call, and why, and does not try again', async () => {
    const { put, port, pass, world, calls } = gateLab();
    world.answer = () => ({ status: 0, body: '', refused: 'its address leads inside' });
    await put([{ ...external, url }]);
    await port.ensureValidated(wanted);
    await pass(10);
    expect(calls).toHaveLength(1);
    expect(await port.latest(versionId, channel)).toMatchObject({
      checks: [
        { state: 'errored', evidence: expect.stringContaining('was not called: its address leads inside') },
      ],
    });
  });

  it('waits for a report whose link somebody asks for', async () => {
    const { put, port, pass, requests, kept } = gateLab();
    await put([external, health('Status')]);
    await port.ensureValidated(wanted);
    await pass(2);
    expect(await port.latest(versionId, channel)).toMatchObject({ waitingFor: /link/ });
    const first = await requests.link(id, 'load-test', { by: 'ana' });
    const second = await requests.link(id, 'load-test', {});
    expect(await kept()).not.toMatch(/secret-\d/);
    await requests.report(tokenIn(first.reportTo), said('inconclusive'));
    const late = requests.report(tokenIn(second.reportTo), said('passed'));
    await expect(late).rejects.toMatchObject(refusal('LinkUsed', 'token'));
    expect(await port.latest(versionId, channel)).toMatchObject({ status: 'inconclusive' });
    await expect(requests.link(id, 'load-test', {})).rejects.toMatchObject(
      refusal('InvalidPhase', 'load-test'),
    );
    await expect(requests.link(id, 'status', {})).rejects.toMatchObject(refusal('NotFound', 'status'));
  });

  it('takes no report after the run, nor with a link that is not one', async () => {
    const { put, port, pass, requests, wait } = gateLab();
    await put([external], { minutes: 10 });
    await port.ensureValidated(wanted);
    await pass(1);
    const { reportTo } = await requests.link(id, 'load-test', {});
    const token = tokenIn(reportTo);
    for (const wrong of [
      '',
      'x',
      'x.y',
      `${token}x`,
      token.replace(/\..*/, '.secret-9'),
      `${btoa('["a","b"]')}.s`,
    ]) {
      await expect(requests.report(wrong, said('passed'))).rejects.toMatchObject(
        refusal('NotFound', 'token'),
      );
    }
    wait(10);
    await expect(requests.report(token, said('passed'))).rejects.toMatchObject(refusal('LinkUsed', 'token'));
    await pass(1);
    expect(await port.latest(versionId, channel)).toMatchObject({ status: 'inconclusive' });
    await expect(requests.report(token, said('passed'))).rejects.toMatchObject(refusal('LinkUsed', 'token'));
  });

  it('says of a report what is wrong with it', () => {
    for (const wrong of [
      {},
      { outcome: 'errored', evidence: 'x' },
      { outcome: 'passed' },
      { ...said('passed'), by: 'x' },
    ]) {
      expect(Report.safeParse(wrong).success).toBe(false);
    }
  });
});
