import { AppError } from '../../shared/errors.ts';
import type { MachineAddress } from '../../shared/gates/course.ts';
import type { AskedOfPool, ExaminedHost, LinkedPool, NewProbe, ProbeRun } from '../../shared/gates/ports.ts';
import { type Instant, secondsBetween } from '../../shared/instant.ts';

/** How a script ends on a host, and after how many seconds. */
export interface Script {
  readonly seconds: number;
  readonly end: Partial<ProbeRun>;
}

interface Begun {
  readonly at: Instant;
  readonly script: Script;
}

type Outcome = ExaminedHost['checks'][number]['outcome'];

/** The hosts of a channel: what the broker says of them, and the scripts that run on them. */
export class SmallHosts {
  readonly #now: () => Instant;
  readonly #begun = new Map<string, Begun>();
  /** How often each script was begun, by host and name. */
  readonly starts = new Map<string, number>();
  /** By host and check; what is not said has passed. */
  readonly outcomes = new Map<string, Outcome>();
  readonly off = new Set<string>();
  readonly disks = new Map<string, string>();
  /** How scripts of ours end; by host and the name of the check, or by check alone. */
  scriptFor: (host: string, check: string) => Script = () => ({
    seconds: 60,
    end: answered({ measured: 1 }),
  });
  names: readonly string[] = ['host-0', 'host-1'];
  pools = 1;
  asked: AskedOfPool[] = [];

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** What is still on hosts. */
  get left(): readonly string[] {
    return [...this.#begun.keys()];
  }

  readonly poolsOf = async (): Promise<readonly LinkedPool[]> =>
    Array.from({ length: this.pools }, (_, index) => ({
      name: `pool-${index}`,
      pool: {
        link: {
          subscriptionId: 's',
          resourceGroup: 'rg',
          hostPool: `hp-${index}`,
          scaleSet: { resourceGroup: 'rg', name: `vmss-${index}` },
          location: 'westeurope',
          policy: { healthy: { fatalChecks: ['DomainJoinedCheck'], heartbeatMinutes: 5 } },
        },
      },
    }));

  readonly examine = async (asked: AskedOfPool): Promise<readonly ExaminedHost[]> => {
    this.asked.push(asked);
    const checks = [
      'ImageVersion',
      'Registration',
      'Status',
      'Heartbeat',
      'Agent',
      ...asked.healthy.fatalChecks,
    ];
    return this.names.map((host, index) => ({
      host,
      instanceId: String(index),
      vmId: `vm-${host}`,
      osDiskId: `/disks/${this.disks.get(host) ?? 'first'}`,
      power: this.off.has(host) ? ('deallocated' as const) : ('running' as const),
      checks: checks.map((name) => {
        const outcome = this.outcomes.get(`${host} ${name}`) ?? this.outcomes.get(name) ?? 'passed';
        return { name, outcome, evidence: `${name} ${outcome}` };
      }),
    }));
  };

  readonly find = async (machine: MachineAddress, name: string): Promise<ProbeRun | undefined> => {
    const begun = this.#begun.get(keyOf(machine, name));
    if (!begun) return undefined;
    const { end, seconds } = begun.script;
    const isOver = secondsBetween(begun.at, this.#now()) >= seconds;
    if (!isOver) return { state: 'Running', exitCode: undefined, output: '', error: '' };
    return { state: 'Succeeded', exitCode: 0, output: '', error: '', ...end };
  };

  readonly start = async (machine: MachineAddress, { name }: NewProbe): Promise<void> => {
    const host = this.names[Number(machine.instanceId)];
    if (host === undefined) throw new AppError('NotFound', 'the instance is gone');
    const key = keyOf(machine, name);
    this.starts.set(key, (this.starts.get(key) ?? 0) + 1);
    const check = name.replace(/^check-[0-9a-f]{16}-/, '');
    this.#begun.set(key, { at: this.#now(), script: this.scriptFor(host, check) });
  };

  readonly remove = async (machine: MachineAddress, name: string): Promise<void> => {
    this.#begun.delete(keyOf(machine, name));
  };
}

function keyOf({ scaleSet, instanceId }: MachineAddress, name: string): string {
  return `${scaleSet}/${instanceId}/${name}`;
}

/** The end of a script of ours that gives this answer. */
export function answered(found: object): Partial<ProbeRun> {
  return { output: `Loading\n${JSON.stringify({ goldsmith: 1, ...found })}\n` };
}
