import {
  tuple,
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  record,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSame } from '../../shared/approvals/approval.ts';
import { minutesAfter, secondsAfter } from '../../shared/instant.ts';
import { isOver, isPaused, type ReleaseEvent } from '../../shared/releases/course.ts';
import { explained } from '../../shared/releases/explain.ts';
import type { ChannelPolicy } from '../../shared/releases/ports.ts';
import { isNewer } from '../../shared/releases/stage.ts';
import { lives } from '../support/lives.ts';
import { well } from '../support/world.ts';
import {
  type Act,
  type Entry,
  id,
  isAtRest,
  type Lived,
  liveRelease,
  type Lot,
  type Name,
  names,
  number,
} from './release-lives.ts';

const policy: Arbitrary<ChannelPolicy> = record({
  entry: constantFrom('automatic', 'automatic', 'approved'),
  soakHours: constantFrom(0, 1, 6),
  approval: record({
    quorum: constantFrom(1, 1, 2),
    notRequester: constantFrom(true, false),
    days: constantFrom(1, 2),
  }),
});
const often = ['approve', 'approve', 'approve', 'override', 'override', 'resume', 'resume'] as const;
const seldom = ['pause', 'promote', 'promote', 'channel back', 'newer'] as const;
const rarely = ['stop', 'rollback', 'reject', 'revoke', 'newer'] as const;
const act = (whats: readonly Act['what'][], from: number, to: number): Arbitrary<Act> =>
  record({
    minute: integer({ min: from, max: to }),
    what: constantFrom(...whats),
    who: constantFrom('ana', 'Ana ', 'ben', 'carl', 'function key'),
    channel: constantFrom(...names),
    hours: constantFrom(1, 4, 48),
  });
/** Many things are said while it is on its way, and what ends it comes late, if at all. */
const acts = tuple(
  array(act(often, 20, 2400), { maxLength: 14 }),
  array(act(seldom, 0, 2400), { maxLength: 3 }),
  array(act(rarely, 0, 2400), { maxLength: 2 }),
).map((all) => all.flat());
const lot: Arbitrary<Lot> = record({
  buildMinutes: constantFrom(10, 200),
  build: constantFrom(...Array.from({ length: 9 }, () => 'available' as const), 'failed', 'canceled'),
  policies: record({ test: policy, pilot: policy, production: policy }),
  outcomes: array(constantFrom('passed', 'passed', 'failed', 'inconclusive', 'errored'), { maxLength: 5 }),
  fates: array(constantFrom('applied', 'applied', 'stuck', 'undone'), { maxLength: 5 }),
  acts,
});

/** Somebody was asked a moment ago, and answered a moment ago: steps take seconds, late requests a minute. */
const moment = 150;

/** P1, P3: the last validation before had passed, or each check that had not was somebody's word. */
function expectGate({ channel, held, validation }: Entry, { overrides }: Lived): void {
  const before = names[names.indexOf(channel as Name) - 1];
  if (before === undefined) return;
  expect(['passed', 'failed', 'inconclusive']).toContain(validation?.status);
  if (validation?.status === 'passed') return;
  const word = overrides.find(
    (one) => one.at <= held.at && held.at < secondsAfter(one.expiresAt, moment) && one.channel === before,
  );
  expect(word).toBeDefined();
  expect(held.proof.overrides?.flatMap(({ checks }) => checks)).toContain('sign-in');
}

/** P5: some stay in the channel before was long enough, and ended, if it did, by a newer one. */
function expectSoak({ channel, held, before }: Entry, { policies }: Lot): void {
  if (channel === names[0]) return;
  const { soakHours } = policies[channel as Name];
  const isLong = ({ number: which, appliedAt, leftAt, leftFor, undone }: Entry['held']) => {
    if (which !== number || appliedAt === undefined || undone) return false;
    if (leftFor !== undefined && !isNewer(leftFor, number))
      return (leftAt ?? '') > secondsAfter(held.at, -moment);
    return minutesAfter(appliedAt, soakHours * 60) <= (leftAt ?? held.at);
  };
  expect(before.some(isLong)).toBe(true);
}

/** P4: as many people as the channel asks for said yes, none of them the requester where that is forbidden. */
function expectApproval({ channel, held }: Entry, { approvals }: Lived, { policies }: Lot): void {
  const { entry, approval: asked } = policies[channel as Name];
  if (entry === 'automatic') return;
  const { approval } = approvals.find((one) => one.id === held.proof.approval) ?? {};
  expect(approval).toMatchObject({ phase: 'approved', channel });
  const people = new Set(
    (approval?.decisions ?? [])
      .filter(({ by }) => !asked.notRequester || !(isSame(by, 'ana') || by === 'function key'))
      .map(({ by }) => by.trim().toLowerCase()),
  );
  expect(people.size).toBeGreaterThanOrEqual(asked.quorum);
}

/** Nothing begins while it is paused: what was being done at that moment aside. */
function expectPausesKept({ history, entries }: Lived): void {
  const said = history.filter(({ event }) =>
    ['paused', 'resumed', 'stopped', 'rollback-asked'].includes(event.type),
  );
  for (const { held } of entries.filter((entry) => entry.held.cause === 'release')) {
    const last = said.findLast(({ at }) => at < secondsAfter(held.at, -moment));
    if (last && !said.some(({ at }) => at > last.at && at <= held.at)) {
      expect((last.event satisfies ReleaseEvent).type).toBe('resumed');
    }
  }
}

/** What is stuck goes on once for each time that somebody says so, whatever was lost or doubled. */
function expectAsked({ history, channels }: Lived): void {
  const resumed = history.filter(({ event }) => event.type === 'resumed');
  expect(channels.retries).toBeLessThanOrEqual(resumed.length);
}

/** Nothing of it is open any more. */
function expectSettled({ release, approvals, gates, channels }: Lived): void {
  expect(approvals.filter((one) => one.approval.phase === 'pending')).toEqual([]);
  expect(gates.runs.filter(({ validated }) => validated.status === 'running')).toEqual([]);
  for (const name of release?.channels ?? []) {
    const { holds, phase } = channels.ring(name);
    const isMoving = holds?.versionId === id && phase === 'moving';
    // By hand, or by a rollback to it, it may have come afterwards.
    if (isMoving) expect(holds.cause).not.toBe('release');
  }
}

function expectEnd(lived: Lived): void {
  const { release } = lived;
  expect(isAtRest(release)).toBe(true);
  if (!release) return;
  if (lived.revokedAt !== undefined) expect(isOver(release)).toBe(true);
  if (isOver(release)) {
    expectSettled(lived);
    return;
  }
  const { movement, youCan, because } = explained(release);
  if (isPaused(release)) expect(movement).toBe('paused');
  expect(because[0]?.message).toMatch(/\w/);
  expect(youCan.length).toBeGreaterThan(0);
}

/** Each look asks many things: that some of them fail is enough. */
const world = record({
  seed: integer({ min: 1, max: 2 ** 30 }),
  deaths: constantFrom(0, 0.002, 0.01),
  lostMessages: constantFrom(0, 0.1, 0.5, 0.9),
  doubledMessages: constantFrom(0, 0.1, 0.5),
  faults: constantFrom(0, 0.01, 0.03),
  slowness: constantFrom(0, 0.05, 0.3),
});

const keepsToTheRules = asyncProperty(world, lot, async (world, lot) => {
  const lived = await liveRelease(world, lot);
  for (const entry of lived.entries) {
    expectGate(entry, lived);
    expectSoak(entry, lot);
    expectApproval(entry, lived, lot);
    if (lived.revokedAt !== undefined) {
      expect(entry.held.at < secondsAfter(lived.revokedAt, moment)).toBe(true);
    }
  }
  expectPausesKept(lived);
  expectAsked(lived);
  expectEnd(lived);
});

describe('a release', () => {
  const { numRuns, timeout } = lives(30);

  it(
    'P1, P2, P3, P4, P5, V7: enters no channel without its right to, whatever dies and whatever people do',
    { timeout },
    async () => {
      await assert(keepsToTheRules, { numRuns });
    },
  );

  it('comes all its way by itself where nothing is wrong and nobody is asked', async () => {
    const automatic = {
      entry: 'automatic',
      soakHours: 1,
      approval: { quorum: 1, notRequester: false, days: 1 },
    } as const;
    const { release, entries } = await liveRelease(well, {
      buildMinutes: 30,
      build: 'available',
      policies: { test: automatic, pilot: automatic, production: automatic },
      outcomes: [],
      fates: [],
      acts: [],
    });
    expect(release?.phase).toBe('released');
    expect(entries.map(({ channel }) => channel)).toEqual(names);
    expect(entries.map(({ held }) => held.proof.validation)).toEqual([
      undefined,
      'win11.1.1.0.test.1',
      'win11.1.1.0.pilot.1',
    ]);
  });
});
