import { withoutSecrets } from '../log.ts';
import type { Reading } from './course.ts';
import type { CheckPlan, Script } from './gate.ts';
import type { ProbeRun } from './ports.ts';

const mostEvidence = 600;
const mostItems = 500;

/** What a script that has ended found; undefined while it is at it. Nothing that looks like a secret is kept. */
export function readingOf(plan: CheckPlan, run: ProbeRun): Reading | undefined {
  const { state, exitCode } = run;
  if (state === 'Pending' || state === 'Running') return undefined;
  if (state === 'TimedOut') return errored('The script ran out of time', run);
  if (state === 'Canceled') return errored('The script was canceled', run);
  if (state === 'Failed' && exitCode === undefined) return errored('The host could not run the script', run);
  if (plan.kind === 'probe' && 'script' in plan.probe) return ofScript(plan.probe.script, run);
  return (exitCode ?? 0) === 0 ? ofOurs(run) : errored(`The script ended with ${exitCode}`, run);
}

function ofScript({ reads, unit }: Script, run: ProbeRun): Reading {
  const { exitCode = 0, output } = run;
  if (reads === 'exitCode') {
    return { outcome: 'measured', measured: exitCode, evidence: told(run) || `it ended with ${exitCode}` };
  }
  if (exitCode !== 0) return errored(`The script ended with ${exitCode}`, run);
  const numbers = linesOf(output).filter((line) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(line));
  const measured = Number(numbers.at(-1) ?? Number.NaN);
  if (!Number.isFinite(measured)) return errored('The script wrote no line that is a number', run);
  return { outcome: 'measured', measured, ...(unit !== undefined && { unit }), evidence: told(run) };
}

/** The one line of JSON that scripts of ours end in. */
function ofOurs(run: ProbeRun): Reading {
  const answer = linesOf(run.output)
    .map(parsed)
    .findLast((found) => found?.['goldsmith'] === 1);
  if (!answer) return errored('The script gave no answer', run);
  const { measured, unit, evidence, items, inconclusive } = answer;
  if (typeof inconclusive === 'string') return { outcome: 'inconclusive', evidence: shown(inconclusive) };
  if (typeof measured !== 'number' || !Number.isFinite(measured))
    return errored('The script measured nothing', run);
  const list = [items ?? []].flat().filter((item) => typeof item === 'string');
  return {
    outcome: 'measured',
    measured,
    ...(typeof unit === 'string' && { unit: unit.slice(0, 20) }),
    evidence: typeof evidence === 'string' ? shown(evidence) : '',
    ...(items !== undefined && { items: list.slice(0, mostItems) }),
  };
}

function errored(what: string, run: ProbeRun): Reading {
  const words = told(run);
  return { outcome: 'errored', evidence: words === '' ? `${what}.` : `${what}: ${words}` };
}

function told({ output, error }: ProbeRun): string {
  return shown(
    [output, error]
      .map((text) => text.trim())
      .filter(Boolean)
      .join('\n'),
  );
}

function shown(text: string): string {
  return withoutSecrets(text).slice(-mostEvidence);
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.trim());
}

function parsed(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
