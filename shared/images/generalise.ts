import type { Look } from '../workflow/look.ts';
import type { Version } from './image.ts';
import type { Machines, Scripts } from './machine.ts';
import { benchMachine } from './names.ts';
import { runOnce } from './run-script.ts';
import { done, type EnsureVersionStage, failed, running, versionId } from './stage.ts';

/** What Windows says of itself once sysprep is through. */
const proof = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';

/**
 * `/quit`, not `/shutdown`: a run command must live to say how it ended. The agents run first, because a
 * machine that is generalised before they are up never reports (Azure's own image builders wait likewise).
 */
const sysprep = `
$ErrorActionPreference = 'Stop'
foreach ($name in 'RdAgent', 'WindowsAzureGuestAgent') {
  while ((Get-Service $name).Status -ne 'Running') { Start-Sleep -Seconds 5 }
}
Remove-Item 'C:\\Windows\\Panther' -Recurse -Force -ErrorAction SilentlyContinue
$sysprep = Start-Process "$env:SystemRoot\\System32\\Sysprep\\sysprep.exe" -ArgumentList '/oobe', '/generalize', '/quit', '/mode:vm' -PassThru -Wait
if ($sysprep.ExitCode -ne 0) {
  Get-Content "$env:SystemRoot\\System32\\Sysprep\\Panther\\setuperr.log" -Tail 40 -ErrorAction SilentlyContinue
  exit $sysprep.ExitCode
}
`;

const readImageState = `
(Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State').ImageState
`;

/** Sysprep has run and Windows says so; the VM is deallocated and marked as generalised. */
export function ensureGeneralised(machines: Machines, scripts: Scripts): EnsureVersionStage {
  return async (look) => {
    const ref = benchMachine(look.work);
    const machine = await machines.find(ref);
    if (!machine) return failed('SysprepFailed', `The build VM ${ref.name} is gone.`);
    if (machine.generalized) return done();
    if (machine.power === 'deallocated') {
      await machines.generalize(ref);
      return running('the VM to be marked as generalised', 5);
    }
    if (machine.power !== 'running') return running('the VM to be deallocated', 15);
    const unproven = await sysprepUnproven(scripts, look);
    if (unproven) return unproven;
    await machines.deallocate(ref);
    return running('the VM to be deallocated', 15, { news: `sysprep is through: ${proof}` });
  };
}

/** Undefined once Windows itself says that it is generalised. */
async function sysprepUnproven(scripts: Scripts, { work: version, intent, now }: Look<Version>) {
  const owner = versionId(version);
  const asked = { scripts, ref: benchMachine(version), location: version.plan.bench.location, intent, now };
  const run = await runOnce({
    ...asked,
    script: { name: 'sysprep', owner, script: sysprep, timeoutSeconds: 3600 },
  });
  if ('wait' in run) return run.wait;
  if (run.ended.state !== 'ended' || run.ended.exitCode !== 0) {
    return failed(
      'SysprepFailed',
      `Sysprep ended with ${run.ended.exitCode}. ${run.ended.output.slice(-1000)}`,
    );
  }
  const read = { name: 'image-state', owner, script: readImageState, timeoutSeconds: 600 };
  const state = await runOnce({ ...asked, script: read });
  if ('wait' in state) return state.wait;
  const said = state.ended.output.trim();
  return said.includes(proof)
    ? undefined
    : failed('SysprepFailed', `Windows says ${said || 'nothing'} instead of ${proof}.`);
}
