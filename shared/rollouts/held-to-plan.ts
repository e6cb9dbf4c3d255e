import { AppError } from '../errors.ts';
import { isFatal } from './blockers.ts';
import { changesSince, type Plan } from './plan.ts';

/** What was planned is started as it was planned, or not at all. */
export function holdTo(planHash: string, plan: Plan): void {
  const changes = changesSince(planHash, plan);
  const target = 'planHash';
  if (changes.length > 0) {
    const message = `The plan does not hold any more: ${changes.map(({ message }) => message).join(' ')}`;
    throw new AppError('PlanStale', message, { target, details: changes });
  }
  refuseFor(plan.blockers, target);
}

/** Who has seen no plan is told what is known to fail; what only waits, `explain` tells. */
export function refuseToFail(plan: Plan | undefined): void {
  refuseFor(plan?.blockers.filter(isFatal) ?? []);
}

function refuseFor(blockers: Plan['blockers'], target?: string): void {
  if (blockers.length === 0) return;
  const details = blockers.map(({ code, message }) => ({ code, message }));
  const codes = [...new Set(details.map(({ code }) => code))].join(', ');
  const message = `In the way is ${codes}: ${details.map((one) => one.message).join(' ')}`;
  throw new AppError('PlanBlocked', message, { ...(target !== undefined && { target }), details });
}

/** A rollout looks for itself before its first host: that Azure has no time now keeps nobody from asking for it. */
export async function unlessAzureIsAway(planned: Promise<Plan>): Promise<Plan | undefined> {
  try {
    return await planned;
  } catch (error) {
    if (error instanceof AppError && error.retryable) return undefined;
    throw error;
  }
}
