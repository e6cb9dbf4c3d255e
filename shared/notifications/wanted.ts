import type { Wants } from './subscription.ts';

/** What happened, as far as it says who wants to hear of it. */
export interface Happened {
  /** Noun and verb. */
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The subject of a subscription: its path below `/api/`. */
export const pathOf = (subscription: string) => `subscriptions/${subscription}`;

const ofOthers = new Set(['subscription.disabled', 'subscription.fellBehind', 'subscription.feedRestored']);

/** Whether a subscription is to hear of it. What another one does not hear all of them are told, so that somebody is. */
export function isWanted(id: string, wants: Wants, { type, subject, data }: Happened): boolean {
  if (subject === pathOf(id)) return false;
  if (ofOthers.has(type)) return true;
  const { types, imageSets, hostPools, channels } = wants;
  const fits = (list: readonly string[], value: unknown) =>
    list.length === 0 || (typeof value === 'string' && list.includes(value));
  const isOfType =
    types.length === 0 || types.some((wanted) => type === wanted || type.startsWith(`${wanted}.`));
  return (
    isOfType &&
    fits(imageSets, data['imageSet']) &&
    fits(hostPools, data['hostPool']) &&
    fits(channels, data['channel'])
  );
}
