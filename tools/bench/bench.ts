// What the app costs and how fast it is, measured on this machine in one run. Figures of two machines, or of a
// busy one, do not compare; the ratios do.
import { availableParallelism, cpus } from 'node:os';
import { type Acceptance, measureAcceptance } from './accept.ts';
import { type Build, measureBuild } from './build.ts';
import { rounded } from './figures.ts';
import { listsTable, measureLists } from './lists.ts';
import type { Load } from './load.ts';
import { type Part, readOptions } from './options.ts';
import { measureRollout } from './rollout.ts';
import { rolloutJson, rolloutTable } from './rollout-report.ts';
import { measureSteering, steerComplaints, steerJson, steerTable } from './steer.ts';
import { measureSweeper, type Sweep } from './sweeper.ts';
import { measureWholeJob, type Use, type WholeJob } from './whole-job.ts';

const options = readOptions(process.argv.slice(2));
const overdue = 10;

const step = async <T>(what: string, measure: () => Promise<T>): Promise<T> => {
  process.stderr.write(`${what} ...\n`);
  return await measure();
};
const wants = (part: Part) => options.parts.includes(part);
const acceptance = wants('accept')
  ? await step('requests against a bare function', measureAcceptance)
  : undefined;
const job = wants('job')
  ? await step(`the whole job, ${options.speed} times as fast as time`, () => measureWholeJob(options.speed))
  : undefined;
const build = wants('build')
  ? await step(`a build of ten steps, ${options.speed} times as fast as time`, () =>
      measureBuild(options.speed),
    )
  : undefined;
const sweeps = wants('sweep')
  ? await step(`a sweep beside ${options.finished} finished workflows`, () =>
      measureSweeper({ finished: options.finished, overdue }),
    )
  : undefined;
const lists = wants('lists')
  ? await step('pages of lists', async () => await measureLists([100, 1_000, 10_000]))
  : undefined;
const rollout = wants('rollout')
  ? await step(`rollouts of 100 hosts, ${options.draws} draws`, () => measureRollout(options))
  : undefined;
const steering = wants('steer')
  ? await step('a rollout that is paused, and whose app is killed', () => measureSteering(options.seed))
  : undefined;

process.stdout.write(options.json ? `${JSON.stringify(asJson())}\n` : `${asTable().join('\n')}\n`);
const complaints = [
  ...(job?.complaints ?? []),
  ...(rollout?.complaints ?? []),
  ...(steering ? steerComplaints(steering) : []),
];
const isWell = complaints.length === 0 && (build?.ended ?? 'built') === 'built';
process.exit(isWell ? 0 : 1);

function asJson() {
  return {
    cores: availableParallelism(),
    ...(acceptance && { accept: acceptJson(acceptance) }),
    ...(job && jobJson(job)),
    ...(build && { build: buildJson(build) }),
    // Asked for alone its figures are the line itself.
    ...(rollout && (options.parts.length === 1 ? rolloutJson(rollout) : { rollout: rolloutJson(rollout) })),
    ...(steering && { steer: steerJson(steering) }),
    ...(lists && { lists }),
    ...(sweeps && { sweeper: { finished: options.finished, sweeps } }),
  };
}

function acceptJson({ goldsmith, bare, callers }: Acceptance) {
  const load = ({ perSecond, p50Ms, p99Ms }: Load) => ({
    perSecond: rounded(perSecond),
    p50Ms: rounded(p50Ms),
    p99Ms: rounded(p99Ms),
  });
  const both = ({ alone, crowd }: Acceptance['bare']) => ({ alone: load(alone), crowd: load(crowd) });
  return {
    callers,
    goldsmith: both(goldsmith),
    bare: both(bare),
    ratio: ratios({ goldsmith, bare, callers }),
  };
}

function jobJson(job: WholeJob) {
  const use = ({ version, perHost, all }: Use) => ({ version, perHost: rounded(perHost), all });
  const { changes, p50, p95 } = job.lag;
  return {
    lagSeconds: { changes, p50: rounded(p50), p95: rounded(p95), speed: job.speed },
    job: {
      hosts: job.hosts,
      virtualMinutes: rounded(job.virtualMinutes),
      armCalls: use(job.armCalls),
      tableOperations: use(job.tableOperations),
      messages: use(job.messages),
      sweeps: job.sweeps,
      complaints: job.complaints,
    },
  };
}

function buildJson({ look, ...build }: Build) {
  return {
    ...build,
    virtualMinutes: rounded(build.virtualMinutes),
    readsPerHour: rounded(build.readsPerHour),
    look: { ...look, p50Ms: rounded(look.p50Ms), mostMs: rounded(look.mostMs) },
  };
}

/** How many times as much as the least that a request can cost on this stack. */
function ratios({ goldsmith, bare }: Acceptance) {
  return {
    perSecond: rounded(goldsmith.crowd.perSecond / bare.crowd.perSecond, 3),
    p50: rounded(goldsmith.alone.p50Ms / bare.alone.p50Ms, 2),
    p99: rounded(goldsmith.alone.p99Ms / bare.alone.p99Ms, 2),
  };
}

function asTable(): string[] {
  return [
    ...(acceptance ? ['', ...acceptTable(acceptance)] : []),
    ...(job ? ['', ...jobTable(job)] : []),
    ...(build ? ['', ...buildTable(build)] : []),
    ...(sweeps ? ['', ...sweepTable(sweeps)] : []),
    ...(lists ? ['', ...listsTable(lists)] : []),
    ...(rollout ? ['', ...rolloutTable(rollout)] : []),
    ...(steering ? ['', ...steerTable(steering)] : []),
    '',
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.versions.node}`,
    `again: npm run bench -- ${options.parts.join(' ')} --speed ${options.speed} --finished ${options.finished}${
      rollout ? ` --draws ${options.draws} --seed ${options.seed} --most ${options.most}` : ''
    }`,
  ];
}

function acceptTable(measured: Acceptance): string[] {
  const { goldsmith, bare, callers } = measured;
  const ratio = ratios(measured);
  const line = (name: string, ...values: (number | string)[]) =>
    `  ${name.padEnd(34)}${values.map((value) => String(value).padStart(12)).join('')}`;
  const rows = (name: string, of: Acceptance['bare']) =>
    line(
      name,
      rounded(of.crowd.perSecond),
      rounded(of.alone.p50Ms),
      rounded(of.alone.p99Ms),
      rounded(of.crowd.p50Ms),
      rounded(of.crowd.p99Ms),
    );
  return [
    'POST of a version against a bare function (one entity, one message), same host, tables and broker',
    line('', `per second`, 'p50 ms', 'p99 ms', 'p50 ms', 'p99 ms'),
    line('', `${callers} callers`, '1 caller', '1 caller', `${callers} callers`, `${callers} callers`),
    rows('Goldsmith', goldsmith),
    rows('bare function', bare),
    line('ratio', ratio.perSecond, ratio.p50, ratio.p99),
  ];
}

function jobTable({
  hosts,
  lag,
  speed,
  virtualMinutes,
  armCalls,
  tableOperations,
  messages,
  sweeps,
  commonest,
  complaints,
}: WholeJob): string[] {
  const line = (name: string, { version, perHost, all }: Use) =>
    `  ${name.padEnd(34)}${[version, rounded(perHost), all].map((value) => String(value).padStart(12)).join('')}`;
  return [
    `the whole job: one version, ${hosts} hosts, ${Math.round(virtualMinutes)} virtual minutes at speed ${speed}`,
    `  ${' '.repeat(34)}${['version', 'per host', 'in all'].map((name) => name.padStart(12)).join('')}`,
    line('ARM calls', armCalls),
    line('table operations', tableOperations),
    line('messages', messages),
    `  besides, the sweeper asked ${sweeps} times what is overdue`,
    `  from a change in Azure to our next look: p50 ${rounded(lag.p50)} s, p95 ${rounded(lag.p95)} s (virtual, ${lag.changes} changes)`,
    `  commonest calls: ${commonest
      .slice(0, 5)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')}`,
    ...complaints.map((complaint) => `  NOT WELL: ${complaint}`),
  ];
}

function buildTable({
  steps,
  virtualMinutes,
  armReads,
  armWrites,
  readsPerHour,
  look,
  ended,
}: Build): string[] {
  return [
    `a build of ${steps} steps: ${Math.round(virtualMinutes)} virtual minutes, ${ended}`,
    `  ${armReads} reads of ARM, ${rounded(readsPerHour)} an hour; ${armWrites} writes`,
    `  ${look.count} looks, real time of one: p50 ${rounded(look.p50Ms)} ms, at most ${rounded(look.mostMs)} ms`,
  ];
}

function sweepTable(measured: readonly Sweep[]): string[] {
  return [
    `one sweep of one kind of work, with ${options.finished} finished workflows in its table`,
    ...measured.map(
      ({ overdue, woken, requests, entities }) =>
        `  ${`${overdue} overdue`.padEnd(34)}${requests} requests, ${entities} entities read, ${woken} woken`,
    ),
  ];
}
