import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { Plan } from '../../shared/rollouts/plan.ts';
import { reachOf } from '../../shared/rollouts/reach.ts';

const at = (minutes: number) => `in ${minutes}`;
/** Of a plan what is asked of it. */
function plan(
  total: number,
  p50: number,
  { basis = 10, todo = total, blockers = 0, p90 = p50 * 2 } = {},
): Plan {
  const eta = { p50Minutes: p50, p90Minutes: p90, p50At: at(p50), p90At: at(p90) };
  const known = {
    hosts: { total, todo },
    basis: { hosts: basis },
    blockers: Array.from({ length: blockers }),
  };
  return { ...known, eta } as unknown as Plan;
}

const reach = async (...plans: (Plan | AppError)[]) =>
  await reachOf({
    poolsOf: async () => plans.map((_, index) => ({ name: String(index) })),
    plan: async (name) => {
      const one = plans[Number(name)];
      if (!one || one instanceof AppError) throw one;
      return one;
    },
  })('win11', 'production', '1.1.0');

describe('whom a promotion reaches', () => {
  it('is how many hosts in how many pools, and when the slowest of these is done', async () => {
    expect(await reach(plan(100, 145), plan(12, 20, { p90: 400 }))).toEqual({
      hosts: { pools: 2, total: 112 },
      eta: { p50Minutes: 145, p90Minutes: 400, p50At: at(145), p90At: at(400) },
    });
  });

  it.each<[why: string, plans: (Plan | AppError)[], reach: object]>([
    ['there are no pools', [], {}],
    ['a pool has no past', [plan(3, 10), plan(4, 10, { basis: 0 })], { hosts: { pools: 2, total: 7 } }],
    ['something is in the way', [plan(3, 10, { blockers: 1 })], { hosts: { pools: 1, total: 3 } }],
    ['Azure has no answer', [plan(3, 10), new AppError('Throttled', '')], { hosts: { pools: 2 } }],
    ['they are too many to ask', Array.from({ length: 21 }, () => plan(3, 10)), { hosts: { pools: 21 } }],
  ])('leaves out what is not known: %s', async (_, plans, known) => {
    expect(await reach(...plans)).toEqual(known);
  });

  it('needs no past of a pool that has nothing to do', async () => {
    expect(await reach(plan(3, 0, { basis: 0, todo: 0 }))).toMatchObject({ eta: { p50Minutes: 0 } });
  });
});
