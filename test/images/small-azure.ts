import { AppError } from '../../shared/errors.ts';
import type { Gallery, ImageVersion } from '../../shared/images/gallery.ts';
import type { Machine, Machines, Scripts } from '../../shared/images/machine.ts';
import type { Marketplace } from '../../shared/images/marketplace.ts';
import type { Channels } from '../../shared/images/roll-out.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';

type Built = Omit<Machine, 'power'> & {
  power: 'running' | 'deallocated';
  ready: Instant;
  changing?: Instant;
  deleting?: Instant;
  sysprepped: boolean;
  generalized: boolean;
};

/**
 * As much of Azure as the stages of a version ask for, in memory: things take their time, are refused in the
 * wrong state, and every effect that must happen once is counted.
 */
export function smallAzure(now: () => Instant) {
  const counts = { created: 0, captured: 0, announced: 0, runs: new Map<string, number>() };
  const later = (minutes: number) => minutesAfter(now(), minutes);
  const past = (at: Instant | undefined) => at !== undefined && at <= now();
  let machine: Built | undefined;
  let madeGallery: Instant | undefined;
  let definition: Instant | undefined;
  let version:
    | { captured: Instant; excluded: boolean; owner: string; updating?: Instant; deleting?: Instant }
    | undefined;
  const scripts = new Map<string, { ends: Instant }>();
  const channels = new Map<string, Instant>();

  /** What has come true by now. */
  const settle = () => {
    if (past(machine?.deleting)) {
      machine = undefined;
      scripts.clear();
    }
    if (machine && past(machine.changing)) {
      machine.power = 'deallocated';
      delete machine.changing;
    }
    if (past(version?.deleting)) version = undefined;
    if (machine && past(scripts.get('sysprep')?.ends)) machine.sysprepped = true;
  };
  const there = (): Built => {
    settle();
    if (!machine || machine.deleting) throw new AppError('AzureRefused', 'there is no such machine');
    return machine;
  };
  const regionDone = (minutes: number) =>
    version !== undefined && past(minutesAfter(version.captured, minutes));

  const marketplace: Marketplace = {
    exactVersion: async () => ({
      version: '26100.1.1',
      hyperVGeneration: 'V2',
      architecture: 'x64',
      trustedLaunch: true,
    }),
  };
  const machines: Machines = {
    find: async () => {
      settle();
      if (!machine) return undefined;
      const { deleting, changing, ready, power, ...rest } = machine;
      const provisioningState = deleting ? 'Deleting' : past(ready) ? 'Succeeded' : 'Creating';
      return { ...rest, provisioningState, agentReady: past(ready), power: changing ? 'changing' : power };
    },
    create: async (_, { owner }) => {
      settle();
      if (machine) throw new AppError('AzureBusy', 'the machine is being made or deleted');
      counts.created += 1;
      const parts = ['disk', 'nic'];
      const still = { power: 'running', sysprepped: false, generalized: false, agentReady: false } as const;
      machine = { id: 'vm', provisioningState: '', owner, parts, ready: later(4), ...still };
    },
    deallocate: async () => {
      const found = there();
      if (!found.changing && found.power === 'running') found.changing = later(1);
    },
    generalize: async () => {
      const found = there();
      if (found.power !== 'deallocated')
        throw new AppError('AzureRefused', 'generalize needs a deallocated machine');
      found.generalized = true;
    },
    remove: async () => {
      settle();
      if (machine && !machine.deleting) machine.deleting = later(2);
    },
    exists: async () => {
      settle();
      return machine !== undefined;
    },
  };
  const runs: Scripts = {
    find: async (_, name) => {
      const script = scripts.get(name);
      if (!script || !machine) return undefined;
      settle();
      const output =
        name === 'image-state' && machine.sysprepped ? 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE' : 'done';
      return { state: past(script.ends) ? 'ended' : 'running', exitCode: 0, output, seconds: 180 };
    },
    start: async (_, __, { name }) => {
      if (there().power !== 'running') throw new AppError('AzureRefused', 'the machine does not run');
      // An unchanged run command is not run again.
      if (scripts.has(name)) return;
      counts.runs.set(name, (counts.runs.get(name) ?? 0) + 1);
      scripts.set(name, { ends: later(3) });
    },
    remove: async (_, name) => {
      scripts.delete(name);
    },
  };
  const shown = (found: NonNullable<typeof version>): ImageVersion => ({
    id: '/versions/1.0.0',
    provisioningState: found.deleting
      ? 'Deleting'
      : found.updating && !past(found.updating)
        ? 'Updating'
        : regionDone(15)
          ? 'Succeeded'
          : 'Creating',
    excludeFromLatest: found.excluded,
    owner: found.owner,
    regions: {
      westeurope: regionDone(5)
        ? { state: 'completed', percent: 100 }
        : { state: 'replicating', percent: 40 },
      northeurope: regionDone(15)
        ? { state: 'completed', percent: 100 }
        : { state: 'replicating', percent: 10 },
    },
  });
  const galleries: Gallery = {
    findGallery: async () =>
      madeGallery === undefined
        ? undefined
        : { provisioningState: past(madeGallery) ? 'Succeeded' : 'Creating' },
    createGallery: async () => {
      madeGallery ??= later(1);
    },
    findDefinition: async () =>
      definition === undefined
        ? undefined
        : {
            provisioningState: past(definition) ? 'Succeeded' : 'Creating',
            osType: 'Windows',
            osState: 'Generalized',
            hyperVGeneration: 'V2',
            securityType: 'TrustedLaunch',
            architecture: 'x64',
          },
    createDefinition: async () => {
      definition ??= later(1);
    },
    findVersion: async () => {
      settle();
      return version && shown(version);
    },
    captureVersion: async (_, { owner }) => {
      const source = there();
      if (!source.generalized || !source.sysprepped) throw new AppError('AzureRefused', 'not generalised');
      if (version) throw new AppError('AzureBusy', 'the version is being made');
      counts.captured += 1;
      version = { captured: now(), excluded: true, owner };
    },
    includeInLatest: async () => {
      settle();
      if (!version || shown(version).provisioningState !== 'Succeeded')
        throw new AppError('AzureBusy', 'not now');
      version.excluded = false;
      version.updating = later(1);
    },
    removeVersion: async () => {
      settle();
      if (version && !version.deleting) version.deleting = later(2);
    },
  };
  const rollouts: Channels = {
    ensureRolledOut: async ({ channel }) => {
      if (!channels.has(channel)) channels.set(channel, later(20));
      return { status: past(channels.get(channel)) ? 'done' : 'running', rollouts: [`to-${channel}`] };
    },
    stopRollouts: async () => ({ status: 'done' }),
    checkHosts: async () => [
      { name: 'DomainJoinedCheck', host: 'h-1', outcome: 'passed', evidence: 'it is' },
    ],
  };
  return {
    ports: { marketplace, machines, scripts: runs, gallery: galleries, channels: rollouts },
    announce: async () => {
      counts.announced += 1;
    },
    counts,
    left: () => {
      settle();
      return { machine: machine !== undefined, version: version && { excluded: version.excluded } };
    },
  };
}
