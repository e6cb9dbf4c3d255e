import { Contents } from './guest/contents.ts';
import { BOOT_LOG, logEvent } from './guest/event-log.ts';
import { install } from './guest/fresh.ts';
import { finishPendingRestart } from './guest/pending-restart.ts';
import type { Image } from './image.ts';

/** What Windows says of itself in HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State. */
export type ImageState =
  | 'IMAGE_STATE_COMPLETE'
  | 'IMAGE_STATE_UNDEPLOYABLE'
  | 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';

export type Power = 'starting' | 'running' | 'stopping' | 'stopped' | 'deallocating' | 'deallocated';

/** How often the VM agent reports while it lives. */
export const REPORT_MS = 30_000;

/** The inside of one machine: its power, its agent, and what is on its disk. */
export class Guest {
  readonly name: string;
  power: Power = 'starting';
  imageState: ImageState = 'IMAGE_STATE_COMPLETE';
  /** Virtual ms from which the VM agent reports Ready; undefined while the guest is down. */
  agentReadyAt: number | undefined;
  /** Virtual ms at which the agent fell silent for good, though the guest runs on. */
  agentDiedAt: number | undefined;
  /** Virtual ms of the agent's last report before this boot: Azure shows it until there is a newer one. */
  lastReportBefore: number | undefined;
  /** Counts boots, so that what was begun before a boot can see that it was cut off. */
  boots = 0;
  /** Windows Installer is at work until then. */
  readonly installing = { until: 0 };
  /**
   * All that is on the disk, as text: `contents` keeps itself here, and others may keep what they model. Copying
   * the facts copies the disk.
   */
  readonly facts: Map<string, string>;
  readonly #contents: Contents;
  readonly #os: 'Windows' | 'Linux';

  constructor(name: string, image?: Pick<Image, 'facts'> & Partial<Pick<Image, 'osType'>>) {
    this.name = name;
    this.facts = new Map(image?.facts);
    this.#os = image?.osType ?? 'Windows';
    this.#contents = new Contents(this.facts);
  }

  /** What its shells see; a disk of which nothing is known has a plain installation on it. */
  get contents(): Contents {
    if (this.#contents.isEmpty) install(this.#contents, this.#os);
    return this.#contents;
  }

  get os(): 'Windows' | 'Linux' {
    return this.#contents.isEmpty ? this.#os : this.#contents.system.os;
  }

  /** The guest comes up; its agent needs some more time. */
  boot(now: number, agentDelaySeconds: number): void {
    this.lastReportBefore = this.lastReport(now) ?? this.lastReportBefore;
    this.power = 'running';
    this.boots += 1;
    this.agentReadyAt = now + agentDelaySeconds * 1000;
    this.agentDiedAt = undefined;
    this.installing.until = 0;
    // A sysprepped Windows that boots again leaves the sealed state: it must be sysprepped anew.
    this.imageState = 'IMAGE_STATE_COMPLETE';
    this.#noteBoot(new Date(now).toISOString(), agentDelaySeconds);
    if (this.#contents.isEmpty) return;
    finishPendingRestart(this.#contents);
    this.#contents.setSystem({ bootedAt: new Date(now).toISOString() });
  }

  /** Client editions of Windows write down how long they took to start. */
  #noteBoot(at: string, agentDelaySeconds: number): void {
    this.#contents.noteBoot(at);
    const { caption, bootSeconds = agentDelaySeconds / 4 } = this.#contents.system;
    if (this.os !== 'Windows' || /Server/.test(caption)) return;
    const values = { BootTime: Math.round(bootSeconds * 1000) };
    logEvent(this.#contents, { log: BOOT_LOG, id: 100, at, values });
  }

  /** `now` is given where the guest comes up again at once: what it last reported stays to be seen. */
  halt(power: Power, now?: number): void {
    this.lastReportBefore = now === undefined ? undefined : this.lastReport(now);
    this.power = power;
    this.agentReadyAt = undefined;
    // Cutting the power while sysprep works leaves neither the old state nor the sealed one.
    if (this.facts.delete('sysprep-running')) this.imageState = 'IMAGE_STATE_UNDEPLOYABLE';
    this.boots += 1;
  }

  isRunning(): boolean {
    return this.power === 'running';
  }

  isAgentReady(now: number): boolean {
    if (this.agentDiedAt !== undefined && this.agentDiedAt <= now) return false;
    return this.isRunning() && this.agentReadyAt !== undefined && this.agentReadyAt <= now;
  }

  /** When the agent last reported in this boot; it does so every half minute. */
  lastReport(now: number): number | undefined {
    const until = Math.min(now, this.agentDiedAt ?? now);
    if (this.agentReadyAt === undefined || this.agentReadyAt > until) return undefined;
    return this.agentReadyAt + Math.floor((until - this.agentReadyAt) / REPORT_MS) * REPORT_MS;
  }

  /** Whether a machine made from this guest's disk would come up. */
  isSealed(): boolean {
    return this.imageState === 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
  }
}
