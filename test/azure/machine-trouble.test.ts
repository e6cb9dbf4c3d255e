import { expect, it } from 'vitest';
import { machineOf } from '../../shared/azure/machine-state.ts';
import { reasonOf } from '../../shared/hosts/machine.ts';

const machine = (...statuses: { code: string; message?: string; displayStatus?: string }[]) =>
  machineOf({ location: 'westeurope', name: 'avd-1', instanceView: { statuses } });

it('a machine that failed says why in Azure’s words, without secrets', () => {
  const failed = machine(
    { code: 'ProvisioningState/failed/AllocationFailed', message: 'We do not have sufficient capacity.' },
    { code: 'PowerState/stopped', displayStatus: 'VM stopped' },
  );
  expect(reasonOf(failed)).toBe(' Azure says: AllocationFailed: We do not have sufficient capacity.');
  expect(machine({ code: 'ProvisioningState/failed', displayStatus: 'Provisioning failed' }).trouble).toBe(
    'Provisioning failed',
  );
  expect(reasonOf(machine({ code: 'ProvisioningState/succeeded' }))).toBe('');
  const token = { code: 'ProvisioningState/failed/X', message: 'REGISTRATIONTOKEN=eyJhbGciOi.eyJleHAi.abc' };
  expect(machine(token).trouble).not.toContain('eyJ');
});
