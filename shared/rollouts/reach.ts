import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Plan } from './plan.ts';

interface Parts {
  readonly poolsOf: (set: string, channel: string) => Promise<readonly { readonly name: string }[]>;
  readonly plan: (pool: string, asked: { readonly version: string }) => Promise<Plan>;
}

/** Whom bringing a version to a channel reaches, and how long that takes: as far as it is known. */
interface Reach {
  readonly hosts?: { readonly pools: number; readonly total?: number };
  readonly eta?: {
    readonly p50Minutes: number;
    readonly p90Minutes: number;
    readonly p50At: Instant;
    readonly p90At: Instant;
  };
}

/** Each plan reads its pool in Azure: of more pools than this people are told how many there are, and no more. */
const mostPlanned = 20;

/** Asked once for each promotion, for people to read: what cannot be told now is left out, and keeps nothing back. */
export function reachOf({ poolsOf, plan }: Parts) {
  return async (set: string, channel: string, version: string): Promise<Reach> => {
    const pools = await poolsOf(set, channel);
    if (pools.length === 0) return {};
    const plans: Plan[] = [];
    for (const { name } of pools.length > mostPlanned ? [] : pools) {
      const made = await planned(plan, name, version);
      if (made) plans.push(made);
    }
    if (plans.length < pools.length) return { hosts: { pools: pools.length } };
    const total = plans.reduce((sum, { hosts }) => sum + hosts.total, 0);
    return { hosts: { pools: pools.length, total }, ...latest(plans) };
  };
}

async function planned(plan: Parts['plan'], name: string, version: string): Promise<Plan | undefined> {
  try {
    return await plan(name, { version });
  } catch (error) {
    if (error instanceof AppError) return undefined; // Azure has no answer now
    throw error;
  }
}

/** Pools are brought at once, so that the slowest says when. One that has no past, or something in its way, says nothing. */
function latest(plans: readonly Plan[]): Pick<Reach, 'eta'> {
  const etas = plans.flatMap(({ eta, basis, blockers, hosts }) =>
    eta && blockers.length === 0 && (basis.hosts > 0 || hosts.todo === 0) ? [eta] : [],
  );
  const [first] = etas;
  if (etas.length < plans.length || !first) return {};
  const slower = (one: typeof first, other: typeof first) => ({
    ...(other.p50Minutes > one.p50Minutes
      ? { p50Minutes: other.p50Minutes, p50At: other.p50At }
      : { p50Minutes: one.p50Minutes, p50At: one.p50At }),
    ...(other.p90Minutes > one.p90Minutes
      ? { p90Minutes: other.p90Minutes, p90At: other.p90At }
      : { p90Minutes: one.p90Minutes, p90At: one.p90At }),
  });
  return { eta: etas.reduce(slower) };
}
