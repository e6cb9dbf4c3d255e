import type { Image } from './image.ts';

/** What Windows says of itself in HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State. */
export type ImageState =
  | 'IMAGE_STATE_COMPLETE'
  | 'IMAGE_STATE_UNDEPLOYABLE'
  | 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';

export type Power = 'starting' | 'running' | 'stopping' | 'stopped' | 'deallocating' | 'deallocated';

/** The inside of one machine: its power, its agent, and the little of Windows that matters to an image. */
export class Guest {
  readonly name: string;
  power: Power = 'starting';
  imageState: ImageState = 'IMAGE_STATE_COMPLETE';
  /** Virtual ms from which the VM agent reports Ready; undefined while the guest is down. */
  agentReadyAt: number | undefined;
  /** Counts boots, so that what was begun before a boot can see that it was cut off. */
  boots = 0;
  /** Free for whoever models software in the guest (agents, registrations, installed applications). */
  readonly facts: Map<string, string>;

  constructor(name: string, image?: Pick<Image, 'facts'>) {
    this.name = name;
    this.facts = new Map(image?.facts);
  }

  /** The guest comes up; its agent needs some more time. */
  boot(now: number, agentDelaySeconds: number): void {
    this.power = 'running';
    this.boots += 1;
    this.agentReadyAt = now + agentDelaySeconds * 1000;
    // A sysprepped Windows that boots again leaves the sealed state: it must be sysprepped anew.
    this.imageState = 'IMAGE_STATE_COMPLETE';
  }

  halt(power: Power): void {
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
    return this.isRunning() && this.agentReadyAt !== undefined && this.agentReadyAt <= now;
  }

  /** Whether a machine made from this guest's disk would come up. */
  isSealed(): boolean {
    return this.imageState === 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
  }
}
