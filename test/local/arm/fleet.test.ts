import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startArm } from '../../../infra/local/arm/arm.ts';
import { fleet, SUBSCRIPTION, type FleetOptions } from '../../../infra/local/arm/fleet.ts';
import { findBlob } from '../../../infra/local/arm/storage/blobs.ts';
import { startClock } from '../../../infra/local/clock.ts';

const readme = readFileSync(join(import.meta.dirname, '../../../infra/local/arm/README.md'), 'utf8');
const table = readme.slice(readme.indexOf('## What a new local cloud holds'));
const told = [...table.matchAll(/^\| [\w ]+ \| `([^`]+)` \|/gm)].map(([, name = '']) => name);
const groups = {
  S1: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-images/providers`,
  S2: '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-partner/providers',
};
const idOf = (name: string) => name.replace(/^S[12]/, (group) => groups[group as keyof typeof groups]);

async function newCloud(options: FleetOptions = {}) {
  const clock = startClock({ startAt: Date.parse('2026-03-10T08:00:00Z') });
  const none = { testHosts: 0, productionHosts: 0, people: 0 };
  const arm = await startArm({ clock, fleet: fleet({ ...none, ...options }) });
  onTestFinished(() => arm.stop());
  return arm;
}

test('a new local cloud holds what its README says', async () => {
  const { world } = await newCloud();
  expect(told.length).toBeGreaterThan(18);
  const missing = told.filter((name) =>
    name.startsWith('https:') ? !findBlob(world, name) : !world.resources.find(idOf(name)),
  );
  expect(missing).toEqual([]);
});

test('the golden VM runs, and its disk and interface are its own', async () => {
  const { url } = await newCloud();
  const at = `${url}${groups.S1}/Microsoft.Compute/virtualMachines`;
  const ask = async (name: string) => {
    const answer = await fetch(`${at}/${name}/instanceView?api-version=2026-04-01`, {
      headers: { authorization: 'Bearer test' },
    });
    const { statuses } = (await answer.json()) as { statuses: { code: string }[] };
    return statuses.map(({ code }) => code);
  };
  expect(await ask('vm-golden')).toEqual(['ProvisioningState/succeeded', 'PowerState/running']);
  expect(await ask('vm-generalized')).toEqual([
    'ProvisioningState/succeeded',
    'OSState/generalized',
    'PowerState/deallocated',
  ]);
});

test('The desktops that stand alone are those that the README names, and no others are there when none are wanted.', async () => {
  const names = [
    ...table.matchAll(/^\| (?:`hp-[a-z]+`|none) \| `([\w-]+?)(\d)`(?: to `[\w-]+?(\d)`)? in `([\w-]+)`/gm),
  ];
  const expected = names.flatMap(([, prefix = '', first = '0', last = first, group = '']) =>
    Array.from(
      { length: Number(last) - Number(first) + 1 },
      (_, n) => `${group}/${prefix}${Number(first) + n}`,
    ),
  );
  expect(expected.length).toBe(8);
  const machines = ({ world }: Awaited<ReturnType<typeof newCloud>>) =>
    world.resources
      .list({ type: 'Microsoft.Compute/virtualMachines' })
      .map(({ id, name }) => `${/resourceGroups\/([^/]+)/.exec(id)?.[1] ?? ''}/${name}`)
      .filter((path) => path.startsWith('rg-vms/') || path.startsWith('rg-personal/'));
  expect(machines(await newCloud())).toEqual(expected);
  expect(machines(await newCloud({ vmHosts: 0, personalHosts: 0 }))).toEqual([]);
});
