import { hours } from './draw.ts';
import { bold, dim, type Line, type Style } from './ink.ts';
import { type Minutes, total } from './minutes.ts';
import type { Verdict } from './verdict.ts';

/** How it went, for people. */
export function summary(
  { report, complaints, stages, pools, armCallsByKind }: Verdict,
  realSeconds: number,
): Line[] {
  const { version, channels, hosts, users } = report;
  const all = total(stages);
  const isWell = complaints.length === 0;
  const style: Style = isWell ? 'green' : 'red';
  const title = isWell
    ? `✔ win11-avd ${version} is on ${channels.join(' and ')}`
    : `✘ win11-avd ${version} did not go as it must`;
  const took = hours(all.azure + all.users + all.own);
  return [
    [],
    [
      ' ',
      { text: title, style: ['bold', style] },
      dim(`  ${took}, simulated in ${Math.round(realSeconds)} s`),
    ],
    [],
    [dim(`   ${'minutes'.padEnd(16)}${['Azure', 'users', 'own'].map((name) => name.padStart(8)).join('')}`)],
    ...stages.map(({ stage, ...minutes }): Line => [`   ${stage.padEnd(16)}`, ...figures(minutes)]),
    ['   ', bold('in all'.padEnd(16)), ...figures(all)],
    [],
    row('hosts', `${hosts.done} of ${hosts.total} on ${version}`, hosts.done === hosts.total),
    row('users', `${users.messaged} told, ${users.loggedOff} signed out at the end of their grace`, true),
    ...pools.map(({ name, lowest, floor }) =>
      row('places', `${name}: never fewer than ${lowest}, floor ${floor}`, lowest >= floor),
    ),
    row('Azure', `${report.armCalls} calls (${methods(armCallsByKind)})`, true),
    row('chat', report.webhooks.join('; ') || 'nothing arrived', report.webhooks.length > 0),
    row('left behind', report.leftBehind.join('; ') || 'nothing', report.leftBehind.length === 0),
    [],
    ...complaints.map((complaint): Line => [' ', { text: `✘ ${complaint}`, style: 'red' }]),
    ...(complaints.length > 0 ? [[]] : []),
  ];
}

function row(name: string, text: string, isWell: boolean): Line {
  return ['   ', dim(name.padEnd(16)), isWell ? text : { text, style: 'red' }];
}

function figures({ azure, users, own }: Minutes): Line {
  return [azure, users, own].map((minutes) =>
    minutes < 0.05 ? dim('·'.padStart(8)) : minutes.toFixed(1).padStart(8),
  );
}

function methods(byKind: Readonly<Record<string, number>>): string {
  const counts = new Map<string, number>();
  for (const [kind, count] of Object.entries(byKind)) {
    const method = kind.split(' ')[0] ?? kind;
    counts.set(method, (counts.get(method) ?? 0) + count);
  }
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([method, count]) => `${count} ${method}`)
    .join(', ');
}
