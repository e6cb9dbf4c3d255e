import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { ChannelAnswer } from '../shared/channels/answers.ts';
import {
  ChannelName,
  Promote,
  PutChannel,
  RetryChannel,
  RollBack,
  SetName,
} from '../shared/channels/request-bodies.ts';
import { channelView } from '../shared/channels/view.ts';
import { accepted, etagOf, revisionRead } from '../shared/http.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

type Ring = Parameters<typeof channelView>[0];
const channelsOf = 'image-sets/{set}/channels';
const path = { set: SetName, channel: ChannelName };
const is = { about: 'The channel.', body: ChannelAnswer, headers: ['ETag'] } as const;
const onItsWay = {
  about: 'The channel is on its way.',
  body: ChannelAnswer,
  headers: ['ETag', 'Operation-Location', 'Retry-After'],
} as const;

const shown = (ring: Ring) => ({ headers: etagOf(ring), jsonBody: channelView(ring) });

/** 202: the channel is on its way, by the movement that this request has begun, or found. */
async function taken(ring: Ring, request?: string) {
  const { monitors, address } = runningApp();
  const { set, channel } = ring;
  const operation = await monitors.of('movement', `${set}.${channel}`, request);
  const at = address(`image-sets/${set}/channels/${channel}`);
  return accepted(address(`operations/${operation}`), at, channelView(ring), etagOf(ring));
}

app.http(
  ...list({
    name: 'list-channels',
    route: channelsOf,
    about: 'The channels of an image set, in their order.',
    path: { set: SetName },
    answer: { about: 'The channels.', body: listOf(ChannelAnswer) },
    page: async (part, { path: { set } }) => await runningApp().channels.list(set, part),
    show: channelView,
  }),
);

app.http(
  ...endpoint({
    name: 'get-channel',
    method: 'GET',
    route: `${channelsOf}/{channel}`,
    role: 'reader',
    about: 'One channel: its policy, what it holds and held, and how that stands.',
    path,
    answers: { 200: is },
    handle: async ({ path: { set, channel } }) => shown(await runningApp().channels.get(set, channel)),
  }),
);

app.http(
  ...endpoint({
    name: 'put-channel',
    method: 'PUT',
    route: `${channelsOf}/{channel}`,
    role: 'admin',
    about: 'Says who lets a version into a channel, when, and how long it may be gone back from.',
    path,
    body: PutChannel,
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: is },
    handle: async ({ path: { set, channel }, body, onlyIf }) =>
      shown(await runningApp().channels.define(set, channel, body, onlyIf)),
  }),
);

app.http(
  ...history({
    name: 'get-channel-history',
    route: `${channelsOf}/{channel}/history`,
    about: 'All that happened to it, oldest first.',
    path,
    lines: async (part, { set, channel }) => await runningApp().channels.history(set, channel, part),
  }),
);

app.http(
  ...endpoint({
    name: 'promote-channel',
    method: 'POST',
    route: `${channelsOf}/{channel}/promote`,
    role: 'releaser',
    about: 'Moves the channel, and all its host pools, to a version that its gates have let through.',
    path,
    body: Promote,
    takes: ['Idempotency-Key', 'If-Match'],
    answers: { 202: onItsWay },
    refuses: [
      'IdempotencyKeyReused',
      'VersionNotReady',
      'VersionOver',
      'Revoked',
      'VersionIsNewer',
      'GateNotPassed',
      'SoakNotOver',
      'ApprovalRequired',
      'ApprovalExpired',
      'Rejected',
      'SelfApprovalForbidden',
      'InvalidPhase',
    ],
    handle: async ({ path: { set, channel }, body, key, onlyIf }) => {
      const { channels, requestFor } = runningApp();
      const request = await requestFor(`promotions of ${set}.${channel}`, key, body);
      const asked = { request, ifMatch: revisionRead(onlyIf) };
      return await taken(await channels.promote(set, channel, body, asked), request);
    },
  }),
);

app.http(
  ...endpoint({
    name: 'roll-back-channel',
    method: 'POST',
    route: `${channelsOf}/{channel}/rollback`,
    role: 'operator',
    about: 'Back to the last good version or to the one named, whatever the channel is doing.',
    path,
    body: RollBack,
    takes: ['Idempotency-Key', 'If-Match'],
    answers: { 202: onItsWay },
    refuses: ['IdempotencyKeyReused', 'NoRollbackTarget', 'InvalidPhase'],
    handle: async ({ path: { set, channel }, body, key, onlyIf }) => {
      const { channels, requestFor } = runningApp();
      const request = await requestFor(`rollbacks of ${set}.${channel}`, key, body);
      const asked = { request, ifMatch: revisionRead(onlyIf) };
      return await taken(await channels.rollBack(set, channel, body, asked), request);
    },
  }),
);

app.http(
  ...endpoint({
    name: 'retry-channel',
    method: 'POST',
    route: `${channelsOf}/{channel}/retry`,
    role: 'operator',
    about: 'Goes on from the stage that failed.',
    path,
    body: RetryChannel,
    takes: ['If-Match'],
    answers: { 202: onItsWay },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { set, channel }, body, onlyIf }) =>
      await taken(await runningApp().channels.retry(set, channel, body, revisionRead(onlyIf))),
  }),
);

app.serviceBusQueue(...queueTrigger('advance-channel', async (id) => await runningApp().advanceChannel(id)));
