import { expect, test } from 'vitest';
import { addFile } from '../../../infra/local/arm/web/web.ts';
import { computeId, done, GROUP, REGION, startAzure, type Azure } from './azure.ts';
import { runningVm, scriptView, startScript, vmBody } from './bench.ts';

const PASSWORD = 'Correct-Horse-42';

async function bench(): Promise<Azure> {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  return azure;
}

async function ended(azure: Azure, name: string, script: string, more: object = {}) {
  await startScript(azure, 'bench', name, script, more);
  azure.pass(240);
  return await scriptView(azure, 'bench', name);
}

test('a script runs as the account it is given, in a profile of its own', async () => {
  const azure = await bench();
  const view = await ended(azure, 'who', '"$env:USERNAME $env:TEMP"', {
    runAsUser: '.\\builder',
    runAsPassword: PASSWORD,
  });
  expect(view?.output).toBe('builder C:\\Users\\builder\\AppData\\Local\\Temp');
  expect((await ended(azure, 'profiles', 'Get-ChildItem C:\\Users -Name'))?.output).toContain('builder');
  expect((await ended(azure, 'system', '$env:USERNAME'))?.output).toBe('bench$');
});

test.each<[string, object]>([
  ['another password', { runAsUser: 'builder', runAsPassword: 'wrong' }],
  ['no password', { runAsUser: 'builder' }],
  ['somebody unknown', { runAsUser: 'maria', runAsPassword: PASSWORD }],
])('with %s the script is not even started', async (_, more) => {
  const azure = await bench();
  const view = await ended(azure, 'step', "Set-Content C:\\ran.txt 'x'", more);
  expect(view).toMatchObject({ executionState: 'Failed' });
  expect(view?.exitCode).toBeUndefined();
  expect(view?.executionMessage).toContain('The user name or password is incorrect');
  expect((await ended(azure, 'look', 'Test-Path C:\\ran.txt'))?.output).toBe('False');
});

test('without the Secondary Logon service nobody else can run anything', async () => {
  const azure = await bench();
  await ended(azure, 'off', 'Set-Service seclogon -StartupType Disabled');
  const view = await ended(azure, 'step', "'x'", { runAsUser: 'builder', runAsPassword: PASSWORD });
  expect(view?.executionMessage).toContain('Secondary Logon');
});

const BLOBS = {
  outputBlobUri: 'https://stlogs.blob.core.windows.net/logs/1.0.0/apps.out',
  errorBlobUri: 'https://stlogs.blob.core.windows.net/logs/1.0.0/apps.err',
};
const IDENTITY =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-builder';

test('the whole output goes to a blob that the machine’s identity may write, the view keeps the end', async () => {
  const azure = await startAzure();
  const identity = { type: 'UserAssigned', userAssignedIdentities: { [IDENTITY]: {} } } as const;
  await done(azure, azure.compute.virtualMachines.createOrUpdate(GROUP, 'bench', { ...vmBody(), identity }));
  azure.pass(120);
  const as = { clientId: '7c3f0a10-0000-4000-8000-000000000001' };
  const more = { ...BLOBS, outputBlobManagedIdentity: as, errorBlobManagedIdentity: as };
  const script = `Write-Output '${'a'.repeat(5000)}'\nWrite-Error 'bad'`;
  expect((await ended(azure, 'apps', script, more))?.output).toHaveLength(4096);
  const { body } = await azure.ask('GET', '/local/blobs-written');
  expect(body.value).toMatchObject([
    { uri: BLOBS.outputBlobUri, text: 'a'.repeat(5000) },
    { uri: BLOBS.errorBlobUri, text: 'bad' },
  ]);
});

test.each<[string, object]>([
  [
    'no identity on the machine',
    { outputBlobManagedIdentity: { clientId: '7c3f0a10-0000-4000-8000-000000000001' } },
  ],
  ['a system identity it has not', { outputBlobManagedIdentity: {} }],
  ['neither identity nor signature', {}],
])('%s: nothing is written and nothing is run', async (_, more) => {
  const azure = await bench();
  const view = await ended(azure, 'apps', "'x'", { outputBlobUri: BLOBS.outputBlobUri, ...more });
  expect(view).toMatchObject({ executionState: 'Failed' });
  expect(view?.executionMessage).toContain('append blob');
  expect((await azure.ask('GET', '/local/blobs-written')).body.value).toEqual([]);
});

test('a signature is enough, and is in no log', async () => {
  const azure = await bench();
  const outputBlobUri = `${BLOBS.outputBlobUri}?sv=2024-11-04&sig=verysecret%3D`;
  expect(await ended(azure, 'apps', "'x'", { outputBlobUri })).toMatchObject({ exitCode: 0 });
  expect(JSON.stringify(azure.arm.world.log.list())).not.toContain('verysecret');
});

test('a script is fetched from its address by the machine', async () => {
  const azure = await bench();
  const { virtualMachineRunCommands: commands } = azure.compute;
  const from = async (name: string, scriptUri: string) => {
    const body = { location: REGION, source: { scriptUri }, asyncExecution: true };
    await commands.createOrUpdate(GROUP, 'bench', name, body).submitted();
    azure.pass(120);
    return await scriptView(azure, 'bench', name);
  };
  expect((await from('there', 'https://downloads.contoso.example/configure.ps1'))?.output).toContain(
    'configured for headquarters',
  );
  addFile(azure.arm.world, { uri: 'https://here.example/a.ps1', content: "'fetched'" });
  expect((await from('new', 'https://here.example/a.ps1'))?.output).toBe('fetched');
  expect(await from('gone', 'https://nowhere.example/a.ps1')).toMatchObject({ executionState: 'Failed' });
});

test('what a script has said is seen while it runs, and kept when it runs out of time', async () => {
  const azure = await bench();
  await startScript(azure, 'bench', 'slow', "'begun'; Start-Sleep 5000; 'never'", { timeoutInSeconds: 300 });
  azure.pass(60);
  expect(await scriptView(azure, 'bench', 'slow')).toMatchObject({
    executionState: 'Running',
    output: 'begun',
  });
  azure.pass(300);
  expect(await scriptView(azure, 'bench', 'slow')).toMatchObject({
    executionState: 'TimedOut',
    output: 'begun',
  });
});

test('PATCH changes what it names, and what is new runs', async () => {
  const azure = await bench();
  await ended(azure, 'step', "'one'");
  const path = `${computeId('virtualMachines/bench/runCommands/step')}?api-version=2026-04-01`;
  const reply = await azure.ask('PATCH', path, {
    tags: { a: 'b' },
    properties: { source: { script: "'two'" } },
  });
  expect(reply.status).toBe(200);
  azure.pass(60);
  expect(await scriptView(azure, 'bench', 'step')).toMatchObject({ output: 'two' });
  const other = computeId('virtualMachines/bench/runCommands/none');
  expect((await azure.ask('PATCH', `${other}?api-version=2026-04-01`, {})).status).toBe(404);
});

test('sysprep can be made to hang, to fail and to lie by the request that begins it', async () => {
  const azure = await bench();
  azure.arm.world.faults.add({ path: 'runCommands/seal', fault: 'stuck-sysprep' });
  await startScript(azure, 'bench', 'seal', "Start-Process sysprep.exe '/oobe /generalize /quit' -Wait", {
    timeoutInSeconds: 1800,
  });
  azure.pass(1700);
  expect(await scriptView(azure, 'bench', 'seal')).toMatchObject({ executionState: 'Running' });
  azure.pass(200);
  expect(await scriptView(azure, 'bench', 'seal')).toMatchObject({ executionState: 'TimedOut' });
});
