import { expect, test } from 'vitest';
import { done, GROUP, startAzure } from './azure.ts';
import { runningVm, scriptView, startScript } from './bench.ts';

const IMAGE_STATE = String.raw`(Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State').ImageState`;

test('ImageState is complete until sysprep has worked for some minutes', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  const state = async (name: string) => {
    await startScript(azure, 'bench', name, IMAGE_STATE);
    azure.pass(30);
    return (await scriptView(azure, 'bench', name))?.output;
  };
  expect(await state('before')).toBe('IMAGE_STATE_COMPLETE');
  const sysprep = String.raw`& "$env:SystemRoot\System32\Sysprep\sysprep.exe" /oobe /generalize /quit /mode:vm`;
  await startScript(azure, 'bench', 'sysprep', sysprep);
  azure.pass(150);
  expect((await scriptView(azure, 'bench', 'sysprep'))?.executionState).toBe('Succeeded'); // it does not wait
  expect(await state('during')).toBe('IMAGE_STATE_COMPLETE');
  azure.pass(420);
  expect(await state('after')).toBe('IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE');
  await startScript(azure, 'bench', 'again', sysprep);
  azure.pass(60);
  expect(await scriptView(azure, 'bench', 'again')).toMatchObject({ executionState: 'Failed' });
});

test('a script that waits for sysprep ends with it, and prints the state it found', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  const script = [
    String.raw`Start-Process C:\Windows\System32\Sysprep\sysprep.exe '/generalize /oobe /quit /mode:vm'`,
    `do { Start-Sleep -Seconds 5; $state = ${IMAGE_STATE} } while ($state -ne 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE')`,
    `$state = ${IMAGE_STATE}`,
    'Write-Output $state',
  ];
  await startScript(azure, 'bench', 'sysprep', script.join('\n'));
  azure.pass(150);
  expect((await scriptView(azure, 'bench', 'sysprep'))?.executionState).toBe('Running');
  azure.pass(600);
  const view = await scriptView(azure, 'bench', 'sysprep');
  expect(view).toMatchObject({
    executionState: 'Succeeded',
    output: 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE',
  });
});

test('sysprep that shuts down leaves a stopped VM and a script whose end is never heard of', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'sysprep', 'sysprep.exe /oobe /generalize /shutdown | Out-Null', {
    timeoutInSeconds: 3600,
  });
  azure.pass(600);
  const { statuses } = await azure.compute.virtualMachines.instanceView(GROUP, 'bench');
  expect(statuses?.at(-1)?.code).toBe('PowerState/stopped');
  expect((await scriptView(azure, 'bench', 'sysprep'))?.executionState).toBe('Running');
  azure.pass(3600);
  expect((await scriptView(azure, 'bench', 'sysprep'))?.executionState).toBe('TimedOut');
});

test('restarting the VM ends what ran in it', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'step', 'Start-Sleep 400');
  azure.pass(60);
  await done(azure, azure.compute.virtualMachines.restart(GROUP, 'bench'));
  azure.pass(600);
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ executionState: 'Failed' });
  await startScript(azure, 'bench', 'reboot', "Write-Output 'see you'\nRestart-Computer -Force");
  azure.pass(200);
  expect((await scriptView(azure, 'bench', 'reboot'))?.exitCode).toBe(0);
});
