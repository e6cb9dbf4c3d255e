import { afterEach, beforeEach, expect, test } from 'vitest';
import { refused, type Cloud } from './support/cloud.ts';
import { addImage } from './support/images.ts';
import { joining, openVms, PASSWORD, replaced, seen, VMS } from './support/stand-alone.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openVms();
});
afterEach(async () => {
  await cloud.close();
});

const extensions = () => cloud.compute.virtualMachineExtensions;
const fresh = () => replaced(cloud, 'avdvm-0', addImage(cloud, '1.0.0'));
const view = (name: string) => extensions().get(VMS, 'avdvm-0', name, { expand: 'instanceView' });

function adding(type: string, publisher: string, more: object = {}, name = type) {
  return extensions().createOrUpdate(VMS, 'avdvm-0', name, {
    location: 'westeurope',
    publisher,
    typePropertiesType: type,
    typeHandlerVersion: '1.0',
    ...more,
  });
}
const monitor = (name?: string) => adding('AzureMonitorWindowsAgent', 'Microsoft.Azure.Monitor', {}, name);
const script = (more: object) => adding('CustomScriptExtension', 'Microsoft.Compute', more);
const entra = () => adding('AADLoginForWindows', 'Microsoft.Azure.ActiveDirectory');

test('The extensions of a machine are listed and shown, with it and by themselves.', async () => {
  const { value = [] } = await extensions().list(VMS, 'avdvm-0');
  const shown = value.map(({ name, typePropertiesType, provisioningState }) => [
    name,
    typePropertiesType,
    provisioningState,
  ]);
  expect(shown).toEqual([
    ['joindomain', 'JsonADDomainExtension', 'Succeeded'],
    ['AzureMonitorWindowsAgent', 'AzureMonitorWindowsAgent', 'Succeeded'],
  ]);
  const { resources = [] } = await cloud.compute.virtualMachines.get(VMS, 'avdvm-0');
  expect(resources.map(({ name }) => name)).toEqual(['joindomain', 'AzureMonitorWindowsAgent']);
  expect((await view('joindomain')).instanceView?.statuses?.[0]?.code).toBe('ProvisioningState/succeeded');
});

test('A machine made anew has no extensions; joining it takes minutes and a restart, and no answer tells the password.', async () => {
  await fresh();
  expect((await extensions().list(VMS, 'avdvm-0')).value).toEqual([]);
  const started = cloud.clock.now();
  await seen(cloud, joining(cloud, 'avdvm-0', PASSWORD));
  expect(cloud.clock.now() - started).toBeGreaterThan(60_000);
  const joined = await view('joindomain');
  expect(joined.provisioningState).toBe('Succeeded');
  expect(joined.instanceView?.statuses?.[0]?.message).toBe("Join completed for Domain 'corp.contoso.com'");
  expect(JSON.stringify(joined)).not.toContain(PASSWORD);
  expect(joined.settings).toMatchObject({ Name: 'corp.contoso.com' });
  const directory = await cloud.local('GET', '/local/directory');
  expect(JSON.stringify(directory)).not.toContain(PASSWORD);
});

test.each<[string, string | undefined, object]>([
  ['no password', undefined, {}],
  ['a wrong password', 'Wrong-Horse-42', {}],
  ['an unknown account', PASSWORD, { User: 'somebody@corp.contoso.com' }],
  ['an unknown domain', PASSWORD, { Name: 'elsewhere.contoso.com' }],
])('With %s the join fails, Azure says so little, and the machine has failed.', async (_, password, more) => {
  await fresh();
  const { Name = 'corp.contoso.com' } = more as { Name?: string };
  await expect(seen(cloud, joining(cloud, 'avdvm-0', password, more))).rejects.toThrow(
    `VMExtensionProvisioningError. VM has reported a failure when processing extension 'joindomain' (publisher ` +
      `'Microsoft.Compute' and type 'JsonADDomainExtension'). Error message: 'Exception(s) occured while joining ` +
      `Domain '${Name}''`,
  );
  expect((await view('joindomain')).provisioningState).toBe('Failed');
  expect((await cloud.compute.virtualMachines.get(VMS, 'avdvm-0')).provisioningState).toBe('Failed');
  // Nothing else goes onto it until that is mended; then all is well.
  await expect(seen(cloud, monitor())).rejects.toThrow(/'joindomain' is in a failed provisioning state/);
  await seen(cloud, extensions().delete(VMS, 'avdvm-0', 'AzureMonitorWindowsAgent'));
  await seen(cloud, joining(cloud, 'avdvm-0', PASSWORD));
  expect((await cloud.compute.virtualMachines.get(VMS, 'avdvm-0')).provisioningState).toBe('Succeeded');
});

test('A computer’s account is used again only by who made it.', async () => {
  await fresh();
  await cloud.local('PUT', '/local/directory', { users: { 'svc-other': 'Other-Horse-42' } });
  const other = joining(cloud, 'avdvm-0', 'Other-Horse-42', { User: 'CORP\\svc-other' });
  await expect(seen(cloud, other)).rejects.toThrow(/occured while joining/);
  await cloud.local('DELETE', '/local/directory/accounts/avdvm-0');
  await seen(cloud, joining(cloud, 'avdvm-0', 'Other-Horse-42', { User: 'CORP\\svc-other' }));
});

test('Entra ID takes a machine with an identity of its own, and no second device of a name.', async () => {
  await fresh();
  await expect(seen(cloud, entra())).rejects.toThrow(/no system-assigned managed identity/);
  const identity = { type: 'SystemAssigned' as const };
  await seen(cloud, cloud.compute.virtualMachines.update(VMS, 'avdvm-0', { identity }));
  await seen(cloud, entra());
  await fresh();
  await seen(cloud, cloud.compute.virtualMachines.update(VMS, 'avdvm-0', { identity }));
  await expect(seen(cloud, entra())).rejects.toThrow(/property hostnames already exists/);
  await cloud.local('DELETE', '/local/directory/devices/avdvm-0');
  await seen(cloud, entra());
});

test('One extension at a time; the machine is busy meanwhile, and only its deletion takes the place of it.', async () => {
  await fresh();
  const { virtualMachines } = cloud.compute;
  await joining(cloud, 'avdvm-0', PASSWORD).submitted();
  expect((await virtualMachines.get(VMS, 'avdvm-0')).provisioningState).toBe('Updating');
  await expect(monitor().submitted()).rejects.toEqual(refused(409, 'Conflict'));
  await expect(virtualMachines.deallocate(VMS, 'avdvm-0').submitted()).rejects.toEqual(refused(409));
  await seen(cloud, virtualMachines.delete(VMS, 'avdvm-0'));
  await expect(view('joindomain')).rejects.toEqual(refused(404));
});

test.each<[string, object, RegExp]>([
  ['no command', {}, /commandToExecute must be/],
  [
    'two commands',
    { settings: { commandToExecute: 'a' }, protectedSettings: { commandToExecute: 'b' } },
    /is in both/,
  ],
  [
    'a file that is not there',
    { settings: { commandToExecute: 'a', fileUris: ['https://nowhere.contoso.com/a.ps1'] } },
    /Failed to download/,
  ],
])('A script with %s fails.', async (_, more, message) => {
  await fresh();
  await expect(seen(cloud, script(more))).rejects.toThrow(message);
});

test('A script of which Azure shows nothing works; the same again changes nothing.', async () => {
  await fresh();
  const secret = { protectedSettings: { commandToExecute: 'powershell -File a.ps1' } };
  await seen(cloud, script(secret));
  const { settings, protectedSettings, instanceView } = await view('CustomScriptExtension');
  expect([settings, protectedSettings]).toEqual([undefined, undefined]);
  await cloud.pass(60);
  await seen(cloud, script(secret));
  expect((await view('CustomScriptExtension')).instanceView).toEqual(instanceView);
});

test('Azure refuses what it does not know, a second of a kind, and any on a machine that is off or not there.', async () => {
  const unknown = adding('Nothing', 'Nobody').submitted();
  await expect(unknown).rejects.toEqual(refused(404, 'ArtifactNotFound'));
  await expect(monitor('second').submitted()).rejects.toEqual(
    refused(400, 'BadRequest', /Multiple VMExtensions per handler/),
  );
  const unversioned = monitorWith({ typeHandlerVersion: 'newest' }).submitted();
  await expect(unversioned).rejects.toEqual(refused(400, 'InvalidParameter'));
  const both = { protectedSettings: {}, protectedSettingsFromKeyVault: { secretUrl: 'x', sourceVault: {} } };
  await expect(script(both).submitted()).rejects.toEqual(refused(400, 'InvalidParameter'));
  await expect(extensions().get(VMS, 'nobody', 'joindomain')).rejects.toEqual(refused(404));
  await seen(cloud, cloud.compute.virtualMachines.deallocate(VMS, 'avdvm-0'));
  const off = monitorWith({ forceUpdateTag: '2' }).submitted();
  await expect(off).rejects.toEqual(refused(409, 'OperationNotAllowed', /not running/));
});

const monitorWith = (more: object) =>
  adding('AzureMonitorWindowsAgent', 'Microsoft.Azure.Monitor', more, 'AzureMonitorWindowsAgent');

test('Azure reads the protected settings from a vault where it is told to.', async () => {
  await fresh();
  const named = (secret: string) => ({
    settings: { Name: 'corp.contoso.com', User: 'svc-join@corp.contoso.com', Restart: 'true' },
    protectedSettingsFromKeyVault: {
      secretUrl: `https://kv-images.vault.azure.net/secrets/${secret}`,
      sourceVault: { id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv-images' },
    },
  });
  const put = (secret: string) =>
    adding('JsonADDomainExtension', 'Microsoft.Compute', named(secret), 'joindomain');
  await expect(put('nothing').submitted()).rejects.toEqual(refused(400, 'InvalidParameter'));
  await seen(cloud, put('domain-join'));
  expect((await view('joindomain')).provisioningState).toBe('Succeeded');
});

test('An agent that never reports fails an extension after twenty minutes.', async () => {
  await fresh();
  await cloud.local('POST', '/local/guests/avdvm-0', { killAgent: true });
  const started = cloud.clock.now();
  await expect(seen(cloud, monitor())).rejects.toThrow(/VMAgentStatusCommunicationError/);
  expect(cloud.clock.now() - started).toBeGreaterThan(20 * 60_000);
});
