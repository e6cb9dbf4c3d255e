import type { Approval } from '../../shared/approvals/approval.ts';
import type { Channel, ChannelEvent } from '../../shared/channels/channel.ts';
import type { Host } from '../../shared/hosts/host.ts';
import type { Version } from '../../shared/images/image.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { isOver, type Rollout } from '../../shared/rollouts/rollout.ts';
import type { Validation } from '../../shared/gates/validation.ts';
import type { Cloud } from './cloud.ts';
import type { Saving } from './tables.ts';

/** A look that had asked whether it may is answered within this; what it began then is no breach. */
const lookMinutes = 10;
/** `win11-avd-production-3-<digest>-pool-1`: the movement of a channel that a rollout belongs to. */
const ofMovement = /^(.+)-(\d+)-[0-9a-f]{12}-/;

type Moved = Extract<ChannelEvent, { type: 'moved' }>;

/** Holds what is saved of versions, channels and their rollouts against the V and P rules, as it is saved. */
export class PublishingRules {
  readonly #cloud: Cloud;
  readonly #tell: (violation: string) => void;

  constructor(cloud: Cloud, tell: (violation: string) => void) {
    this.#cloud = cloud;
    this.#tell = tell;
  }

  afterSave({ table, id, before, after, event }: Saving): void {
    if (table === 'channels' && (event as ChannelEvent | undefined)?.type === 'moved') {
      this.#moved(id, event as Moved, before?.state as Channel | undefined);
    }
    if (table === 'rollouts') this.#oneMovement(id, after.state as Rollout);
    if (table === 'hosts' && !before) this.#mayBeUsed(id, after.state as Host);
    if (table === 'versions') this.#version(id, before?.state as Version | undefined, after.state as Version);
  }

  #moved(id: string, { wanted, at }: Moved, before: Channel | undefined): void {
    const version = this.#state('versions', wanted.versionId) as Version | undefined;
    if (version?.phase === 'revoked' && minutesAfter(version.at, lookMinutes) < at)
      this.#tell(`V7: ${id} moves to ${wanted.number}, which was revoked`);
    if (wanted.cause === 'rollback' || wanted.isFirst) return;
    if (before?.policy?.entry !== 'automatic') this.#asked(id, wanted);
    const { validation = '' } = wanted.proof;
    const run = this.#state('validations', validation) as Validation | undefined;
    if (!run?.end) this.#tell(`P1: ${wanted.number} enters ${id} without a validation`);
    else this.#passed(id, { wanted, at }, run);
  }

  #asked(id: string, { number, proof: { approval = '' } }: Moved['wanted']): void {
    const asked = this.#state('approvals', approval) as Approval | undefined;
    if (asked?.phase !== 'approved') this.#tell(`P1: ${number} enters ${id} unasked`);
  }

  /** P1, P2, P3: by the gate before it, or by people's word on each open check. */
  #passed(id: string, { wanted, at }: Pick<Moved, 'wanted' | 'at'>, run: Validation): void {
    const { overrides = [] } = wanted.proof;
    const said = new Set(overrides.flatMap(({ checks, expiresAt }) => (expiresAt > at ? checks : [])));
    const isExcused = ({ plan, state }: Validation['checks'][number]) =>
      said.has(plan.name) || (run.allowNoHosts && state === 'skipped');
    const wrong = run.checks.filter(
      (check) => check.plan.required && check.state !== 'passed' && !isExcused(check),
    );
    if (wrong.length > 0)
      this.#tell(
        `P3: ${wanted.number} enters ${id} with ${wrong.map(({ plan }) => plan.name).join(', ')} open`,
      );
  }

  /** Never two versions in a channel: what works on hosts for one movement ends before another begins. */
  #oneMovement(id: string, rollout: Rollout): void {
    const [, channel, movement] = ofMovement.exec(id) ?? [];
    if (channel === undefined || !isAtWork(rollout)) return;
    for (const [other, state] of this.#cloud.tables.statesOf<Rollout>('rollouts')) {
      const [, sameChannel, another] = ofMovement.exec(other) ?? [];
      if (sameChannel === channel && another !== movement && isAtWork(state))
        this.#tell(`P6: ${id} and ${other} bring hosts of one channel to two versions`);
    }
  }

  /** V7: no host is begun to be brought to a version that was revoked or deleted a while ago. */
  #mayBeUsed(id: string, host: Host): void {
    const { plan } = host;
    // What only goes away is brought to no version, and what is over as it begins neither.
    if (plan.task === 'retire' || !('standing' in host)) return;
    for (const [name, version] of this.#cloud.tables.statesOf<Version>('versions')) {
      if (version.facts.imageVersionId?.toLowerCase() !== plan.imageVersionId.toLowerCase()) continue;
      if (!['revoked', 'deleted'].includes(version.phase) || !('at' in version)) continue;
      if (minutesAfter(version.at, lookMinutes) >= this.#cloud.world.now()) continue;
      this.#tell(`V7: work ${id} on a host begins for ${name}, which is ${version.phase}`);
    }
  }

  #version(id: string, before: Version | undefined, version: Version): void {
    if (before?.phase === 'deleted' && version.phase !== 'deleted')
      this.#tell(`V2: ${id} was deleted and is ${version.phase}`);
    if (version.phase === 'deleted' && before?.phase !== 'deleted') this.#deleted(id, version);
  }

  /** V5: when a version is gone nothing holds it. */
  #deleted(id: string, { set, number, facts }: Version): void {
    const { tables, places } = this.#cloud;
    for (const [name, channel] of tables.statesOf<Channel>('channels')) {
      if (channel.phase !== 'empty' && channel.set === set && channel.holds.number === number)
        this.#tell(`V5: ${id} is deleted and channel ${name} holds it`);
    }
    for (const [name, rollout] of tables.statesOf<Rollout>('rollouts')) {
      if (!isOver(rollout) && rollout.version.imageVersionId === facts.imageVersionId && isAtWork(rollout))
        this.#tell(`V5: ${id} is deleted and rollout ${name} is under way`);
    }
    for (const { name, azure } of places.values()) {
      const hosts = [...azure.fleet.values()].filter(
        ({ machine }) => machine.imageVersionId === facts.imageVersionId,
      );
      if (hosts.length > 0) this.#tell(`V5: ${id} is deleted and ${hosts.length} hosts of ${name} run it`);
    }
  }

  #state(table: string, id: string): unknown {
    return this.#cloud.tables.states.get(table)?.get(id)?.state;
  }
}

/** Past its claim, and with hosts under way. */
function isAtWork(rollout: Rollout): boolean {
  return Object.values(rollout.facts.hosts ?? {}).some(({ outcome }) => outcome === 'admitted');
}
