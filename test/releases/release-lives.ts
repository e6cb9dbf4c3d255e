import type { Approval } from '../../shared/approvals/approval.ts';
import { approvalRoom } from '../../shared/approvals/room.ts';
import { AppError, failure } from '../../shared/errors.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { isOver, isPaused, type Release, type ReleaseEvent } from '../../shared/releases/course.ts';
import type { ChannelPolicy, Ports, VersionStanding } from '../../shared/releases/ports.ts';
import { releaseRoom } from '../../shared/releases/room.ts';
import { type Line, WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, World } from '../support/world.ts';
import { type Fate, type Held, SmallChannels } from './small-channels.ts';
import { type Outcome, SmallGates } from './small-gates.ts';

export const id = 'win11.1.1.0';
export const number = '1.1.0';
export const names = ['test', 'pilot', 'production'] as const;
export type Name = (typeof names)[number];

/** What somebody does, and when. */
export interface Act {
  readonly minute: number;
  readonly what:
    | 'pause'
    | 'resume'
    | 'stop'
    | 'rollback'
    | 'override'
    | 'approve'
    | 'reject'
    | 'revoke'
    | 'channel back'
    | 'newer'
    | 'promote';
  readonly who: string;
  readonly channel: Name;
  /** Of an override; and of a pause of more than one. */
  readonly hours: number;
}

export interface Lot {
  readonly buildMinutes: number;
  readonly build: 'available' | 'failed' | 'canceled';
  readonly policies: Readonly<Record<Name, ChannelPolicy>>;
  readonly outcomes: readonly Outcome[];
  readonly fates: readonly Fate[];
  readonly acts: readonly Act[];
}

export interface Entry {
  readonly channel: string;
  readonly held: Held;
  /** What was true of the world when it was let in. */
  readonly validation: ReturnType<SmallGates['latest']>;
  readonly before: readonly Held[];
}

export interface Lived {
  readonly release: Release | undefined;
  readonly history: readonly Line<ReleaseEvent>[];
  readonly entries: readonly Entry[];
  readonly approvals: readonly { readonly id: string; readonly approval: Approval }[];
  readonly channels: SmallChannels;
  readonly gates: SmallGates;
  readonly revokedAt: Instant | undefined;
  readonly overrides: readonly {
    readonly channel: string;
    readonly at: Instant;
    readonly expiresAt: Instant;
  }[];
}

/** One version from its request until nothing more comes of it, whatever people do meanwhile. */
export async function liveRelease(ills: Ills, lot: Lot): Promise<Lived> {
  const world = new World(ills);
  const { now } = world;
  const after = (minutes: number, run: () => void) => world.after(minutes * 60, run);
  const minutes = () => world.random.whole(1, 90);
  const entries: Entry[] = [];
  const [fates, outcomes] = [[...lot.fates], [...lot.outcomes]];
  const parts = { now, after, minutes };
  const gates = new SmallGates({ ...parts, outcome: () => outcomes.shift() ?? 'passed' });
  const channels: SmallChannels = new SmallChannels({
    ...parts,
    names,
    policies: lot.policies,
    fate: () => fates.shift() ?? 'applied',
    onEntry: (channel, held) => {
      if (held.number !== number || held.cause === 'rollback') return;
      const before = names[names.indexOf(channel as Name) - 1];
      entries.push({
        channel,
        held,
        validation: before && gates.latest(id, before),
        before: before ? [...channels.held(before)] : [],
      });
    },
  });
  for (const name of names) channels.put(name, '1.0.0');

  let status: VersionStanding['status'] = 'building';
  let revokedAt: Instant | undefined;
  after(lot.buildMinutes, () => {
    if (status === 'building') status = lot.build;
  });
  const standing: VersionStanding = {
    versionId: id,
    number,
    status: 'building',
    regionsCompleted: 0,
    requestedBy: 'ana',
    requestedAt: now(),
    notes: 'patches',
  };
  const versions: Ports['versions'] = {
    standing: async () => ({ ...standing, status, ...(status !== 'building' && { imageVersionId: '/v' }) }),
    refusal: async () => (revokedAt === undefined ? undefined : failure('Revoked', 'It was revoked.')),
    cancel: async () => {
      if (status === 'building') status = 'canceled';
    },
  };

  const rows = { releases: memoryRows(), approvals: memoryRows(), due: memoryRows() };
  const tables = (of: typeof world.rows) => ({
    releases: of(rows.releases),
    approvals: of(rows.approvals),
    due: of(rows.due),
  });
  const wrapped = tables((table) => world.rows(table));
  const approvals: ReturnType<typeof approvalRoom> = approvalRoom({
    releases: {
      nudge: async (version) => await releases.port.nudge(version),
      waitsFor: async (version) => await releases.port.waitsFor(version),
    },
    rows: wrapped.approvals,
    due: wrapped.due,
    wake: world.queue(
      async (which) => await approvals.advance(which),
      async () => await approvals.sweep(),
    ),
    now,
  });
  const releases: ReturnType<typeof releaseRoom> = releaseRoom({
    versions: world.port(versions, {}),
    channels: world.port(channels.port, { enter: 60 }),
    gates: world.port(gates.port, { ensureValidated: 60 }),
    approvals: approvals.port,
    rollouts: world.port(channels.rollouts, {}),
    channelsOf: async () => names,
    rows: wrapped.releases,
    due: wrapped.due,
    wake: world.queue(
      async (which) => await releases.advance(which),
      async () => await releases.sweep(),
    ),
    now,
  });
  world.start(
    async () =>
      await releases.port.start({ set: 'win11', number, channels: names, by: 'ana', reason: 'patches' }),
  );

  const overrides: { channel: string; at: Instant; expiresAt: Instant }[] = [];
  const toChannel = (what: 'channel back' | 'newer', channel: Name, minute: number) => {
    const { holds } = channels.ring(channel);
    if (what === 'channel back' && holds?.number === number) channels.goBack(channel, `by hand ${minute}`);
    if (what === 'newer' && holds?.number !== '1.2.0')
      channels.move(channel, '1.2.0', 'request', `1.2.0 ${minute}`);
  };
  const promoted = async ({ channel, who: by, minute }: Act) => {
    const proven = await releases.port.proofFor({ set: 'win11', number, channel, by });
    const { holds } = channels.ring(channel);
    const isThere = holds?.number === number || holds?.number === '1.2.0';
    if (proven.ok && !isThere) channels.move(channel, number, 'request', `hand ${minute}`, proven.proof);
  };
  const overridden = async (said: { by: string; reason: string }, hours: number) => {
    const [at, expiresAt] = [now(), minutesAfter(now(), hours * 60)];
    for (const one of names) overrides.push({ channel: one, at, expiresAt });
    await releases.requests.override(id, { checks: ['sign-in'], ...said, expiresAt });
  };
  const paused = async (said: { by: string; reason: string }, hours: number) => {
    const until = minutesAfter(now(), hours * 60);
    await releases.requests.pause(id, { ...said, ...(hours > 1 && { until }) });
  };
  const revoked = async () => {
    revokedAt ??= now();
    status = 'revoked';
    await releases.port.nudge(id);
  };
  const done = async (act: Act): Promise<unknown> => {
    const { what, who: by, channel, hours, minute } = act;
    const said = { by, reason: `${by} wants it` };
    switch (what) {
      case 'pause':
        return await paused(said, hours);
      case 'resume':
      case 'stop':
      case 'rollback':
        return await releases.requests[what](id, said);
      case 'override':
        return await overridden(said, hours);
      case 'approve':
        return await approvals.requests.approveVersion('win11', number, said);
      case 'reject':
        return await approvals.requests.rejectVersion('win11', number, said);
      case 'revoke':
        return await revoked();
      case 'channel back':
      case 'newer':
        return toChannel(what, channel, minute);
      case 'promote':
        return await promoted(act);
    }
  };
  for (const act of lot.acts) {
    world.start(async () => {
      try {
        await done(act);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }, act.minute * 60);
  }

  const store = new WorkflowStore<Release, ReleaseEvent>('release', rows.releases, rows.due);
  const load = async () => (await store.load(id))?.state;
  const last = Math.max(0, ...lot.acts.map(({ minute }) => minute), lot.buildMinutes);
  await world.passUntil(() => false, { days: (last + 30) / 1440 });
  await world.passUntil(async () => isAtRest(await load()), { days: 8 });
  // Whatever is still on its way lands.
  await world.passUntil(() => false, { days: 1 / 12 });
  const seen = new WorkflowStore<Approval, never>('approval', rows.approvals, rows.due);
  return {
    release: await load(),
    history: await store.history(id),
    entries,
    approvals: (await seen.loadAll('')).map(({ id: which, saved }) => ({ id: which, approval: saved.state })),
    channels,
    gates,
    revokedAt,
    overrides,
  };
}

/** It is over, or waits for a person. */
export function isAtRest(release: Release | undefined): boolean {
  if (!release) return false;
  if (isOver(release) || release.phase === 'blocked' || isPaused(release)) return true;
  if (release.phase !== 'running' || release.standing.stage !== 'build') return false;
  // A build that failed may be retried for ever; the last look at it may have got no answer.
  const { waitingFor, troubles } = release.standing;
  return waitingFor.includes('retry') || troubles > 0;
}
