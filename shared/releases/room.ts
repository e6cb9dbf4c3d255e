import type { Instant } from '../instant.ts';
import type { Feed } from '../workflow/outbox.ts';
import type { Rows } from '../workflow/rows.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Release, ReleaseEvent } from './course.ts';
import { releasePort } from './port.ts';
import type { Ports } from './ports.ts';
import { releaseEngine } from './release-engine.ts';
import { releaseRequests } from './requests.ts';

interface Parts extends Ports {
  /** The channels of a set in their order, for a version that is promoted by hand to one its release knows not. */
  readonly channelsOf: (set: string) => Promise<readonly string[] | undefined>;
  /** Begins the release that a version was asked for with, where its first look has not done so yet. */
  readonly beginAskedFor?: (id: string) => Promise<void>;
  readonly rows: Rows;
  readonly due: Rows;
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  readonly onNews?: (id: string, event: ReleaseEvent) => void;
  readonly feed?: Feed<Release, ReleaseEvent>;
}

/** Releases, wired; each is known by the id of its version. */
export function releaseRoom({
  versions,
  channels,
  gates,
  approvals,
  rollouts,
  channelsOf,
  beginAskedFor = async () => {},
  rows,
  due,
  ...parts
}: Parts) {
  const { now } = parts;
  const ports: Ports = { versions, channels, gates, approvals, rollouts };
  const store = new WorkflowStore<Release, ReleaseEvent>('release', rows, due, {
    order: 'by-time',
    names: (_, { set }) => ['', set],
  });
  const engine = releaseEngine({ ports, store, ...parts });
  const port = releasePort({ releases: engine, ports, channelsOf, now });
  return {
    port,
    requests: releaseRequests({
      releases: engine,
      releaseStore: store,
      ports,
      channelsOf,
      start: async (asked) => await port.start(asked),
      beginAskedFor,
      now,
    }),
    advance: async (id: string) => await engine.advance(id),
    sweep: async () => await engine.sweep(),
  };
}
