import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyChanges } from '../../infra/local/arm/compute/guest/changes.ts';
import type { Changes } from '../../infra/local/arm/compute/guest/contents.ts';
import { logEvent, SESSIONS_LOG } from '../../infra/local/arm/compute/guest/event-log.ts';
import { machinesOf } from '../../infra/local/arm/scale-sets/machines.ts';
import { probes } from '../../shared/azure/probes.ts';
import type { CheckPlan } from '../../shared/gates/gate.ts';
import { readingOf } from '../../shared/gates/reading.ts';
import { scriptOf } from '../../shared/gates/scripts/script-of.ts';
import { gateOf } from '../gates/gate-lab.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

const uninstall = 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall';

describe('scripts of checks', () => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await openCloud();
  });
  afterEach(async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    await cloud.close();
  });
  const machine = (instanceId = '0') => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-desktops',
    scaleSet: 'vmss-test',
    instanceId,
  });
  const guest = (instanceId = '0') => {
    const { subscriptionId, resourceGroup, scaleSet } = machine();
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}/virtualMachines/${instanceId}`;
    return machinesOf(cloud.arm.world).require(id).guest;
  };
  const change = (changes: Changes) => applyChanges(guest().contents, changes);
  const start = async (script: string, name = 'check-1', timeoutSeconds = 3600) =>
    await probes(cloud.azure).start(machine(), { name, location: 'westeurope', script, timeoutSeconds });
  const ended = async (name = 'check-1') =>
    await cloud.until(async () => {
      const run = await probes(cloud.azure).find(machine(), name);
      return run && run.state !== 'Pending' && run.state !== 'Running' && run;
    });
  /** What the check's own script finds on a host of the simulated cloud. */
  const found = async (check: object) => {
    const plan = gateOf([{ name: 'this', ...check }]).checks[0] as unknown as CheckPlan;
    await start(scriptOf(plan)?.text ?? '');
    return readingOf(plan, await ended());
  };

  it('are named by who asks, tell what they wrote, and are gone afterwards', async () => {
    const { find, remove } = probes(cloud.azure);
    expect(await find(machine(), 'check-1')).toBeUndefined();
    await start("Write-Output 'one'; Write-Error 'two'; exit 3");
    expect(await find(machine(), 'check-1')).toMatchObject({ state: 'Pending', output: '' });
    expect(await ended()).toMatchObject({
      state: 'Failed',
      exitCode: 3,
      output: expect.stringContaining('one'),
      error: expect.stringContaining('two'),
    });
    await remove(machine(), 'check-1');
    await cloud.until(async () => (await find(machine(), 'check-1')) === undefined);
    await remove(machine(), 'check-1');
  });

  it('are stopped by being removed while they run, and by their time-out', async () => {
    const { find, remove } = probes(cloud.azure);
    await start('Start-Sleep -Seconds 90000');
    cloud.pass(2);
    expect(await find(machine(), 'check-1')).toMatchObject({ state: 'Running' });
    await remove(machine(), 'check-1');
    await cloud.until(async () => (await find(machine(), 'check-1')) === undefined);
    await start('Start-Sleep -Seconds 90000', 'check-2', 120);
    expect(await ended('check-2')).toMatchObject({ state: 'TimedOut' });
  });

  it('are nowhere on a machine that there is not, and cannot be started there', async () => {
    const { find, start: begin, remove } = probes(cloud.azure);
    expect(await find(machine('99'), 'check-1')).toBeUndefined();
    await remove(machine('99'), 'check-1');
    const probe = { name: 'check-1', location: 'westeurope', script: 'exit 0', timeoutSeconds: 60 };
    await expect(begin(machine('99'), probe)).rejects.toMatchObject({
      code: 'AzureRefused',
    });
  });

  it.each([
    ['a throttle', { fault: '429', retryAfter: 42 }, { code: 'Throttled', retryAfterSeconds: 42 }],
    ['a conflict', { fault: '409' }, { code: 'AzureBusy' }],
    ['a lost reply', { fault: 'lost-reply' }, { code: 'AzureUnavailable' }],
  ])('tell %s as what it is, without a second try', async (_, fault, error) => {
    cloud.next({ ...fault, method: 'PUT', path: '/runCommands/' });
    await expect(start('exit 0')).rejects.toMatchObject(error);
    expect(cloud.asked().filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('measure sign-ins by what Windows logs of sessions, and wait for one', async () => {
    const sign = (id: number, session: number, minute: number) => {
      const at = new Date(Date.parse(cloud.now()) + minute * 1000).toISOString();
      logEvent(guest().contents, { log: SESSIONS_LOG, id, at, values: { User: 'ana', SessionID: session } });
    };
    sign(41, 2, 1);
    sign(41, 3, 2);
    sign(22, 2, 13);
    sign(22, 3, 44);
    cloud.pass(1);
    expect(await found({ kind: 'probe', signIn: {} })).toMatchObject({
      outcome: 'measured',
      measured: 42,
      unit: 's',
      evidence: 'the longest of the last 2 sign-ins',
    });
  });

  it('are inconclusive about sign-ins where nobody came in time', async () => {
    const before = Date.parse(cloud.now());
    expect(await found({ kind: 'probe', signIn: { waitMinutes: 20 } })).toMatchObject({
      outcome: 'inconclusive',
      evidence: expect.stringContaining('nobody has signed in since'),
    });
    expect(Date.parse(cloud.now()) - before).toBeGreaterThan(19 * 60_000);
  });

  it('measure processors, memory and the last boot', async () => {
    change({ system: { cpuPercent: 40, memoryMB: 6000, bootSeconds: 31.25 } });
    expect(await found({ kind: 'probe', memory: { maxMb: 7000 } })).toMatchObject({
      measured: 6000,
      unit: 'MB',
      evidence: 'in use of 16384 MB',
    });
    await probes(cloud.azure).remove(machine(), 'check-1');
    cloud.pass(2);
    const cpu = await found({ kind: 'probe', cpu: { maxPercent: 50, seconds: 30 } });
    expect(cpu).toMatchObject({ unit: '%', evidence: 'the average of 6 readings in 30 s' });
    expect(cpu?.outcome === 'measured' && cpu.measured).toBeGreaterThan(28);
    await probes(cloud.azure).remove(machine(), 'check-1');
    cloud.pass(2);
    const boot = { kind: 'compare', metric: 'bootSeconds' };
    expect(await found(boot)).toMatchObject({ outcome: 'inconclusive' }); // it ran when the world began
    await probes(cloud.azure).remove(machine(), 'check-1');
    guest().boot(Date.parse(cloud.now()), 60);
    cloud.pass(2);
    expect(await found(boot)).toMatchObject({ measured: 31.2, unit: 's' });
  });

  it('name the processes that should not be there', async () => {
    const processes = { absent: ['notepad.exe', 'miner*', 'teams'] };
    expect(await found({ kind: 'probe', processes })).toMatchObject({ measured: 0 });
    await probes(cloud.azure).remove(machine(), 'check-1');
    cloud.pass(2);
    change({ processes: { 'miner64.exe': 'Running', 'Notepad.exe': 'Running' } });
    expect(await found({ kind: 'probe', processes })).toMatchObject({
      measured: 2,
      evidence: 'notepad, miner* run',
    });
  });

  it('name the applications that are missing or too old', async () => {
    const application = (DisplayName: string, DisplayVersion: string) => ({ DisplayName, DisplayVersion });
    change({
      registry: {
        [`${uninstall}\\{1}`]: application("Contoso's Reader", '1.10.2'),
        [`${uninstall}\\{2}`]: application('Old Thing', '9.0'),
        [`${uninstall}\\{3}`]: { ...application('Part of it', '1'), SystemComponent: 1 },
      },
    });
    const applications = {
      present: [
        { name: "contoso's *", minVersion: '1.9' },
        { name: 'Old Thing', minVersion: '10' },
        { name: 'Part of it' },
      ],
    };
    expect(await found({ kind: 'probe', applications })).toMatchObject({
      measured: 2,
      evidence: 'Old Thing is 9.0, not 10; Part of it is not installed',
    });
    await probes(cloud.azure).remove(machine(), 'check-1');
    cloud.pass(2);
    expect(await found({ kind: 'compare', metric: 'packages' })).toMatchObject({
      measured: 2,
      items: ["Contoso's Reader", 'Old Thing'],
    });
  });

  it('list packages up to what Azure keeps of an output', async () => {
    const names = Array.from(
      { length: 150 },
      (_, index) => `Package ${String(index).padStart(3, '0')} ${'x'.repeat(30)}`,
    );
    const keys = names.map((DisplayName, index) => [`${uninstall}\\${index}`, { DisplayName }] as const);
    change({ registry: Object.fromEntries(keys) });
    const reading = await found({ kind: 'compare', metric: 'packages' });
    expect(reading).toMatchObject({ outcome: 'measured', measured: 150 });
    const listed = reading?.outcome === 'measured' ? (reading.items ?? []) : [];
    expect(listed.length).toBeGreaterThan(50);
    expect(listed).toEqual(names.slice(0, listed.length));
  });
});
