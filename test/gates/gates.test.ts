import { describe, expect, it } from 'vitest';
import { gateLab, health, previous, set, versionId, wanted } from './gate-lab.ts';
import { answered } from './small-hosts.ts';

const signIn = { name: 'sign-in', kind: 'probe', signIn: {} };
const script = (more: object = {}) => ({
  name: 'custom',
  kind: 'probe',
  script: { text: 'exit 0', reads: 'exitCode', equals: 0, ...more },
});
const stateOf = (validated: { checks: readonly { name: string; state: string }[] }) =>
  Object.fromEntries(validated.checks.map(({ name, state }) => [name, state]));

describe('a run of a gate', () => {
  it('P1: passes once every required check has passed, and says by what', async () => {
    const { validate, hosts } = gateLab();
    hosts.scriptFor = () => ({ seconds: 90, end: answered({ measured: 12.5, unit: 's', evidence: 'of 3' }) });
    const validated = await validate([health('Status'), signIn]);
    expect(validated).toMatchObject({
      id: `${versionId}.test.1`,
      status: 'passed',
      checks: [
        { name: 'status', state: 'passed', evidence: '2 of 2 hosts: Status passed' },
        { name: 'sign-in', state: 'passed', measured: 12.5, unit: 's', threshold: 'at most 30 s' },
      ],
    });
    expect(hosts.left).toEqual([]);
    expect([...hosts.starts.values()]).toEqual([1, 1]);
  });

  it('P1: fails by one required check on one host, and lets the other scripts come to their end', async () => {
    const { validate, hosts } = gateLab();
    hosts.outcomes.set('host-1 FSLogixHealthCheck', 'failed');
    hosts.outcomes.set('Heartbeat', 'inconclusive');
    const validated = await validate([health('FSLogixHealthCheck'), health('Heartbeat'), script()]);
    expect(validated.status).toBe('failed');
    expect(stateOf(validated)).toEqual({
      fslogixhealthcheck: 'failed',
      heartbeat: 'inconclusive',
      custom: 'passed',
    });
    expect(validated.checks[0]?.evidence).toBe('1 of 2 hosts: host-1: FSLogixHealthCheck failed');
  });

  it('P3: inconclusive is not passed: it is measured again until the time is over', async () => {
    const { validate, hosts } = gateLab();
    hosts.outcomes.set('Heartbeat', 'inconclusive');
    const gate = { minutes: 20 };
    const validated = await validate([health('Heartbeat'), health('Status')], { gate });
    expect(validated.status).toBe('inconclusive');
    expect(stateOf(validated)).toEqual({ heartbeat: 'inconclusive', status: 'passed' });
    expect(validated.checks[0]?.evidence).toMatch(/^The time of the whole run was over\. 2 of 2 hosts/);
    expect(hosts.asked.length).toBeGreaterThan(15);
  });

  it('P3: what was inconclusive and becomes healthy passes', async () => {
    const { put, pass, port, hosts } = gateLab();
    await put([health('Heartbeat')]);
    hosts.outcomes.set('Heartbeat', 'inconclusive');
    await port.ensureValidated(wanted);
    await pass(5);
    expect(await port.latest(versionId, 'test')).toMatchObject({
      status: 'running',
      waitingFor: 'heartbeat: 2 of 2 hosts: host-0: Heartbeat inconclusive; host-1: Heartbeat inconclusive',
      nextLookAt: expect.any(String),
    });
    hosts.outcomes.clear();
    await pass(2);
    expect(await port.latest(versionId, 'test')).toMatchObject({ status: 'passed' });
  });

  it('P3: a script that finds nothing to measure, or goes wrong, does not let a version through', async () => {
    for (const [end, state] of [
      [answered({ inconclusive: 'nobody has signed in' }), 'inconclusive'],
      [{ exitCode: 1, state: 'Failed', error: 'kaputt' }, 'errored'],
      [{ state: 'TimedOut', exitCode: undefined }, 'errored'],
      [{ output: 'hello' }, 'errored'],
    ] as const) {
      const { validate, hosts } = gateLab();
      hosts.scriptFor = () => ({ seconds: 10, end });
      const validated = await validate([signIn, health('Status')]);
      expect(validated).toMatchObject({ status: 'inconclusive', checks: [{ state }, { state: 'passed' }] });
    }
  });

  it('never lets an advisory check decide', async () => {
    const { validate, hosts } = gateLab();
    hosts.outcomes.set('WebRTCRedirectorCheck', 'failed');
    const validated = await validate([
      health('WebRTCRedirectorCheck', { required: false }),
      health('Status'),
    ]);
    expect(validated).toMatchObject({ status: 'passed', checks: [{ state: 'failed' }, {}] });
  });

  it('asks by default what the policies of the pools ask, for six hours', async () => {
    const { port, pass, hosts } = gateLab();
    const asked = await port.ensureValidated(wanted);
    expect(Date.parse(asked.deadline) - Date.parse(asked.since)).toBe(6 * 3_600_000);
    await pass(1);
    const { status, checks } = await port.ensureValidated(wanted);
    expect(status).toBe('passed');
    expect(checks.map(({ name }) => name)).toEqual([
      'registration',
      'status',
      'heartbeat',
      'agent',
      'image-version',
      'fatal-checks',
    ]);
    expect(hosts.asked[0]).toMatchObject({
      imageVersionId: '/v/1.1.0',
      healthy: { fatalChecks: ['DomainJoinedCheck'], heartbeatMinutes: 5 },
    });
  });

  it('without hosts proves nothing: it passes only by a gate that says so', async () => {
    for (const [allowNoHosts, status] of [
      [false, 'inconclusive'],
      [true, 'passed'],
    ] as const) {
      const { validate, hosts } = gateLab();
      hosts.pools = 0;
      const validated = await validate([health('Status'), signIn], { gate: { allowNoHosts } });
      const evidence = 'The channel has no hosts: nothing was proven.';
      expect(validated).toMatchObject({ status, checks: [{ state: 'skipped', evidence }, { evidence }] });
    }
    const { port, pass, hosts } = gateLab();
    hosts.names = [];
    await port.ensureValidated(wanted);
    await pass(1);
    expect(await port.ensureValidated(wanted)).toMatchObject({ status: 'inconclusive' });
    // Nothing follows after the last channel, which may have no hosts of ours.
    const last = { ...wanted, channel: 'production' };
    await pass(1, (await port.ensureValidated(last)).id);
    expect(await port.ensureValidated(last)).toMatchObject({ status: 'passed' });
  });

  it('does not ask the broker about hosts that are switched off, and waits while all are', async () => {
    const { put, port, pass, hosts } = gateLab();
    await put([health('Heartbeat'), script()]);
    hosts.outcomes.set('host-0 Heartbeat', 'inconclusive');
    hosts.off.add('host-0').add('host-1');
    await port.ensureValidated(wanted);
    await pass(2);
    expect(await port.latest(versionId, 'test')).toMatchObject({
      status: 'running',
      checks: [
        { evidence: 'all 2 hosts are switched off' },
        { evidence: 'no host of the channel is running' },
      ],
    });
    hosts.off.delete('host-1');
    await pass(10);
    expect(await port.latest(versionId, 'test')).toMatchObject({
      status: 'passed',
      checks: [{ evidence: '1 of 1 host: Heartbeat passed; 1 switched off and not asked' }, {}],
    });
  });

  it('says that a host still has the disk that it had under the version before', async () => {
    const lab = gateLab();
    const identity = [health('MachineIdentity')];
    await lab.put(identity);
    const before = { ...wanted, ...previous, imageVersionId: '/v/1.0.0' };
    await lab.port.ensureValidated(before);
    await lab.pass(1, `${previous.versionId}.test.1`);
    expect(await lab.port.latest(previous.versionId, 'test')).toMatchObject({
      status: 'passed',
      checks: [{ state: 'skipped' }],
    });
    lab.hosts.disks.set('host-0', 'second');
    expect(await lab.validate(identity, { minutes: 1 })).toMatchObject({
      status: 'failed',
      checks: [{ evidence: '1 of 2 hosts: host-1: still the disk of the version before' }],
    });
  });

  it('is over for a version that nobody may use any more, before it has asked anything', async () => {
    const { validate, hosts, world } = gateLab();
    world.refusal = { code: 'Revoked', message: 'Version 1.1.0 is revoked.', remedy: '' };
    expect(await validate([health('Status')])).toMatchObject({
      status: 'canceled',
      checks: [{ state: 'skipped', evidence: 'canceled: Version 1.1.0 is revoked.' }],
    });
    expect(hosts.asked).toEqual([]);
  });

  it('is canceled at once, with its scripts gone from the hosts', async () => {
    const { put, port, pass, hosts } = gateLab();
    hosts.scriptFor = () => ({ seconds: 100_000, end: {} });
    await put([script()]);
    await port.ensureValidated(wanted);
    await pass(2);
    expect(hosts.left).toHaveLength(1);
    expect(await port.usesOf(versionId)).toMatchObject([{ kind: 'validation', name: `${versionId}.test.1` }]);
    await port.cancel(`${versionId}.test.1`, 'ana', 'wrong one');
    expect(await port.latest(versionId, 'test')).toMatchObject({ status: 'canceled' });
    expect(await port.usesOf(versionId)).toEqual([]);
    await pass(3);
    expect(hosts.left).toEqual([]);
    await port.cancel('win11.9.9.9.test.1', 'ana', 'none');
  });

  it('gives up a script that Azure never ends', async () => {
    const { validate, hosts } = gateLab();
    hosts.scriptFor = () => ({ seconds: 1e9, end: {} });
    const validated = await validate([script()], { minutes: 40 });
    expect(validated).toMatchObject({ status: 'inconclusive', checks: [{ state: 'errored' }] });
    expect(hosts.left).toEqual([]);
  });

  it('runs anew by the next attempt, and the latest counts', async () => {
    const { validate, port, pass, hosts, requests } = gateLab();
    hosts.outcomes.set('Status', 'failed');
    expect(await validate([health('Status')], { minutes: 1 })).toMatchObject({ status: 'failed' });
    hosts.outcomes.clear();
    const again = await requests.validate(set, '1.1.0', { channel: 'test', by: 'bo' }, 'r1');
    expect(again.subject.attempt).toBe(2);
    expect((await port.latest(versionId, 'test'))?.status).toBe('running');
    // While it is under way, whoever asks joins it.
    const joined = await port.ensureValidated({ ...wanted, attempt: 2 });
    expect(joined.id).toBe(`${versionId}.test.2`);
    await pass(1, `${versionId}.test.2`);
    expect((await port.latest(versionId, 'test'))?.status).toBe('passed');
    expect((await port.ensureValidated(wanted)).status).toBe('failed');
    // After that the third attempt of a release is its own, whatever number people have used up.
    expect((await port.ensureValidated({ ...wanted, attempt: 3 })).id).toBe(`${versionId}.test.3`);
  });
});
