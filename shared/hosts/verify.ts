import { type Instant, minutesAfter, secondsAfter } from '../instant.ts';
import { registered } from './exclude.ts';
import { type Check, complaints, examine, isHealthy } from './health.ts';
import type { Host } from './host.ts';
import type { Machines } from './machine.ts';
import type { SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, failed, machineOf, running } from './stage.ts';

/** A new agent updates itself first, which takes half an hour and more and is no fault. */
const patienceMinutes = { upgrading: 60, else: 30 };

/** Healthy, and still healthy a while later: the broker's first word is not to be taken. */
export function ensureVerified(machines: Machines, sessionHosts: SessionHosts): EnsureHostStage {
  return async ({ work: host, now, since }) => {
    const { plan, facts } = host;
    const machine = await machineOf(machines, host);
    const sessionHost = await registered(sessionHosts, host, machine);
    const asked = { ...plan.policy.healthy, host: plan.name, imageVersionId: plan.imageVersionId };
    const from = facts.reimagedAt === undefined ? {} : { since: facts.reimagedAt };
    const checks = examine({ ...asked, ...from }, machine, sessionHost, now);
    if (isHealthy(checks)) return settled(host, checks, now);
    const wrong = complaints(checks);
    const patience = sessionHost?.status === 'Upgrading' ? patienceMinutes.upgrading : patienceMinutes.else;
    if (now < minutesAfter(since, patience)) {
      return running(wrong, 15, { facts: { healthySince: '', checks } });
    }
    return failed('HealthCheckFailed', `${plan.name}: ${wrong}`, { checks });
  };
}

function settled({ plan, facts }: Host, checks: readonly Check[], now: Instant) {
  const healthySince = facts.healthySince || now;
  const until = secondsAfter(healthySince, plan.policy.healthy.settleSeconds);
  if (now >= until && now > healthySince) return done({ healthySince, checks });
  const left = Math.ceil((Date.parse(until) - Date.parse(now)) / 1000);
  return running('a second look at its health', Math.max(1, left), { facts: { healthySince, checks } });
}
