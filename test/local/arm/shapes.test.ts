import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { computeId, done, GROUP, type Azure } from './azure.ts';
import { createVersion, BENCH, readyToCapture, runningVm, startScript, versionBody } from './bench.ts';
import { createFrom, define, disk, onDisk, snapshot, vhd, withSources } from './sources.ts';

interface Finding {
  readonly level: string;
  readonly path: string;
  readonly message: string;
}

interface Validator {
  readonly loadTypes: () => unknown;
  readonly validate: (
    types: unknown,
    type: string,
    version: string,
    body: unknown,
    mode: object,
  ) => Finding[];
}

// Azure's own types are not part of this repository; where they lie beside it, answers are held against them.
const folder = join(import.meta.dirname, '../../../../shared/arm-types');

/** One resource of every kind, each as far along as it gets. */
async function everything(): Promise<Azure> {
  const azure = await readyToCapture();
  await done(azure, createVersion(azure, versionBody(BENCH, ['westeurope', 'eastus'])));
  await runningVm(azure, 'running');
  await startScript(azure, 'running', 'step', 'Write-Output 1', { parameters: [{ name: 'a', value: 'b' }] });
  azure.pass(60);
  const { virtualMachineExtensions } = azure.compute;
  const publisher = 'Microsoft.Azure.Monitor';
  const type = { publisher, typePropertiesType: 'AzureMonitorWindowsAgent', typeHandlerVersion: '1.0' };
  const settings = { settings: { a: 'b' }, protectedSettings: { c: 'd' } };
  const agent = { location: 'westeurope', ...type, ...settings };
  await done(azure, virtualMachineExtensions.createOrUpdate(GROUP, 'running', 'monitor', agent));
  return azure;
}

const asked: readonly (readonly [string, string, string, string?])[] = [
  [
    'Microsoft.Compute/virtualMachines/extensions',
    '2026-04-01',
    'virtualMachines/running/extensions/monitor',
    'instanceView',
  ],
  ['Microsoft.Compute/galleries', '2025-12-03', 'galleries/gal'],
  ['Microsoft.Compute/galleries/images', '2025-12-03', 'galleries/gal/images/win11'],
  [
    'Microsoft.Compute/galleries/images/versions',
    '2025-12-03',
    'galleries/gal/images/win11/versions/1.0.0',
    'ReplicationStatus',
  ],
  ['Microsoft.Compute/virtualMachines', '2026-04-01', 'virtualMachines/running', 'instanceView'],
  ['Microsoft.Compute/virtualMachines', '2026-04-01', 'virtualMachines/bench', 'instanceView'],
  [
    'Microsoft.Compute/virtualMachines/runCommands',
    '2026-04-01',
    'virtualMachines/running/runCommands/step',
    'instanceView',
  ],
];

/** One of every source, and a version made of disks. */
async function sources(): Promise<Azure> {
  const azure = await withSources();
  await define(azure, 'supported');
  const dataDiskImages = [
    { lun: 0, source: snapshot('snap-data') },
    { lun: 1, source: disk('disk-data') },
  ];
  await done(azure, createFrom(azure, { osDiskImage: { source: vhd('win2022') }, dataDiskImages }));
  await done(
    azure,
    azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', onDisk('disk-os-specialized')),
  );
  return azure;
}

const askedOfSources: readonly (readonly [string, string, string, string?])[] = [
  ['Microsoft.Compute/snapshots', '2026-03-02', 'snapshots/snap-os-specialized'],
  ['Microsoft.Compute/disks', '2026-03-02', 'disks/disk-os-specialized'],
  ['Microsoft.Compute/disks', '2026-03-02', 'disks/disk-data'],
  ['Microsoft.Compute/images', '2026-04-01', 'images/img-win2022'],
  ['Microsoft.Compute/virtualMachines', '2026-04-01', 'virtualMachines/made', 'instanceView'],
  ['Microsoft.Compute/virtualMachines', '2026-04-01', 'virtualMachines/vm-golden', 'instanceView'],
  [
    'Microsoft.Compute/galleries/images/versions',
    '2025-12-03',
    'galleries/gal/images/image/versions/1.0.0',
    'ReplicationStatus',
  ],
];

test('what the simulator answers of sources is what Azure says they look like', async () => {
  if (!existsSync(folder)) return;
  const { loadTypes, validate } = (await import(
    pathToFileURL(join(folder, 'validate-arm-body.mjs')).href
  )) as Validator;
  const types = loadTypes();
  const azure = await sources();
  const found: string[] = [];
  for (const [type, version, path, expand] of askedOfSources) {
    const query = `?api-version=${version}${expand === undefined ? '' : `&$expand=${expand}`}`;
    const { status, body } = await azure.ask('GET', computeId(path) + query);
    expect(status).toBe(200);
    for (const { level, path: at, message } of validate(types, type, version, body, { response: true })) {
      if (!message.endsWith('(open enum)')) found.push(`${type} ${level} ${at}: ${message}`);
    }
  }
  expect(found).toEqual([]);
});

test('what the simulator answers is what Azure says its resources look like', async () => {
  if (!existsSync(folder))
    return console.warn(`No ARM types at ${folder}: answers were not held against them.`);
  const { loadTypes, validate } = (await import(
    pathToFileURL(join(folder, 'validate-arm-body.mjs')).href
  )) as Validator;
  const types = loadTypes();
  const azure = await everything();
  const group = azure.arm.world.resources.require(BENCH).id.replace(/virtualMachines\/.*/, '');
  const found: string[] = [];
  const hold = (type: string, version: string, body: unknown) => {
    for (const { level, path, message } of validate(types, type, version, body, { response: true })) {
      // Azure lists the sizes it had at some time; newer ones are as good.
      if (!message.endsWith('(open enum)')) found.push(`${type} ${level} ${path}: ${message}`);
    }
  };
  for (const [type, version, path, expand] of asked) {
    const query = `?api-version=${version}${expand === undefined ? '' : `&$expand=${expand}`}`;
    const { status, body } = await azure.ask('GET', group + path + query);
    expect(status).toBe(200);
    hold(type, version, body);
  }
  for await (const { name = '' } of azure.compute.disks.listByResourceGroup(GROUP)) {
    const { body } = await azure.ask('GET', `${group}disks/${name}?api-version=2026-03-02`);
    hold('Microsoft.Compute/disks', '2026-03-02', body);
  }
  expect(found).toEqual([]);
});
