import { app } from '@azure/functions';
import { accepted, answer, bodyAs, historyView, pathValue, WakeUp } from '../shared/http.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { PutRegion, RegionName, RepairRegion } from '../shared/replication/request-bodies.ts';
import { changedRegionView, replicationView } from '../shared/replication/view.ts';
import { runningApp } from '../shared/running-app.ts';

type Request = Parameters<typeof pathValue>[0];
const versionOf = (request: Request) =>
  [pathValue(request, 'set', SetName), pathValue(request, 'version')] as const;
const regionOf = (request: Request) => pathValue(request, 'region', RegionName);
const regionsOf = 'image-sets/{set}/versions/{version}/regions';

/** 202: Azure takes one change of a version at a time, so that this one may have to wait. */
function taken(request: Request, changed: Parameters<typeof changedRegionView>[0]) {
  const [set, number] = versionOf(request);
  const at = runningApp().address(`image-sets/${set}/versions/${number}/regions`);
  return accepted(at, changedRegionView(changed));
}

app.http('list-regions', {
  methods: ['GET'],
  route: regionsOf,
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: replicationView(await runningApp().replication.regions(...versionOf(request))),
  })),
});

app.http('get-regions-history', {
  methods: ['GET'],
  route: `${regionsOf}/history`,
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: historyView(await runningApp().replication.history(...versionOf(request))),
  })),
});

app.http('put-region', {
  methods: ['PUT'],
  route: `${regionsOf}/{region}`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const name = regionOf(request);
    const body = await bodyAs(request, PutRegion);
    return taken(request, await runningApp().replication.put(...versionOf(request), name, body));
  }),
});

app.http('remove-region', {
  methods: ['DELETE'],
  route: `${regionsOf}/{region}`,
  authLevel: 'function',
  handler: answer(async (request) =>
    taken(request, await runningApp().replication.remove(...versionOf(request), regionOf(request))),
  ),
});

app.http('repair-region', {
  methods: ['POST'],
  route: `${regionsOf}/{region}/repair`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const name = regionOf(request);
    const body = await bodyAs(request, RepairRegion);
    return taken(request, await runningApp().replication.repair(...versionOf(request), name, body));
  }),
});

app.serviceBusQueue('advance-replication', {
  connection: 'ServiceBus',
  queueName: 'advance-replication',
  handler: async (message) => await runningApp().advanceReplication(WakeUp.parse(message).id),
});
