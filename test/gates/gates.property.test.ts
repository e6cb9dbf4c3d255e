import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  check,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  record,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOver } from '../../shared/gates/check.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { type Validation, verdictOf } from '../../shared/gates/validation.ts';
import { lives } from '../support/lives.ts';
import { type Ills, ills } from '../support/world.ts';
import { type Lived, liveGate, type Lot, runMinutes, type Without } from './gate-lives.ts';

const minute = integer({ min: 0, max: runMinutes + 30 });
const lot: Arbitrary<Lot> = record({
  hosts: integer({ min: 0, max: 3 }),
  healthyAt: oneof(minute, constant('never' as const), constant('sick' as const), constant(0)),
  script: constantFrom('good', 'good', 'bad', 'blind', 'broken'),
  scriptSeconds: constantFrom(5, 60, 900, 1e9),
  report: option(record({ minute, outcome: constantFrom('passed', 'failed') }), { nil: undefined }),
  takesCalls: boolean(),
  cancelAt: option(minute, { nil: undefined }),
  asks: array(minute, { maxLength: 2 }),
});

function expectToHold({ validations, hosts, isAtRest, kept }: Lived, lot: Lot, ills: Ills): void {
  expect(isAtRest).toBe(true);
  // No script was begun twice on a host, and none is left there.
  expect([...hosts.starts.values()].filter((times) => times !== 1)).toEqual([]);
  expect(hosts.left).toEqual([]);
  // X8: of a link only its hash is kept.
  expect(kept).not.toContain('unguessable');
  // X5: each is over soon after its deadline, unless most messages are lost.
  const late = ills.lostMessages > 0.1 ? 12 * 3600 : 40 * 60;
  for (const validation of validations) {
    const { end, checks, since, deadline } = validation;
    expect(checks.every(isOver)).toBe(true);
    expect(secondsBetween(since, end?.at ?? '')).toBeLessThan(secondsBetween(since, deadline) + late);
    expectVerdict(validation, lot);
  }
}

function expectVerdict({ end, checks, allowNoHosts, gateRevision }: Validation, lot: Lot): void {
  if (end?.verdict === 'canceled') return;
  expect(end?.verdict).toBe(verdictOf({ checks, allowNoHosts }));
  if (end?.verdict === 'failed') {
    const wrong = [lot.healthyAt === 'sick', lot.script === 'bad', lot.report?.outcome === 'failed'];
    expect(wrong).toContain(true);
  }
  // One that was asked for before there was a gate is under the gate that there is by default.
  if (end?.verdict !== 'passed' || gateRevision === 0) return;
  expect(lot.hosts).toBeGreaterThan(0);
  expect(lot.healthyAt).toEqual(expect.any(Number));
  expect(lot.script).toBe('good');
  expect(lot.report?.outcome ?? 'passed').toBe('passed');
}

const holds = (without: Without = {}, world: Arbitrary<Ills> = ills) =>
  asyncProperty(world, lot, async (ills, lot) => expectToHold(await liveGate(ills, lot, without), lot, ills));

/** Everybody looks twice, and slowly. */
const crowded: Arbitrary<Ills> = record({
  seed: integer({ min: 1, max: 2 ** 30 }),
  deaths: constantFrom(0),
  lostMessages: constantFrom(0),
  doubledMessages: constantFrom(0.9),
  faults: constantFrom(0),
  slowness: constantFrom(0.4),
});

describe('runs of a gate', () => {
  const { numRuns, timeout } = lives(100);

  it(
    'X1, X5, P1, P3: end with the verdict of their checks, every script run once and gone, whatever dies',
    { timeout },
    async () => {
      await assert(holds(), { numRuns });
    },
  );

  it.each([
    ['the sweeper', holds({ sweeper: true })],
    ['the ETags', holds({ etags: true }, crowded)],
  ] as const)('would not be without %s', { timeout: 60_000 }, async (_, property) => {
    const { failed } = await check<unknown>(property, {
      seed: 4,
      numRuns: 300,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
