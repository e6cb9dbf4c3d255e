import { type Instant, minutesAfter } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import { commandOf } from './commands.ts';
import type { Version } from './image.ts';
import { knownFault } from './known-faults.ts';
import type { Machine, Machines, ScriptRun, Scripts } from './machine.ts';
import { benchMachine } from './names.ts';
import { runOnce } from './run-script.ts';
import { linuxSeal, linuxSealed } from './scripts/linux-seal.ts';
import { sealedState, windowsSeal } from './scripts/windows-seal.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';
import { runCommandsLeft } from './swept.ts';
import type { Facts } from './version.ts';

type Answer = Settled<Facts> | Intended<Facts>;

/**
 * The guest is sealed (sysprep, or the Linux agent's deprovisioning) and says so itself, nothing of ours is left
 * on the machine, it is deallocated, and Azure knows it as generalised. What stays specialised is deallocated.
 */
export function ensureGeneralised(machines: Machines, scripts: Scripts): EnsureVersionStage {
  return async (look) => {
    const { plan, facts } = look.work;
    if (facts.source?.way === 'import') return done();
    const isSpecialised = plan.definition.osState === 'Specialized';
    const isSealed = isSpecialised || facts.sealed !== undefined;
    // While it is being sealed there is nothing to see of the machine.
    if (!isSealed && look.intent) return await sealed(scripts, look);
    const ref = benchMachine(look.work);
    const machine = await machines.find(ref);
    if (!machine) return failed('SysprepFailed', `The build VM ${ref.name} is gone.`);
    if (machine.generalized && machine.power === 'deallocated') return done();
    if (isSealed) return await putToRest({ machines, scripts, look, machine, isSpecialised });
    if (machine.power !== 'running') return notSealable(machine, look);
    return (await runCommandsLeft(scripts, ref, sealCommand(look.work))) ?? (await sealed(scripts, look));
  };
}

/** A machine that somebody stopped before it was sealed must not be taken for one that is. */
function notSealable({ power }: Machine, { since, now }: Look<Version>): Settled<Facts> {
  if (power === 'changing' && now < minutesAfter(since, 30)) return running('the VM to be running', 60);
  return failed('SysprepFailed', `The build VM is ${power}, and was not sealed before: somebody stopped it.`);
}

async function sealed(scripts: Scripts, { work: version, intent, now }: Look<Version>): Promise<Answer> {
  const { definition, bench } = version.plan;
  const isWindows = definition.osType === 'Windows';
  const name = sealName(version);
  const run = await runOnce({
    scripts,
    ref: benchMachine(version),
    location: bench.location,
    script: {
      name: sealCommand(version),
      owner: versionId(version),
      script: isWindows ? windowsSeal : linuxSeal,
      timeoutSeconds: (isWindows ? 60 : 15) * 60,
    },
    intent,
    now,
    soonestSeconds: isWindows ? 240 : 60,
  });
  if ('wait' in run) return run.wait;
  const { output } = run.ended;
  const proof = /^sealed=(\w+)\s*$/m.exec(output)?.[1];
  const lastOutput = { step: name, attempt: 1, output };
  if (run.ended.state === 'ended' && proof === (isWindows ? sealedState : linuxSealed)) {
    return running('the run commands to be removed', 1, {
      facts: { sealed: proof, lastOutput },
      news: `${name} is through: ${proof}`,
    });
  }
  return failed('SysprepFailed', whyNot(name, run.ended, proof), { lastOutput });
}

function sealName({ plan }: Version): string {
  return plan.definition.osType === 'Windows' ? 'sysprep' : 'deprovision';
}

function sealCommand(version: Version): string {
  return commandOf(version, sealName(version));
}

/** What went wrong, with its name and what helps where the log shows a known fault, and the end of the log. */
function whyNot(name: string, { state, exitCode, output }: ScriptRun, proof: string | undefined): string {
  const end = output.slice(-1000);
  if (state === 'timed-out') return `${name} did not end in time: it hangs. ${end}`;
  if (state === 'gone-wrong') return `Azure could not run ${name}. ${end}`;
  const known = knownFault(output);
  if (known) return `${name} failed: ${known.fault}. ${known.remedy} The log ends: ${end}`;
  const said = proof === undefined ? 'nothing of its state' : proof;
  return `${name} ended with ${exitCode}, and the guest says ${said}. ${end}`;
}

interface Rest {
  readonly machines: Machines;
  readonly scripts: Scripts;
  readonly look: Look<Version>;
  readonly machine: Machine;
  readonly isSpecialised: boolean;
}

/** Our run commands taken off, the machine deallocated, and marked as generalised unless it stays as it is. */
async function putToRest({ machines, scripts, look, machine, isSpecialised }: Rest): Promise<Settled<Facts>> {
  const ref = benchMachine(look.work);
  if (machine.power === 'deallocated') {
    if (isSpecialised) return done();
    await machines.generalize(ref);
    return running('the VM to be marked as generalised', 5);
  }
  // A build VM takes its run commands with it when it is deleted; one that was lent would keep ours.
  if (machine.power === 'running' && look.work.facts.source?.way === 'in-place') {
    const left = await runCommandsLeft(scripts, ref);
    if (left) return left;
  }
  if (machine.power !== 'changing') await machines.deallocate(ref);
  return running('the VM to be deallocated', soonest(look.since, look.now));
}

/** Deallocating takes a minute or two, and now and then a quarter of an hour. */
function soonest(since: Instant, now: Instant): number {
  return now > minutesAfter(since, 60) ? 240 : 120;
}
