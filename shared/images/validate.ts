import type { Channels } from './roll-out.ts';
import { done, type EnsureVersionStage, failed, running } from './stage.ts';
import type { Check } from './version.ts';

/** Every check of every host of the first channel has passed. Inconclusive is not passed: it waits. */
export function ensureValidated(channels: Channels): EnsureVersionStage {
  return async ({ work: { set, plan, facts } }) => {
    const [first] = plan.channels;
    if (first === undefined || facts.imageVersionId === undefined) return done();
    const checks = await channels.checkHosts(set, first, facts.imageVersionId);
    const wrong = checks.filter(({ outcome }) => outcome === 'failed');
    if (wrong.length > 0) return failed('HealthCheckFailed', tell(wrong), { checks });
    const open = checks.filter(({ outcome }) => outcome === 'inconclusive');
    if (open.length > 0) return running(tell(open), 60, { facts: { checks } });
    return done({ checks });
  };
}

function tell(checks: readonly Check[]): string {
  const [first, ...more] = checks.map(({ host, name, evidence }) => `${name} on ${host}: ${evidence}`);
  return more.length === 0 ? `${first}` : `${first} (and ${more.length} more)`;
}
