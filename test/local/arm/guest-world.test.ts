import { expect, test } from 'vitest';
import { done, GROUP, startAzure, type Azure } from './azure.ts';
import {
  createVersion,
  BENCH,
  definitionBody,
  runningVm,
  scriptView,
  startScript,
  versionBody,
  vmBody,
} from './bench.ts';

/** A script run to its end; how it ended. */
async function ran(azure: Azure, name: string, script: string, vm = 'bench') {
  await startScript(azure, vm, name, script);
  for (let looks = 0; looks < 120; looks += 1) {
    azure.pass(15);
    const view = await scriptView(azure, vm, name);
    if (view?.executionState !== 'Pending' && view?.executionState !== 'Running') return view;
  }
  throw new Error(`${name} does not end`);
}

test('what is in a guest is captured with it, and is in the machines made from the image', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await ran(
    azure,
    'install',
    "New-Item -ItemType Directory 'C:\\Contoso' | Out-Null\nSet-Content 'C:\\Contoso\\a.txt' 'one'",
  );
  await ran(azure, 'seal', "Start-Process sysprep.exe '/oobe /generalize /quit' -Wait");
  await done(azure, azure.compute.virtualMachines.deallocate(GROUP, 'bench'));
  await azure.compute.virtualMachines.generalize(GROUP, 'bench');
  await done(azure, azure.compute.galleries.createOrUpdate(GROUP, 'gal', { location: 'westeurope' }));
  await done(azure, azure.compute.galleryImages.createOrUpdate(GROUP, 'gal', 'win11', definitionBody()));
  await done(azure, createVersion(azure, versionBody(BENCH)));
  const image = { id: BENCH.replace('virtualMachines/bench', 'galleries/gal/images/win11/versions/1.0.0') };
  await runningVm(azure, 'copy', { image });
  const read =
    "Get-Content 'C:\\Contoso\\a.txt'\n(Get-CimInstance SoftwareLicensingService).RemainingWindowsReArmCount";
  expect((await ran(azure, 'read', read, 'copy'))?.output).toBe('one\n1000');
});

test('a guest can be made dirty as it runs, and looked into', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  const reply = await azure.ask('POST', '/local/guests/bench', {
    is: ['bitlocker', 'profiles'],
    registry: { 'HKLM:\\SOFTWARE\\Contoso': { Site: 'oslo' } },
    services: { Spooler: 'Running' },
  });
  expect(reply.status).toBe(200);
  const script =
    "(Get-BitLockerVolume -MountPoint 'C:').VolumeStatus; (Get-ChildItem C:\\Users -Name) -join ' '; (Get-ItemProperty HKLM:\\SOFTWARE\\Contoso).Site";
  expect((await ran(azure, 'look', script))?.output).toBe('FullyEncrypted\nDefault maria Public\noslo');
  const { body } = await azure.ask('GET', '/local/guests/bench');
  expect(body).toMatchObject({
    power: 'running',
    users: ['builder'],
    system: { bitLocker: 'FullyEncrypted' },
  });
  expect(JSON.stringify(body)).not.toContain('Correct-Horse');
  expect((await azure.ask('POST', '/local/guests/bench', { is: ['nonsense'] })).status).toBe(400);
  expect((await azure.ask('POST', '/local/guests/nobody', {})).status).toBe(404);
});

test('dirt can wait for the guests that are made from an image', async () => {
  const azure = await startAzure();
  await azure.ask('POST', '/local/dirt', {
    image: 'win11-24h2-avd',
    vm: '^dirty',
    is: ['domain-joined', 'big-disk'],
  });
  await runningVm(azure, 'dirty-1');
  await runningVm(azure, 'clean-1');
  const script =
    '(Get-CimInstance Win32_ComputerSystem).PartOfDomain; [math]::Round((Get-Disk -Number 0).Size / 1GB)';
  expect((await ran(azure, 'look', script, 'dirty-1'))?.output).toBe('True\n256');
  expect((await ran(azure, 'look', script, 'clean-1'))?.output).toBe('False\n127');
  await azure.ask('DELETE', '/local/dirt');
  expect((await azure.ask('GET', '/local/dirt')).body.value).toEqual([]);
});

test('what guests download can be put there, replaced and taken away', async () => {
  const azure = await startAzure();
  const uri = 'https://files.example/setup.exe';
  const file = { uri, content: 'setup', installer: { exitCode: 1603, seconds: 5 } };
  const { body } = await azure.ask('POST', '/local/web', file);
  expect(body.sha256).toMatch(/^[\da-f]{64}$/);
  await runningVm(azure, 'bench');
  const script = `Invoke-WebRequest '${uri}' -OutFile C:\\setup.exe\n& C:\\setup.exe /quiet\nexit $LASTEXITCODE`;
  expect(await ran(azure, 'one', script)).toMatchObject({ exitCode: 1603 });
  await azure.ask('DELETE', `/local/web?uri=${encodeURIComponent(uri)}`);
  expect((await ran(azure, 'two', script))?.error).toContain('could not be resolved');
});

test('a Linux machine runs sh, and PowerShell in it fails', async () => {
  const azure = await startAzure();
  const image = { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' };
  await runningVm(azure, 'bench', { image });
  expect(
    (await ran(azure, 'sh', 'echo "$(hostname) $((1))" | cut -c1-5; [ -e /home/builder ] && echo home'))
      ?.output,
  ).toContain('home');
  expect(await ran(azure, 'ps', "Write-Output 'x'")).toMatchObject({
    executionState: 'Failed',
    exitCode: 127,
  });
  const { instanceView } = await azure.compute.virtualMachines.get(GROUP, 'bench', {
    expand: 'instanceView',
  });
  expect(instanceView?.osName).toContain('Ubuntu');
  const commands = azure.compute.virtualMachineRunCommands;
  const body = { location: 'westeurope', source: { commandId: 'RunPowerShellScript' } };
  await expect(commands.createOrUpdate(GROUP, 'bench', 'wrong', body).submitted()).rejects.toMatchObject({
    statusCode: 400,
  });
});

const agentOf = async (azure: Azure) => {
  const { vmAgent } = await azure.compute.virtualMachines.instanceView(GROUP, 'bench');
  const [status] = vmAgent?.statuses ?? [];
  return { shown: status?.displayStatus, at: status?.time?.getTime() ?? 0 };
};

test('the agent reports each half minute, and after a restart its old word stands for a while', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  const now = () => azure.arm.world.timeline.now();
  const before = await agentOf(azure);
  expect(now() - before.at).toBeLessThan(30_000);
  azure.pass(30);
  expect((await agentOf(azure)).at).toBe(before.at + 30_000);
  const restartedAt = now();
  await done(azure, azure.compute.virtualMachines.restart(GROUP, 'bench'));
  // Up again, its agent not yet: Azure still says Ready, of a moment before the restart.
  const meanwhile = await agentOf(azure);
  azure.pass(120);
  const after = await agentOf(azure);
  expect(after.at).toBeGreaterThan(restartedAt);
  expect(after.shown).toBe('Ready');
  if (meanwhile.at <= restartedAt) expect(meanwhile.shown).toBe('Ready');
});

test('an agent that dies is believed for some minutes, and what it ran is never heard of again', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  azure.arm.world.faults.add({ path: 'runCommands/last', fault: 'kill-agent' });
  await startScript(azure, 'bench', 'last', "Write-Output 'x'", { timeoutInSeconds: 600 });
  azure.pass(60);
  expect((await agentOf(azure)).shown).toBe('Ready');
  azure.pass(3600);
  expect((await agentOf(azure)).shown).toBe('Not Ready');
  expect(await scriptView(azure, 'bench', 'last')).toMatchObject({ executionState: 'Running' });
  await done(azure, azure.compute.virtualMachines.restart(GROUP, 'bench'));
  azure.pass(120);
  expect((await agentOf(azure)).shown).toBe('Ready');
});

test('a specialized or unsealed machine keeps its own users; vmBody’s administrator is one', async () => {
  const azure = await startAzure();
  await done(azure, azure.compute.virtualMachines.createOrUpdate(GROUP, 'bench', vmBody()));
  azure.pass(120);
  expect((await ran(azure, 'users', "(Get-LocalUser).Name -join ' '"))?.output).toBe('builder');
});
