import { afterAll, beforeAll, describe } from 'vitest';
import { openPublishingCloud, type PublishingCloud } from '../end-to-end/publishing-cloud.ts';
import { gateStories } from '../end-to-end/publishing-gates.ts';
import { movementStories } from '../end-to-end/publishing-movements.ts';
import { retentionStories } from '../end-to-end/publishing-retention.ts';
import { takenBackStories } from '../end-to-end/publishing-taken-back.ts';

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
