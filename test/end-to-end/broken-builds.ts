import { expect } from 'vitest';
import { group, script, type Wish } from './bench-cloud.ts';

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

export interface Case {
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
const isReady = { status: 'available' };
const failedInspection = (rule: string) =>
  failsIn('inspect', 'InspectionFailed', new RegExp(`^${rule}: `, 'm'));

/** What goes wrong with a build, and how it ends. */
export const cases: Readonly<Record<string, Case>> = {
  'vm-fails': {
    fault: vmPut('fail-operation', {
      code: 'AllocationFailed',
      message: 'We do not have sufficient capacity',
    }),
    ends: failsIn('provision', 'BootFailed', /: AllocationFailed: We do not have sufficient capacity/),
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
