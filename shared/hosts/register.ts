import { AppError } from '../errors.ts';
import { minutesAfter } from '../instant.ts';
import { withoutSecrets } from '../log.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import { agentScript, tokenParameter } from './agent-script.ts';
import { registered } from './exclude.ts';
import type { Facts, Host } from './host.ts';
import type { Machine, Machines, RunCommand } from './machine.ts';
import type { SessionHost, SessionHosts } from './session-host.ts';
import { done, type EnsureHostStage, failed, isTurnedAway, machineOf, running, turnedAway } from './stage.ts';

const mostFailures = 3;
/** A request whose reply was lost may still be on its way for so long. */
const landsWithinMinutes = 5;
/** A script that succeeded and a host that does not appear: then it is tried with a new token. */
const appearsWithinMinutes = 20;
const scriptSeconds = 30 * 60;
/** What failed at once fails at once again: the agent's download, the AVD service. */
const nextTryAfterSeconds = 120;

/**
 * The agent speaks for the new disk. The old session host is taken out first, because it bars the way; the
 * new one takes users from its first second, so that it is drained as soon as it is seen.
 */
export function ensureRegistered(machines: Machines, sessionHosts: SessionHosts): EnsureHostStage {
  return async (look) => {
    const { work: host } = look;
    const machine = await machineOf(machines, host);
    const found = await registered(sessionHosts, host, machine);
    if (found && isOfThisDisk(host, found)) return await drained(machines, sessionHosts, host, found);
    if (host.facts.deregistered !== true) return await deregister(sessionHosts, host, found);
    if (machine.power !== 'running') return await powerOn(machines, host, machine);
    if (!machine.agentReady) return running('the VM agent to report', 15);
    const command = await machines.runCommand(host.plan.machine, commandName(look));
    if (command) return installed(look, command);
    return mayYetAppear(look) ?? intention(machines, sessionHosts, look);
  };
}

/** After the old one was taken out, whatever appears under the name is new. */
function isOfThisDisk({ facts }: Host, { lastHeartbeat }: SessionHost): boolean {
  if (facts.deregistered === true) return true;
  return lastHeartbeat !== undefined && lastHeartbeat > (facts.reimagedAt ?? '');
}

async function deregister(
  sessionHosts: SessionHosts,
  { plan }: Host,
  found: SessionHost | undefined,
): Promise<Settled<Facts>> {
  if (found) {
    await sessionHosts.remove(plan.pool, found.name);
    if (await sessionHosts.read(plan.pool, found.name))
      return running('the old session host to be removed', 5);
  }
  return running('the agent to be installed', 0, { facts: { deregistered: true } });
}

async function powerOn(machines: Machines, { plan }: Host, { power }: Machine): Promise<Settled<Facts>> {
  if (power === 'deallocated' || power === 'stopped') await machines.start(plan.machine);
  return running('the machine to start', 15);
}

async function drained(
  machines: Machines,
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
  { name }: SessionHost,
): Promise<Settled<Facts>> {
  await sessionHosts.setAllowNewSession(plan.pool, name, false);
  const after = await sessionHosts.read(plan.pool, name);
  if (after?.allowNewSession !== false) return running('the drain flag to be written', 5);
  for (let failures = facts.registrationFailures ?? 0; failures >= 0; failures -= 1) {
    await machines.removeRunCommand(plan.machine, nameOfCommand(plan, failures));
  }
  return done({ sessionHost: name });
}

/** Numbered by what failed before, so that the same script is found again and a new try has a new name. */
function commandName({ work: { plan, facts } }: Look<Host>): string {
  return nameOfCommand(plan, facts.registrationFailures ?? 0);
}

function nameOfCommand({ rollout }: Host['plan'], failures: number): string {
  return `register-${failures + 1}-${rollout}`.slice(0, 80);
}

function installed(look: Look<Host>, command: RunCommand): Settled<Facts> {
  const { intent, now, since } = look;
  if (command.state === 'Pending' || command.state === 'Running') {
    return running('the agent to be installed', 15);
  }
  if (command.state !== 'Succeeded' || (command.exitCode ?? 0) !== 0) return tryAgain(look, command);
  if (now < minutesAfter(intent?.at ?? since, appearsWithinMinutes)) {
    return running('the session host to appear', 5);
  }
  return tryAgain(look, { ...command, output: 'The agent was installed and the host never appeared.' });
}

/** Undefined once it is certain that the script was not started. */
function mayYetAppear(look: Look<Host>): Settled<Facts> | undefined {
  const { work: host, intent, now } = look;
  if (intent?.what !== commandName(look) || host.facts.registrationRefused === true) return undefined;
  if (now >= minutesAfter(intent.at, landsWithinMinutes)) return undefined;
  return running('the script to appear', 15);
}

function tryAgain(
  { work: { plan, facts } }: Look<Host>,
  { state, exitCode, output }: RunCommand,
): Settled<Facts> {
  const registrationFailures = (facts.registrationFailures ?? 0) + 1;
  const evidence = withoutSecrets(output.trim()).slice(-500);
  const what = `script ${registrationFailures} on ${plan.name}: ${state}, exit code ${exitCode ?? '?'}. ${evidence}`;
  if (registrationFailures >= mostFailures) {
    return failed('RegistrationFailed', `Not registered after ${mostFailures} tries; ${what}`);
  }
  return running('the next try to register', nextTryAfterSeconds, {
    facts: { registrationFailures },
    news: what,
  });
}

/** A token for this try alone to see: it goes from the pool to the machine and is kept nowhere. */
function intention(machines: Machines, sessionHosts: SessionHosts, look: Look<Host>): Intended<Facts> {
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
