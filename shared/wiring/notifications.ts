import type { Facts } from '../events/facts.ts';
import { nameOf } from '../events/cloud-event.ts';
import {
  type Announcement,
  type AnnouncementEvent,
  announcementLife,
} from '../notifications/announcement.ts';
import { notificationRoom } from '../notifications/room.ts';
import type { Subscription, SubscriptionEvent } from '../notifications/subscription.ts';
import { pathOf } from '../notifications/wanted.ts';
import type { Outside } from '../outside.ts';
import { Engine } from '../workflow/engine.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Events } from './events.ts';
import { resting } from './resting.ts';

/** What is announced is what the world is told. */
const factsOfAnnouncements: Facts<Announcement, AnnouncementEvent> = {
  announced({ what }) {
    if (what.kind === 'end-of-life') {
      const { set, number, endOfLifeDate, over, usedBy } = what;
      const subject = `image-sets/${set}/versions/${number}`;
      const data = { imageSet: set, version: number, endOfLifeDate, over, usedBy };
      return { type: 'version.eolApproaching', subject, data };
    }
    const { kind, set, number, channel, versionId: _, ...known } = what;
    return {
      type: kind === 'promotion' ? 'channel.promoted' : 'channel.rolledBack',
      subject: `image-sets/${set}/channels/${channel}`,
      data: { imageSet: set, version: number, channel, ...known },
    };
  },
};

const itsOwn = 'it is between the subscription and who looks after it';

/** What the world is told of subscriptions themselves. */
const factsOfSubscriptions: Facts<Subscription, SubscriptionEvent> = {
  defined: itsOwn,
  removed: itsOwn,
  resumed: itsOwn,
  'secret-rotated': itsOwn,
  'redelivery-asked': itsOwn,
  told: itsOwn,
  'passed-over': itsOwn,
  // Behind by what was not for it anyway it lost nothing.
  'fell-behind': ({ lost }, { cursor, head }, _, id) =>
    lost === 0
      ? undefined
      : { type: 'subscription.fellBehind', subject: pathOf(id), data: { lost, behind: head - cursor } },
  'feed-restored': ({ beyond }, _, __, id) => ({
    type: 'subscription.feedRestored',
    subject: pathOf(id),
    data: { beyond },
  }),
  intended: itsOwn,
  taken: itsOwn,
  refused: itsOwn,
  dead: itsOwn,
  disabled: ({ reason }, { cursor, head }, _, id) => ({
    type: 'subscription.disabled',
    subject: pathOf(id),
    data: { reason, behind: head - cursor },
  }),
};

/** What people and other systems hear of, and how it is told. */
export function wireNotifications(outside: Outside, events: Events) {
  const { feed } = events;
  const { rows, wake, now, secrets, teamsWebhook, allowPrivateReceivers = false } = outside;
  const announcements = new Engine({
    workflow: announcementLife,
    store: new WorkflowStore<Announcement, AnnouncementEvent>(
      'announcement',
      rows('announcements'),
      rows('due'),
    ),
    ...resting('announcement', now),
    ...events.heard('announcement', 'announcements', factsOfAnnouncements),
  });
  const { feed: heard, ...logs } = events.heard('subscription', 'subscriptions', factsOfSubscriptions);
  const room = notificationRoom({
    ...outside,
    feed: { ...feed, nameOf },
    teamsWebhook,
    allowPrivate: allowPrivateReceivers,
    readVault: async (secretUri) => await secrets.read({ secretUri }),
    wake: wake('deliver-notification'),
    heard,
    ...logs,
  });
  /** The world is told of it: the same id is told once. */
  const announce = async (id: string, what: Announcement['what']): Promise<void> => {
    await announcements.record(id, () => ({ type: 'announced', what, at: now() }));
  };
  return { ...room, announce };
}

export type Notifications = ReturnType<typeof wireNotifications>;
