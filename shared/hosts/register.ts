import { AppError } from '../errors.ts';
import { minutesAfter, secondsBetween } from '../instant.ts';
import { withoutSecrets } from '../log.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import type { Intent } from '../workflow/stages.ts';
import { agentScript, tokenParameter } from './agent-script.ts';
import { registered } from './exclude.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import type { Machine, Machines, RunCommand } from './machine.ts';
import { type Durations, isTimeTo, paceOf, untilTick } from './pace.ts';
import type { Readings } from './readings.ts';
import type { SessionHost, SessionHosts } from './session-host.ts';
import {
  done,
  type EnsureHostStage,
  failed,
  isTurnedAway,
  landsWithinMinutes,
  running,
  seenMachine,
  turnedAway,
} from './stage.ts';

const mostFailures = 3;
/** That the agent cannot be had is nothing of the host's: outages of Microsoft's addresses took an hour and more. */
const mostDownloads = 8;
const notDownloaded = /could not be downloaded/;
/** A script that succeeded and a host that does not appear: then it is tried with a new token. */
const appearsWithinMinutes = 20;
const scriptSeconds = 30 * 60;
/** What failed at once fails at once again: the agent's download, the AVD service. */
const nextTryAfterSeconds = 120;
const mostSecondsBetweenTries = 1200;
/** How often the script is asked whether it failed: that it ended well is seen by the host it brings. */
const scriptLookSeconds = 120;

interface Parts {
  readonly machines: Machines;
  readonly sessionHosts: SessionHosts;
  readonly readings: Readings;
  readonly durations: Durations;
}

/**
 * The agent speaks for the new disk. The old session host is taken out first, because it bars the way; the
 * new one takes users from its first second, so that it is drained as soon as it is seen. That it appears in
 * the pool's list is what is waited for: the script is asked only now and then, for whether it failed.
 */
export function ensureRegistered(parts: Parts): EnsureHostStage {
  return async (look) => {
    const { facts, heardAt } = look.work;
    // Between the removal of the old session host and the first script none can appear.
    const isNoneToAppear =
      facts.deregistered === true && !look.intent && facts.registrationFailures === undefined;
    const answer = isNoneToAppear ? undefined : await inPool(parts, look);
    if (answer) return answer;
    if (isToAppear(look) && !isTimeTo(scriptLookSeconds, look.intent.at, { ...look, last: heardAt })) {
      return toAppear(parts, look);
    }
    return await onMachine(parts, look);
  };
}

/** What the pool says: the host has appeared, or its record of before must go. */
async function inPool(parts: Parts, look: Look<Host>): Promise<Settled<Facts> | undefined> {
  const { machines, sessionHosts, readings } = parts;
  const { work: host } = look;
  const { facts } = host;
  // By its name a session host is found without its machine; only a machine that was in no pool has none.
  const unnamed = facts.sessionHost === undefined ? await seenMachine(machines, readings, look) : undefined;
  const found = await registered(readings, look, unnamed);
  if (found && isOfThisDisk(host, found)) return await drained(parts, look, found);
  return facts.deregistered === true ? undefined : await deregister(sessionHosts, host, found);
}

/** What the machine says: whether it can run a script, and what became of the one of this try. */
async function onMachine(parts: Parts, look: Look<Host>): ReturnType<EnsureHostStage> {
  const { machines, readings } = parts;
  const machine = await seenMachine(machines, readings, look);
  if (machine.power !== 'running') return await powerOn(parts, look, machine);
  if (!machine.agentReady) return running('the VM agent to report', bootPace(parts, look));
  // Nobody starts a script before the intention is kept.
  if (!isToAppear(look)) return intention(parts, look);
  const command = await machines.runCommand(look.work.plan.machine, commandName(look));
  if (command) return installed(parts, look, command);
  return mayYetAppear(look) ?? intention(parts, look);
}

/** A look after the script of this try was asked for. */
type Started = Look<Host> & { readonly intent: Intent };

/** A script of this try was asked for, and may be at work. */
function isToAppear(look: Look<Host>): look is Started {
  return look.intent?.what === commandName(look) && look.work.facts.registrationRefused !== true;
}

function toAppear({ durations }: Parts, { work: { plan }, now, intent }: Started) {
  const pool = plan.pool.hostPool;
  const pace = paceOf(secondsBetween(intent.at, now), durations.usual(pool, 'register'));
  return running('the session host to appear', untilTick(now, plan, Math.min(pace, scriptLookSeconds)));
}

function bootPace({ durations }: Parts, { work: { plan }, since, now }: Look<Host>): number {
  const pool = plan.pool.hostPool;
  return untilTick(now, plan, paceOf(secondsBetween(since, now), durations.usual(pool, 'boot')));
}

/** After the old one was taken out, whatever appears under the name is new. */
function isOfThisDisk({ facts }: Host, { lastHeartbeat }: SessionHost): boolean {
  if (facts.deregistered === true) return true;
  return lastHeartbeat !== undefined && lastHeartbeat > (facts.reimagedAt ?? '');
}

async function deregister(
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
  found: SessionHost | undefined,
): Promise<Settled<Facts>> {
  // Also one that the list does not show: whatever appears under the name from now on will count as new.
  const name = found?.name ?? facts.sessionHost;
  if (name !== undefined) {
    await sessionHosts.remove(plan.pool, name);
    if (await sessionHosts.read(plan.pool, name)) return running('the old session host to be removed', 5);
  }
  return running('the agent to be installed', 0, { facts: { deregistered: true } });
}

async function powerOn(parts: Parts, look: Look<Host>, { power }: Machine): Promise<Settled<Facts>> {
  if (power === 'deallocated' || power === 'stopped') await parts.machines.start(look.work.plan.machine);
  return running('the machine to start', bootPace(parts, look));
}

async function drained(
  { machines, sessionHosts, durations }: Parts,
  { work: { plan, facts }, intent, now }: Look<Host>,
  { name }: SessionHost,
): Promise<Settled<Facts>> {
  await sessionHosts.setAllowNewSession(plan.pool, name, false);
  const after = await sessionHosts.read(plan.pool, name);
  if (after?.allowNewSession !== false) return running('the drain flag to be written', 5);
  for (let failures = facts.registrationFailures ?? 0; failures >= 0; failures -= 1) {
    await machines.removeRunCommand(plan.machine, nameOfCommand(plan, failures));
  }
  if (intent) durations.saw(plan.pool.hostPool, 'register', secondsBetween(intent.at, now));
  return done({ sessionHost: name });
}

/** Numbered by what failed before, so that the same script is found again and a new try has a new name. */
function commandName({ work: { plan, facts } }: Look<Host>): string {
  return nameOfCommand(plan, facts.registrationFailures ?? 0);
}

function nameOfCommand({ rollout }: Host['plan'], failures: number): string {
  return `register-${failures + 1}-${rollout}`.slice(0, 80);
}

function installed(parts: Parts, look: Started, command: RunCommand): Settled<Facts> {
  const { intent, now } = look;
  if (command.state === 'Pending' || command.state === 'Running') {
    return toAppear(parts, look);
  }
  if (command.state !== 'Succeeded' || (command.exitCode ?? 0) !== 0) return tryAgain(look, command);
  if (now < minutesAfter(intent.at, appearsWithinMinutes)) {
    return toAppear(parts, look);
  }
  return tryAgain(look, { ...command, output: 'The agent was installed and the host never appeared.' });
}

/** Undefined once it is certain that the script was not started. */
function mayYetAppear(look: Started): Settled<Facts> | undefined {
  const { intent, now } = look;
  if (now >= minutesAfter(intent.at, landsWithinMinutes)) return undefined;
  return running('the script to appear', 15);
}

function tryAgain(
  { work: { plan, facts } }: Look<Host>,
  { state, exitCode, output }: RunCommand,
): Settled<Facts> {
  const registrationFailures = (facts.registrationFailures ?? 0) + 1;
  const isDownload = notDownloaded.test(output);
  const downloadFailures = (facts.downloadFailures ?? 0) + (isDownload ? 1 : 0);
  const evidence = withoutSecrets(output.trim()).slice(-500);
  const what = `script ${registrationFailures} on ${plan.name}: ${state}, exit code ${exitCode ?? '?'}. ${evidence}`;
  if (registrationFailures - downloadFailures >= mostFailures || downloadFailures >= mostDownloads) {
    return failed('RegistrationFailed', `Not registered after ${registrationFailures} tries; ${what}`);
  }
  return running(
    isDownload ? 'the agent to be downloaded' : 'the next try to register',
    isDownload ? untilNextDownload(downloadFailures) : nextTryAfterSeconds,
    { facts: { registrationFailures, ...(isDownload && { downloadFailures }) }, news: what },
  );
}

/** Soon at first, and then ever more seldom: all hosts under way wait for the same. */
function untilNextDownload(failures: number): number {
  return Math.min(nextTryAfterSeconds * 2 ** (failures - 1), mostSecondsBetweenTries);
}

/** A token for this try alone to see: it goes from the pool to the machine and is kept nowhere. */
function intention({ machines, sessionHosts }: Parts, look: Look<Host>): Intended<Facts> {
  const { plan } = look.work;
  const name = commandName(look);
  return {
    status: 'intend',
    what: name,
    before: 'not started',
    facts: { registrationRefused: false },
    proceed: async () => {
      const refused = { registrationRefused: true };
      let token: string;
      try {
        token = await sessionHosts.registrationToken(plan.pool, scriptSeconds / 60 + 15);
      } catch (error) {
        if (error instanceof AppError) return turnedAway(error, refused);
        throw error;
      }
      try {
        await machines.startRunCommand(plan.machine, {
          name,
          location: plan.location,
          script: agentScript,
          protectedParameters: { [tokenParameter]: token },
          timeoutSeconds: scriptSeconds,
        });
      } catch (error) {
        if (isTurnedAway(error)) return turnedAway(error, refused);
        throw error;
      }
      return running('the agent to be installed', 30, { news: `${name} started` });
    },
  };
}
