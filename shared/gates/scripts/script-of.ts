import type { CheckPlan } from '../gate.ts';
import { processesScript, applicationsScript, packagesScript } from './inventory.ts';
import { bootScript, cpuScript, memoryScript } from './load.ts';
import { signInScript } from './sign-in.ts';

/** The script that a check runs on hosts, with the minutes that it needs by itself; none for checks that run none. */
export function scriptOf(plan: CheckPlan): { readonly text: string; readonly minutes: number } | undefined {
  if (plan.kind === 'compare') return compared[plan.metric];
  if (plan.kind !== 'probe') return undefined;
  const { probe } = plan;
  if ('signIn' in probe) return { text: signInScript(probe.signIn), minutes: probe.signIn.waitMinutes };
  if ('cpu' in probe) return { text: cpuScript(probe.cpu), minutes: probe.cpu.seconds / 60 };
  if ('memory' in probe) return { text: memoryScript, minutes: 0 };
  if ('processes' in probe) return { text: processesScript(probe.processes), minutes: 0 };
  if ('applications' in probe) return { text: applicationsScript(probe.applications), minutes: 0 };
  return { text: probe.script.text, minutes: 0 };
}

const compared = {
  bootSeconds: { text: bootScript, minutes: 0 },
  signInSeconds: { text: signInScript({ last: 5, waitMinutes: 30 }), minutes: 30 },
  memoryMb: { text: memoryScript, minutes: 0 },
  imageSizeGb: undefined,
  packages: { text: packagesScript, minutes: 0 },
} as const;
