import type { Look } from '../workflow/look.ts';
import { commandOf } from './commands.ts';
import type { Version } from './image.ts';
import { inspectionRules } from './inspection-rules.ts';
import { type Evidence, type Finding, judge, obstacles, parseEvidence } from './inspection.ts';
import type { Scripts } from './machine.ts';
import { benchMachine } from './names.ts';
import { intentionToRun, runOnce } from './run-script.ts';
import { linuxEvidence } from './scripts/linux-evidence.ts';
import { windowsEvidence } from './scripts/windows-evidence.ts';
import { done, type EnsureVersionStage, failed, versionId } from './stage.ts';
import { hasGuest } from './step-script.ts';

/** The guest was asked what is in it, and nothing stands in the way of its becoming an image. */
export function ensureInspected(scripts: Scripts): EnsureVersionStage {
  return async (look) => {
    const { plan, facts } = look.work;
    if (!hasGuest(facts.source)) return done();
    const { osType, osState } = plan.definition;
    const asked = await evidenceOf(scripts, look);
    if ('wait' in asked) return asked.wait;
    const { evidence } = asked;
    const findings = judge(evidence, { rules: inspectionRules, osType, osState, policy: plan.inspection });
    const inTheWay = obstacles(findings);
    if (inTheWay.length === 0) return done({ findings });
    return failed('InspectionFailed', told(inTheWay), { findings });
  };
}

/**
 * Asks the guest, and once more when it said nothing: the build behind it took hours, and asking changes nothing.
 * A guest that still says nothing could not be asked: every rule is inconclusive.
 */
async function evidenceOf(scripts: Scripts, look: Look<Version>) {
  const second = commandOf(look.work, 'inspect-try-2');
  const isSecond = look.intent?.what === intentionToRun(second);
  const first = await answered(scripts, look, isSecond ? second : commandOf(look.work, 'inspect'));
  if (isSecond || 'wait' in first || Object.keys(first.evidence).length > 0) return first;
  return await answered(scripts, look, second);
}

async function answered(scripts: Scripts, { work: version, intent, now }: Look<Version>, name: string) {
  const { location } = version.plan.bench;
  const script = version.plan.definition.osType === 'Windows' ? windowsEvidence : linuxEvidence;
  const run = await runOnce({
    scripts,
    ref: benchMachine(version),
    location,
    script: { name, owner: versionId(version), script, timeoutSeconds: 900 },
    intent,
    now,
  });
  if ('wait' in run) return run;
  const { state, output } = run.ended;
  const evidence: Evidence = state === 'ended' ? parseEvidence(output) : {};
  return { evidence };
}

function told(findings: readonly Finding[]): string {
  return findings
    .map(({ rule, evidence, remedy }) => `${rule}: ${evidence}. ${remedy ?? ''}`)
    .join('\n')
    .slice(0, 2000);
}
