import type { Instant } from '../instant.ts';

/** Something that happened, as the world is told of it: CloudEvents 1.0, in its JSON format. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** Stays the same however often it is told: who has seen it may drop a second. */
  readonly id: string;
  readonly source: string;
  /** `com.goldsmith.<noun>.<verb>.v1` */
  readonly type: string;
  /** The path below `/api/` of what it is about. */
  readonly subject: string;
  readonly time: Instant;
  /** Its place in the feed: what comes later has a greater one, of one subject and of all. */
  readonly sequence: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where it happened, and what it is called there. */
export interface Happening {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly at: Instant;
  readonly data: Readonly<Record<string, unknown>>;
}

const prefix = 'com.goldsmith.';

/** The event at a place in the feed. */
export function cloudEvent(
  { id, type, subject, at, data }: Happening,
  position: number,
  publicUrl: string,
): CloudEvent {
  const source = `${publicUrl}/api`;
  return {
    specversion: '1.0',
    id,
    source,
    type: `${prefix}${type}.v1`,
    subject,
    time: at,
    sequence: String(position).padStart(12, '0'),
    datacontenttype: 'application/json',
    data: { ...data, link: `${source}/${subject}` },
  };
}

/** Noun and verb of an event: `version.available`. */
export function nameOf({ type }: Pick<CloudEvent, 'type'>): string {
  return type.slice(prefix.length).replace(/\.v\d+$/, '');
}
