import { type Instant, minutesAfter, secondsAfter, secondsBetween } from '../instant.ts';
import { registered } from './exclude.ts';
import { type Check, complaints, examine, isHealthy } from './health.ts';
import { type Host, wantedImage } from './host.ts';
import type { Machines } from './machine.ts';
import { type Durations, paceOf, untilTick } from './pace.ts';
import type { Readings } from './readings.ts';
import { done, type EnsureHostStage, failed, running, seenMachine } from './stage.ts';

/** A new agent updates itself first, which takes half an hour and more and is no fault. */
const patienceMinutes = { upgrading: 60, else: 30 };
const justSeconds = 2;

/** Of the machine only its image is asked, which nobody but us changes. */
const machineForSeconds = 120;

interface Parts {
  readonly machines: Machines;
  readonly readings: Readings;
  readonly durations: Durations;
}

/** Healthy, and still healthy a while later: the broker's first word is not to be taken. */
export function ensureVerified({ machines, readings, durations }: Parts): EnsureHostStage {
  return async (look) => {
    const { work: host, now, since } = look;
    const { plan, facts } = host;
    // It has appeared this moment, and is looked at when all of the pool are.
    if (secondsBetween(since, now) < justSeconds)
      return running('its first signs of life', untilTick(now, plan, 0));
    const fresh = { after: facts.reimagedAt ?? host.startedAt, seconds: machineForSeconds };
    const machine = await seenMachine(machines, readings, look, fresh);
    const sessionHost = await registered(readings, look, machine);
    const asked = { ...plan.policy.healthy, host: plan.name, imageVersionId: wantedImage(host) };
    const from = facts.reimagedAt === undefined ? {} : { since: facts.reimagedAt };
    const checks = examine({ ...asked, ...from }, machine, sessionHost, now);
    const pool = plan.pool.hostPool;
    if (isHealthy(checks)) {
      if (!facts.healthySince) durations.saw(pool, 'health', secondsBetween(since, now));
      return settled(host, checks, now);
    }
    const wrong = complaints(checks);
    const patience = sessionHost?.status === 'Upgrading' ? patienceMinutes.upgrading : patienceMinutes.else;
    if (now < minutesAfter(since, patience)) {
      const pace = untilTick(now, plan, paceOf(secondsBetween(since, now), durations.usual(pool, 'health')));
      return running(wrong, pace, { facts: { healthySince: '', checks } });
    }
    return failed('HealthCheckFailed', `${plan.name}: ${wrong}`, { checks });
  };
}

function settled({ plan, facts }: Host, checks: readonly Check[], now: Instant) {
  const healthySince = facts.healthySince || now;
  const firstHealthyAt = facts.firstHealthyAt ?? healthySince;
  const known = { healthySince, firstHealthyAt, checks };
  const until = secondsAfter(healthySince, plan.policy.healthy.settleSeconds);
  if (now >= until && now > healthySince) return done(known);
  const left = Math.ceil((Date.parse(until) - Date.parse(now)) / 1000);
  return running('a second look at its health', Math.max(1, left), { facts: known });
}
