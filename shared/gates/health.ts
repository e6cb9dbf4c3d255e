import { counted } from '../counted.ts';
import type { Finding } from './check.ts';
import { avdHealthChecks, type CheckPlan, type HealthPlan } from './gate.ts';
import { type AskedOfPool, type ExaminedHost, fleetOf, type LinkedPool } from './ports.ts';

export interface Found {
  readonly pool: LinkedPool;
  readonly hosts: readonly ExaminedHost[];
}

/** What every host of the pool is asked, for all the health checks of a gate at once. */
export function askedOf(
  plans: readonly CheckPlan[],
  linked: LinkedPool,
  imageVersionId: string,
): AskedOfPool {
  const health = plans.filter((plan) => plan.kind === 'health');
  const heartbeat = health.find(({ which }) => which === 'Heartbeat')?.heartbeatMinutes;
  const minAgentVersion = health.find(({ which }) => which === 'Agent')?.minVersion;
  const named = health.map(({ which }) => which).filter((which) => isAvds(which));
  const { subscriptionId, resourceGroup, hostPool, policy } = linked.pool.link;
  return {
    pool: { subscriptionId, resourceGroup, hostPool },
    scaleSet: fleetOf(linked),
    imageVersionId,
    healthy: {
      fatalChecks: [...new Set([...policy.healthy.fatalChecks, ...named])],
      heartbeatMinutes: heartbeat ?? policy.healthy.heartbeatMinutes,
      ...(minAgentVersion !== undefined && { minAgentVersion }),
    },
  };
}

const isAvds = (which: string) => avdHealthChecks.some((name) => name === which);

/** Whether the broker can be asked about it: a host that its scaling plan has switched off says nothing. */
export function isOn({ power }: ExaminedHost): boolean {
  return power !== 'stopped' && power !== 'deallocated';
}

interface One {
  readonly host: string;
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  readonly evidence: string;
}

/** What a health check finds: one host that fails it fails it, one that cannot tell leaves it open. */
export function healthFinding(
  plan: HealthPlan,
  found: readonly Found[],
  before: Readonly<Record<string, string>> | undefined,
): Finding {
  const all = found.flatMap(({ hosts }) => hosts);
  if (all.length === 0) return noHosts;
  if (plan.which === 'MachineIdentity') return identity(all, before);
  // What a disk was made from can be read of a machine that is off as well.
  const asked = plan.which === 'ImageVersion' ? all : all.filter(isOn);
  if (asked.length === 0)
    return {
      outcome: 'open',
      evidence: `${all.length === 1 ? 'the only host is' : `all ${all.length} hosts are`} switched off`,
    };
  const answers = found.flatMap((one) => answersIn(plan, one, asked));
  const off = all.length - asked.length;
  return summed(answers, asked.length, off === 0 ? '' : `; ${off} switched off and not asked`);
}

export const noHosts: Finding = {
  outcome: 'skipped',
  evidence: 'The channel has no hosts: nothing was proven.',
  hadNoHosts: true,
};

function answersIn({ which }: HealthPlan, { pool, hosts }: Found, asked: readonly ExaminedHost[]): One[] {
  const { fatalChecks } = pool.pool.link.policy.healthy;
  const names = which === 'FatalChecks' ? fatalChecks : [which];
  return hosts
    .filter((host) => asked.includes(host))
    .flatMap(({ host, checks }) =>
      names.map((name): One => {
        const answer = checks.find((one) => one.name === name);
        // A host that is not in its pool is asked nothing else; that alone is no answer.
        if (!answer) return { host, outcome: 'inconclusive', evidence: `${name} not reported` };
        const { outcome, evidence } = answer;
        return { host, outcome, evidence: names.length > 1 ? `${name} ${evidence}` : evidence };
      }),
    );
}

/** Another disk or another machine than the version before had: it was really brought onto this one. */
function identity(
  all: readonly ExaminedHost[],
  before: Readonly<Record<string, string>> | undefined,
): Finding {
  const known = all.filter(({ host }) => before?.[host] !== undefined);
  if (!before || known.length === 0) {
    return { outcome: 'skipped', evidence: 'No host was looked at under the version before.' };
  }
  return summed(
    known.map((host): One => {
      const isOther = identityOf(host) !== before[host.host];
      const evidence = isOther ? 'another disk than before' : 'still the disk of the version before';
      return { host: host.host, outcome: isOther ? 'passed' : 'failed', evidence };
    }),
    known.length,
    known.length < all.length ? `; ${all.length - known.length} are new` : '',
  );
}

/** A reimage gives a host another disk and leaves it its machine; a replacement gives it both. */
export function identityOf({ vmId, osDiskId }: ExaminedHost): string {
  return `${vmId} ${osDiskId.split('/').at(-1) ?? ''}`;
}

const mostTold = 3;

function summed(answers: readonly One[], hosts: number, more: string): Finding {
  const threshold = 'every host';
  const count = `of ${counted(hosts, 'host')}`;
  for (const [outcome, word] of [
    ['failed', 'failed'],
    ['inconclusive', 'open'],
  ] as const) {
    const wrong = answers.filter((answer) => answer.outcome === outcome);
    if (wrong.length === 0) continue;
    const told = wrong.slice(0, mostTold).map(({ host, evidence }) => `${host}: ${evidence}`);
    const rest = wrong.length > told.length ? ` (and ${wrong.length - told.length} more)` : '';
    const evidence = `${wrong.length} ${count}: ${told.join('; ')}${rest}${more}`.slice(0, 1000);
    return { outcome: word, evidence, threshold };
  }
  const [first] = answers;
  return {
    outcome: 'passed',
    evidence: `${answers.length > 0 ? hosts : 0} ${count}: ${first?.evidence ?? ''}${more}`,
    threshold,
  };
}
