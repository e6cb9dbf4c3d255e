import { app } from '@azure/functions';
import {
  ChannelName,
  Promote,
  PutChannel,
  RetryChannel,
  RollBack,
  SetName,
} from '../shared/channels/request-bodies.ts';
import { channelView } from '../shared/channels/view.ts';
import {
  accepted,
  answer,
  bodyAs,
  etagOf,
  historyView,
  idempotencyKey,
  ifMatch,
  pathValue,
  WakeUp,
} from '../shared/http.ts';
import { runningApp } from '../shared/running-app.ts';

type Request = Parameters<typeof pathValue>[0];
type Ring = Parameters<typeof channelView>[0];
const channelsOf = 'image-sets/{set}/channels';
const setOf = (request: Request) => pathValue(request, 'set', SetName);
const channelOf = (request: Request) => [setOf(request), pathValue(request, 'channel', ChannelName)] as const;

const shown = (ring: Ring) => ({ headers: etagOf(ring), jsonBody: channelView(ring) });

/** 202: the channel is on its way. */
function taken(ring: Ring) {
  const at = runningApp().address(`image-sets/${ring.set}/channels/${ring.channel}`);
  const { headers, ...rest } = accepted(at, channelView(ring));
  return { ...rest, headers: { ...(headers as Record<string, string>), ...etagOf(ring) } };
}

app.http('list-channels', {
  methods: ['GET'],
  route: channelsOf,
  authLevel: 'function',
  handler: answer(async (request) => {
    const rings = await runningApp().channels.list(setOf(request));
    return { jsonBody: { value: rings.map(channelView) } };
  }),
});

app.http('get-channel', {
  methods: ['GET'],
  route: `${channelsOf}/{channel}`,
  authLevel: 'function',
  handler: answer(async (request) => shown(await runningApp().channels.get(...channelOf(request)))),
});

app.http('put-channel', {
  methods: ['PUT'],
  route: `${channelsOf}/{channel}`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, PutChannel);
    return shown(await runningApp().channels.define(...channelOf(request), body, ifMatch(request)));
  }),
});

app.http('get-channel-history', {
  methods: ['GET'],
  route: `${channelsOf}/{channel}/history`,
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: historyView(await runningApp().channels.history(...channelOf(request))),
  })),
});

app.http('promote-channel', {
  methods: ['POST'],
  route: `${channelsOf}/{channel}/promote`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const { channels, requestFor } = runningApp();
    const [set, channel] = channelOf(request);
    const body = await bodyAs(request, Promote);
    const asked = await requestFor(`promotions of ${set}.${channel}`, idempotencyKey(request), body);
    const how = { request: asked, ifMatch: ifMatch(request) };
    return taken(await channels.promote(set, channel, body, how));
  }),
});

app.http('roll-back-channel', {
  methods: ['POST'],
  route: `${channelsOf}/{channel}/rollback`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const { channels, requestFor } = runningApp();
    const [set, channel] = channelOf(request);
    const body = await bodyAs(request, RollBack);
    const asked = await requestFor(`rollbacks of ${set}.${channel}`, idempotencyKey(request), body);
    const how = { request: asked, ifMatch: ifMatch(request) };
    return taken(await channels.rollBack(set, channel, body, how));
  }),
});

app.http('retry-channel', {
  methods: ['POST'],
  route: `${channelsOf}/{channel}/retry`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, RetryChannel);
    return taken(await runningApp().channels.retry(...channelOf(request), body, ifMatch(request)));
  }),
});

app.serviceBusQueue('advance-channel', {
  connection: 'ServiceBus',
  queueName: 'advance-channel',
  handler: async (message) => await runningApp().advanceChannel(WakeUp.parse(message).id),
});
