import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, startAzure } from './azure.ts';
import { runningVm, scriptView, startScript, vmBody } from './bench.ts';

test('a script runs until its end, and its end is told: exit code, output, times', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(
    azure,
    'bench',
    'step',
    "Write-Output 'hello'\nStart-Sleep -Seconds 300\nWrite-Output 'done'",
  );
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ executionState: 'Pending' });
  azure.pass(20);
  const running = await scriptView(azure, 'bench', 'step');
  expect(running).toMatchObject({ executionState: 'Running' });
  expect(running?.startTime).toBeInstanceOf(Date);
  azure.pass(270);
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ executionState: 'Running' });
  azure.pass(60);
  const view = await scriptView(azure, 'bench', 'step');
  expect(view).toMatchObject({ executionState: 'Succeeded', exitCode: 0, output: 'hello\ndone', error: '' });
  expect(Number(view?.endTime) - Number(view?.startTime)).toBeGreaterThanOrEqual(300_000);
});

test('with asyncExecution the operation only says that the script was launched', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  const { virtualMachineRunCommands: commands } = azure.compute;
  const body = { location: REGION, source: { script: 'Start-Sleep 600' } };
  await done(azure, commands.createOrUpdate(GROUP, 'bench', 'async', { ...body, asyncExecution: true }));
  expect(await scriptView(azure, 'bench', 'async')).toMatchObject({ executionState: 'Running' });
  await done(azure, commands.createOrUpdate(GROUP, 'bench', 'sync', body));
  expect(await scriptView(azure, 'bench', 'sync')).toMatchObject({ executionState: 'Succeeded' });
});

test.each([
  ['exit 3', 3, ''],
  ["Write-Output 'before'\nthrow 'no licence'", 1, 'no licence'],
])(
  '%s fails, and a failed script fails the operation only when asked to',
  async (script, exitCode, error) => {
    const azure = await startAzure();
    await runningVm(azure, 'bench');
    await startScript(azure, 'bench', 'step', script);
    azure.pass(60);
    expect(await scriptView(azure, 'bench', 'step')).toMatchObject({
      executionState: 'Failed',
      exitCode,
      error,
    });
    const { virtualMachineRunCommands: commands } = azure.compute;
    const body = { location: REGION, source: { script }, treatFailureAsDeploymentFailure: true };
    await expect(done(azure, commands.createOrUpdate(GROUP, 'bench', 'strict', body))).rejects.toThrow(
      'VMExtensionProvisioningError',
    );
  },
);

test('a script that is only told to exit in a branch does not', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(
    azure,
    'bench',
    'step',
    'if ($LASTEXITCODE -gt 0) {\n  exit 9\n}\n$x = \'fine\'\nWrite-Output "all $x"',
  );
  azure.pass(300);
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ exitCode: 0, output: 'all fine' });
});

test('only the last 4 KB of output are kept', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'step', `Write-Output '${'a'.repeat(5000)}end'`);
  azure.pass(60);
  const { output = '' } = (await scriptView(azure, 'bench', 'step')) ?? {};
  expect(output).toHaveLength(4096);
  expect(output.endsWith('end')).toBe(true);
});

test('a script that takes too long times out', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'step', 'Start-Sleep -Seconds 5000', { timeoutInSeconds: 600 });
  azure.pass(640);
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ executionState: 'TimedOut' });
});

test('secrets reach the guest and never come back', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'step', 'param($Name, $Key)\nWrite-Output "$Name $Key"', {
    parameters: [{ name: 'Name', value: 'shown' }],
    protectedParameters: [{ name: 'Key', value: 'hidden' }],
    runAsUser: 'builder',
    runAsPassword: 'Correct-Horse-42',
  });
  azure.pass(60);
  expect((await scriptView(azure, 'bench', 'step'))?.output).toBe('shown hidden');
  const path = computeId('virtualMachines/bench/runCommands/step');
  const { body } = await azure.ask('GET', `${path}?api-version=2026-04-01`);
  expect(body.properties).toMatchObject({
    runAsUser: 'builder',
    parameters: [{ name: 'Name', value: 'shown' }],
  });
  expect(body.properties).not.toHaveProperty('protectedParameters');
  expect(body.properties).not.toHaveProperty('runAsPassword');
  expect(body.properties).not.toHaveProperty('instanceView');
  const logged = JSON.stringify(azure.arm.world.log.list());
  expect(logged).not.toContain('hidden');
  expect(logged).not.toContain('Correct-Horse-42');
});

test('a VM that does not run takes no run commands', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await done(azure, azure.compute.virtualMachines.powerOff(GROUP, 'bench'));
  const { virtualMachineRunCommands: commands } = azure.compute;
  const body = { location: REGION, source: { script: 'echo 1' } };
  const refused = await refusal(commands.createOrUpdate(GROUP, 'bench', 'step', body));
  expect(refused).toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
  expect(refused.message).toContain('not running');
  expect(await refusal(commands.createOrUpdate(GROUP, 'nobody', 'step', body))).toMatchObject({
    statusCode: 404,
  });
});

test('an agent that is not ready yet does not take a script', async () => {
  const azure = await startAzure();
  await azure.compute.virtualMachines.createOrUpdate(GROUP, 'bench', vmBody()).submitted();
  const running = () => azure.arm.world.operations.running(computeId('virtualMachines/bench')) === undefined;
  while (!running()) azure.pass(1);
  await startScript(azure, 'bench', 'early', 'echo 1');
  azure.pass(16);
  const command = await azure.compute.virtualMachineRunCommands.getByVirtualMachine(GROUP, 'bench', 'early');
  expect(command.provisioningState).toBe('Failed');
  const [, launch] = azure.arm.world.operations.all();
  expect(launch?.error?.code).toBe('VMAgentStatusCommunicationError');
});

test.each<[string, object]>([
  ['no source', { source: {} }],
  ['two sources', { source: { script: 'a', commandId: 'b' } }],
  ['an empty script', { source: { script: '' } }],
  ['a time-out of nothing', { source: { script: 'a' }, timeoutInSeconds: 0 }],
  ['no region', { source: { script: 'a' }, location: '' }],
])('a run command with %s is refused', async (_, body) => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  const { virtualMachineRunCommands: commands } = azure.compute;
  const request = commands.createOrUpdate(GROUP, 'bench', 'step', { location: REGION, ...body });
  expect(await refusal(request)).toMatchObject({ statusCode: 400 });
});

test('25 run commands stay on a VM, no more; deleting one makes room', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  const { virtualMachineRunCommands: commands } = azure.compute;
  for (let n = 0; n < 25; n += 1) await startScript(azure, 'bench', `step-${n}`, 'Start-Sleep 5000');
  await expect(startScript(azure, 'bench', 'too-many', 'echo 1')).rejects.toMatchObject({ statusCode: 409 });
  azure.pass(60);
  await done(azure, commands.delete(GROUP, 'bench', 'step-3'));
  expect(await refusal(commands.getByVirtualMachine(GROUP, 'bench', 'step-3'))).toMatchObject({
    statusCode: 404,
  });
  await startScript(azure, 'bench', 'fits', 'echo 1');
  const names = [];
  for await (const { name } of commands.listByVirtualMachine(GROUP, 'bench')) names.push(name);
  expect(names).toHaveLength(25);
});

test('a second PUT of the same name waits for the first to launch, then runs what it changed', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'step', 'echo 1');
  await expect(startScript(azure, 'bench', 'step', 'echo 2')).rejects.toMatchObject({ statusCode: 409 });
  azure.pass(60);
  await startScript(azure, 'bench', 'step', 'echo 2');
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ executionState: 'Pending' });
  azure.pass(60);
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ output: '2' });
});

test('a PUT that says the same again runs nothing; deleting the first makes it run', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'step', 'exit 3');
  azure.pass(60);
  const first = await scriptView(azure, 'bench', 'step');
  await startScript(azure, 'bench', 'step', 'exit 3');
  azure.pass(60);
  expect(await scriptView(azure, 'bench', 'step')).toEqual(first);
  await done(azure, azure.compute.virtualMachineRunCommands.delete(GROUP, 'bench', 'step'));
  await startScript(azure, 'bench', 'step', 'exit 3');
  azure.pass(60);
  expect(Number((await scriptView(azure, 'bench', 'step'))?.startTime)).toBeGreaterThan(
    Number(first?.startTime),
  );
});

test('the fault script makes a script fail or hang', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  azure.arm.world.faults.add({
    path: 'runCommands/bad',
    fault: 'fail-script',
    exitCode: 1603,
    message: 'msi',
  });
  azure.arm.world.faults.add({ path: 'runCommands/stuck', fault: 'hang-script' });
  await startScript(azure, 'bench', 'bad', 'msiexec /i app.msi');
  await startScript(azure, 'bench', 'stuck', 'echo 1', { timeoutInSeconds: 900 });
  azure.pass(300);
  expect(await scriptView(azure, 'bench', 'bad')).toMatchObject({ exitCode: 1603, error: 'msi' });
  expect(await scriptView(azure, 'bench', 'stuck')).toMatchObject({ executionState: 'Running' });
});
