import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint } from '../shared/api/endpoint.ts';
import { history } from '../shared/api/list-endpoint.ts';
import { accepted } from '../shared/http.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { ChangedRegionAnswer, RegionsAnswer } from '../shared/replication/answers.ts';
import { PutRegion, RegionName, RepairRegion } from '../shared/replication/request-bodies.ts';
import { changedRegionView, replicationView } from '../shared/replication/view.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const regionsOf = 'image-sets/{set}/versions/{version}/regions';
const version = { set: SetName, version: z.string().describe('The number of a version, such as 1.4.0.') };
const path = { ...version, region: RegionName };

/** 202: Azure takes one change of a version at a time, so that this one may have to wait. */
const answers = {
  202: {
    about: 'The region as it stands now; the change may have to wait for another.',
    body: ChangedRegionAnswer,
    headers: ['Operation-Location', 'Retry-After'],
  },
} as const;

async function taken(set: string, number: string, changed: Parameters<typeof changedRegionView>[0]) {
  const { monitors, address } = runningApp();
  const operation = await monitors.of('region', `${set}.${number}.${changed.name}`);
  const at = address(`image-sets/${set}/versions/${number}/regions`);
  return accepted(address(`operations/${operation}`), at, changedRegionView(changed));
}

app.http(
  ...endpoint({
    name: 'list-regions',
    method: 'GET',
    route: regionsOf,
    role: 'reader',
    about: 'The regions of a version, and how far its copy in each is.',
    path: version,
    answers: { 200: { about: 'The regions.', body: RegionsAnswer } },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { set, version: number } }) => ({
      jsonBody: replicationView(await runningApp().replication.regions(set, number)),
    }),
  }),
);

app.http(
  ...history({
    name: 'get-regions-history',
    route: `${regionsOf}/history`,
    about: 'All that happened to its regions, oldest first.',
    path: version,
    lines: async (part, { set, version: number }) =>
      await runningApp().replication.history(set, number, part),
  }),
);

app.http(
  ...endpoint({
    name: 'put-region',
    method: 'PUT',
    route: `${regionsOf}/{region}`,
    role: 'operator',
    about: 'Adds a region to a version, or changes what is wanted of it.',
    path,
    body: PutRegion,
    answers,
    refuses: ['InvalidPhase', 'ImmutableField', 'RegionIsSource'],
    handle: async ({ path: { set, version: number, region }, body }) =>
      await taken(set, number, await runningApp().replication.put(set, number, region, body)),
  }),
);

app.http(
  ...endpoint({
    name: 'remove-region',
    method: 'DELETE',
    route: `${regionsOf}/{region}`,
    role: 'operator',
    about: 'Takes a region away from a version, where nobody depends on it.',
    path,
    answers,
    refuses: ['InvalidPhase', 'RegionInUse', 'RegionIsSource', 'Throttled', 'AzureRefused'],
    handle: async ({ path: { set, version: number, region }, caller }) =>
      await taken(set, number, await runningApp().replication.remove(set, number, region, caller.name)),
  }),
);

app.http(
  ...endpoint({
    name: 'repair-region',
    method: 'POST',
    route: `${regionsOf}/{region}/repair`,
    role: 'operator',
    about: 'Takes out and adds again a region that does not get on.',
    path,
    body: RepairRegion,
    answers,
    refuses: ['InvalidPhase', 'RegionIsSource'],
    handle: async ({ path: { set, version: number, region }, body }) =>
      await taken(set, number, await runningApp().replication.repair(set, number, region, body)),
  }),
);

app.serviceBusQueue(
  ...queueTrigger('advance-replication', async (id) => await runningApp().advanceReplication(id)),
);
