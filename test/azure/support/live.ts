import { AppError } from '../../../shared/errors.ts';
import type { Version } from '../../../shared/images/image.ts';
import type { EnsureVersionStage } from '../../../shared/images/stage.ts';
import type { Facts } from '../../../shared/images/version.ts';
import type { Settled } from '../../../shared/workflow/look.ts';
import type { Intent } from '../../../shared/workflow/stages.ts';
import type { Cloud } from './cloud.ts';

const knowing = (version: Version, facts: Partial<Facts> = {}): Version => ({
  ...version,
  facts: { ...version.facts, ...facts },
});

/**
 * Looks at a stage until it is over, as the engine would: an intention is kept before it is carried out, and
 * Azure's "not now" is waited out.
 */
export async function live(
  cloud: Pick<Cloud, 'now' | 'pass'>,
  version: Version,
  stage: EnsureVersionStage,
): Promise<{ readonly found: Settled<Facts>; readonly version: Version }> {
  const since = cloud.now();
  const state: { version: Version; intent: Intent | undefined } = { version, intent: undefined };
  const look = async (): Promise<Settled<Facts>> => {
    const { version: work, intent } = state;
    const found = await stage({ id: 'x', work, now: cloud.now(), since, intent });
    if (found.status !== 'intend') return found;
    const attempt = (intent?.attempt ?? 0) + 1;
    state.intent = { attempt, at: cloud.now(), what: found.what, before: found.before };
    state.version = knowing(work, found.facts);
    return await found.proceed();
  };
  for (let looks = 0; looks < 300; looks += 1) {
    const found = await notNow(look);
    state.version = knowing(state.version, found?.facts);
    if (found && found.status !== 'running') return { found, version: state.version };
    cloud.pass((found?.lookAgainInSeconds ?? 30) / 60);
  }
  throw new Error('it never came to its end');
}

/** Undefined where Azure says no for now. */
async function notNow<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AppError && error.retryable) return undefined;
    throw error;
  }
}
