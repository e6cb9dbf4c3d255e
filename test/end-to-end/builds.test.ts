import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BenchCloud,
  group,
  leftOf,
  openBenchCloud,
  type Resource,
  script,
  type Seen,
  type Wish,
} from './bench-cloud.ts';

const downloads = 'https://downloads.contoso.example/';
const golden = `${group}/Microsoft.Compute/virtualMachines/vm-golden`;
const copyOfGolden = { source: { vm: { id: golden } } };
const zeros = '0'.repeat(64);
const msi = (file: string, sha256 = zeros) => ({
  name: 'app',
  install: { kind: 'msi', uri: downloads + file, sha256, arguments: '/qn' },
});
const on =
  (command: string, fault: string, more: object = {}) =>
  (name: string) => ({
    fault,
    method: 'PUT',
    path: `gm-${name}-1-0-0/runCommands/${command}`,
    ...more,
  });
const vmPut = (fault: string, more: object) => (name: string) => ({
  fault,
  method: 'PUT',
  path: `virtualMachines/gm-${name}-1-0-0\\?`,
  nth: 1,
  ...more,
});

interface Case {
  readonly wish?: Wish;
  readonly fault?: (name: string) => object;
  readonly dirt?: string;
  readonly ends: object;
}
const failsIn = (stage: string, code: string, message: RegExp = /./) => ({
  status: 'failed',
  stage,
  failure: { code, message: expect.stringMatching(message) as string },
});
const patient = { recipe: [{ ...script('one'), retries: 2 }] };
const isReady = { status: 'awaiting-approval' };
const failedInspection = (rule: string) =>
  failsIn('inspect', 'InspectionFailed', new RegExp(`^${rule}: `, 'm'));

/** What goes wrong with a build, and how it ends. */
const cases: Readonly<Record<string, Case>> = {
  'vm-fails': {
    fault: vmPut('fail-operation', {
      code: 'AllocationFailed',
      message: 'We do not have sufficient capacity',
    }),
    ends: failsIn('provision', 'BootFailed'),
  },
  'vm-refused': {
    fault: vmPut('leave-parts', { code: 'OperationNotAllowed', message: 'Not like this' }),
    ends: failsIn('provision', 'AzureRefused', /Not like this/),
  },
  'vm-half-made': {
    fault: vmPut('leave-parts', { code: 'InternalServerError' }),
    ends: failsIn('provision', 'AzureRefused', /-os already exists/),
  },
  'snapshot-fails': {
    wish: copyOfGolden,
    fault: (name) => ({ fault: 'fail-operation', method: 'PUT', path: `snapshots/gm-${name}-`, nth: 1 }),
    ends: failsIn('prepare', 'SourceCopyFailed', /snapshot gm-snapshot-fails-1-0-0-os-snap/),
  },
  'disk-fails': {
    wish: copyOfGolden,
    fault: (name) => ({ fault: 'fail-operation', method: 'PUT', path: `disks/gm-${name}-`, nth: 1 }),
    ends: failsIn('prepare', 'SourceCopyFailed', /disk gm-disk-fails-1-0-0-os-copy/),
  },
  'sysprep-hangs': {
    fault: on('sysprep', 'stuck-sysprep'),
    ends: failsIn('generalise', 'SysprepFailed', /hangs/),
  },
  'sysprep-fails': { fault: on('sysprep', 'failing-sysprep'), ends: failsIn('generalise', 'SysprepFailed') },
  'sysprep-lies': {
    fault: on('sysprep', 'lying-sysprep'),
    ends: failsIn('generalise', 'SysprepFailed', /ended with 0, and the guest says IMAGE_STATE_UNDEPLOYABLE/),
  },
  'agent-dies': {
    fault: on('step-1', 'kill-agent'),
    ends: failsIn('customise', 'StepTimedOut', /15 minutes/),
  },
  'script-hangs': {
    fault: on('step-1', 'hang-script'),
    ends: failsIn('customise', 'StepTimedOut', /15 minutes/),
  },
  'script-hangs-once': {
    wish: patient,
    fault: on('step-1', 'hang-script', { nth: 1 }),
    ends: { ...isReady, steps: [{ name: 'one', attempts: 2, exitCode: 0 }] },
  },
  'script-fails-twice': {
    wish: patient,
    fault: on('step-1', 'fail-script', { times: 2, exitCode: 7 }),
    ends: { ...isReady, steps: [{ name: 'one', attempts: 3, exitCode: 0 }] },
  },
  'script-fails': {
    wish: patient,
    fault: on('step-1', 'fail-script', { exitCode: 7 }),
    ends: { ...failsIn('customise', 'StepFailed', /exit code 7/), steps: [{ attempts: 3, exitCode: 7 }] },
  },
  'installer-1603': {
    wish: {
      recipe: [
        {
          ...msi('contoso-app-4.2.0.msi', '918013edba3074e19efcde28a2531ec57aaccc0588498b5be7e3c512a68b093b'),
        },
      ],
    },
    fault: on('step-1', 'fail-script', { exitCode: 1603 }),
    ends: failsIn('customise', 'StepFailed', /1603 \(a fatal error during the installation/),
  },
  'web-page': {
    wish: {
      recipe: [msi('broken-1.0.msi', '2430b20aa9fa66e659e14d3e0bbbebcb89ff48e01bb639243dfd6f5dcea3d640')],
    },
    ends: failsIn('customise', 'StepFailed', /1620 .*may be a web page/),
  },
  'wrong-hash': {
    wish: { recipe: [msi('contoso-app-4.2.0.msi')] },
    ends: failsIn('customise', 'StepFailed', /not the one that the recipe names/),
  },
  'no-download': { wish: { recipe: [msi('nothing.msi')] }, ends: failsIn('customise', 'StepFailed', /404/) },
  'with-agent': { dirt: 'avd-agent', ends: failedInspection('avd-agent') },
  'with-token': { dirt: 'avd-token', ends: failedInspection('avd-registration-token') },
  'in-domain': { dirt: 'domain-joined', ends: failedInspection('domain-joined') },
  'in-entra': { dirt: 'entra-joined', ends: failedInspection('entra-joined') },
  'in-intune': { dirt: 'intune', ends: failedInspection('intune-enrolled') },
  onboarded: { dirt: 'defender', ends: failedInspection('defender-onboarded') },
  encrypted: { dirt: 'bitlocker', ends: failedInspection('bitlocker-on') },
  'one-users-app': { dirt: 'appx-per-user', ends: failedInspection('appx-per-user') },
  'restart-due': {
    wish: {
      recipe: [
        script(
          'due',
          "New-Item -Force 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending'",
        ),
      ],
    },
    ends: failedInspection('pending-reboot'),
  },
  waived: {
    dirt: 'domain-joined',
    wish: { version: { waivers: [{ rule: 'domain-joined', reason: 'joined on purpose, for a test' }] } },
    ends: isReady,
  },
};

describe('a build that goes wrong', () => {
  let cloud: BenchCloud;
  let before: readonly Resource[];

  beforeAll(async () => {
    cloud = await openBenchCloud({ MostBuilds: '60' });
    await cloud.arm('PUT', '/local/quota', { cores: 2000, familyCores: 2000, virtualMachines: 500 });
    before = await cloud.resources();
    for (const [name, { fault, dirt }] of Object.entries(cases)) {
      if (fault) await cloud.fault(fault(name));
      if (dirt !== undefined) await cloud.arm('POST', '/local/dirt', { vm: `^gm-${name}-`, is: [dirt] });
    }
    await cloud.fault({
      fault: 'fail-operation',
      method: 'PUT',
      path: 'images/capture-fails/versions',
      nth: 1,
    });
    await Promise.all(
      [...Object.entries(cases), ['capture-fails', {}] as const].map(
        async ([name, { wish = {} }]: readonly [string, { wish?: Wish }]) => await cloud.build(name, wish),
      ),
    );
  }, 60_000);
  afterAll(async () => await cloud.local.stop());

  for (const [name, { ends }] of Object.entries(cases)) {
    it(`${name}: ends so, and leaves nothing`, { timeout: 60_000 }, async () => {
      expect(await cloud.over(name)).toMatchObject(ends);
      const mine = leftOf(before, await cloud.resources()).filter((id) => id.includes(`/gm-${name}-1-0-0`));
      expect(mine).toEqual([]);
    });
  }

  it(
    'whose capture fails is held, and captured again without being built again',
    { timeout: 60_000 },
    async () => {
      const name = 'capture-fails';
      const held = await cloud.over(name);
      expect(held).toMatchObject({ status: 'held', stage: 'capture', failure: { code: 'CaptureFailed' } });
      await cloud.api.post<Seen>(`image-sets/${name}/versions/1.0.0/retry`, {});
      expect(await cloud.over(name)).toMatchObject({ status: 'awaiting-approval', attempt: 1 });
      const created = (await cloud.requests(`virtualMachines/gm-${name}-[^/]*$`)).filter(isPut);
      expect(created.map(({ path }) => path.split('/').at(-1))).toEqual([`gm-${name}-1-0-0`]);
    },
  );

  it('can be retried: the same number, on a bench of its own', { timeout: 60_000 }, async () => {
    const name = 'vm-half-made';
    await cloud.api.post<Seen>(`image-sets/${name}/versions/1.0.0/retry`, {});
    expect(await cloud.over(name)).toMatchObject({
      version: '1.0.0',
      status: 'awaiting-approval',
      attempt: 2,
    });
  });

  it('V1: has left nothing behind, stopped nobody’s machine, and issued every number once', async () => {
    expect(leftOf(before, await cloud.resources())).toEqual([]);
    expect((await cloud.requests('vm-golden')).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await cloud.api.get('leftovers')).toEqual({ value: [] });
    for (const name of Object.keys(cases)) {
      const { value } = await cloud.api.get<{ value: Seen[] }>(`image-sets/${name}/versions`);
      expect(value.map(({ version }) => version)).toEqual(['1.0.0']);
    }
  });
});

const isPut = ({ method, status }: { method: string; status: number }) => method === 'PUT' && status < 300;
