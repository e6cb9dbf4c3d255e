import { afterAll, beforeAll, describe } from 'vitest';
import { openPublishingCloud, type PublishingCloud } from './publishing-cloud.ts';
import { gateStories } from './publishing-gates.ts';
import { movementStories } from './publishing-movements.ts';
import { retentionStories } from './publishing-retention.ts';
import { takenBackStories } from './publishing-taken-back.ts';

let cloud: PublishingCloud;
beforeAll(async () => {
  cloud = await openPublishingCloud();
}, 60_000);
afterAll(async () => await cloud?.local.stop());

const timeout = 60_000;
describe('what a gate did not let through, in the local cloud', { timeout }, () => gateStories(() => cloud));
describe('who moves a channel, in the local cloud', { timeout }, () => movementStories(() => cloud));
describe('what is taken back, in the local cloud', { timeout }, () => takenBackStories(() => cloud));
// The last: it leaves the app some days ahead.
describe('what retention takes, in the local cloud', { timeout }, () => retentionStories(() => cloud));
