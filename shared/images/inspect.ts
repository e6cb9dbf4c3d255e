import { commandOf } from './commands.ts';
import { inspectionRules } from './inspection-rules.ts';
import { type Finding, judge, obstacles, parseEvidence } from './inspection.ts';
import type { Scripts } from './machine.ts';
import { benchMachine } from './names.ts';
import { runOnce } from './run-script.ts';
import { linuxEvidence } from './scripts/linux-evidence.ts';
import { windowsEvidence } from './scripts/windows-evidence.ts';
import { done, type EnsureVersionStage, failed, versionId } from './stage.ts';
import { hasGuest } from './step-script.ts';

/** The guest was asked what is in it, and nothing stands in the way of its becoming an image. */
export function ensureInspected(scripts: Scripts): EnsureVersionStage {
  return async ({ work: version, intent, now }) => {
    const { plan, facts } = version;
    if (!hasGuest(facts.source)) return done();
    const { osType, osState } = plan.definition;
    const script = osType === 'Windows' ? windowsEvidence : linuxEvidence;
    const run = await runOnce({
      scripts,
      ref: benchMachine(version),
      location: plan.bench.location,
      script: { name: commandOf(version, 'inspect'), owner: versionId(version), script, timeoutSeconds: 900 },
      intent,
      now,
    });
    if ('wait' in run) return run.wait;
    const { state, output } = run.ended;
    // A guest that could not be asked has said nothing: every rule is inconclusive.
    const evidence = state === 'ended' ? parseEvidence(output) : {};
    const findings = judge(evidence, { rules: inspectionRules, osType, osState, policy: plan.inspection });
    const inTheWay = obstacles(findings);
    if (inTheWay.length === 0) return done({ findings });
    return failed('InspectionFailed', told(inTheWay), { findings });
  };
}

function told(findings: readonly Finding[]): string {
  return findings
    .map(({ rule, evidence, remedy }) => `${rule}: ${evidence}. ${remedy ?? ''}`)
    .join('\n')
    .slice(0, 2000);
}
