import { ArmError, type Json } from '../core/arm-error.ts';
import type { Operation } from '../core/operations.ts';
import type { World } from '../core/world.ts';
import { computersOf } from './computers.ts';
import type { Ended, ExtensionKind } from './extension-kinds.ts';
import { bootMachine, type Machine } from './machine.ts';
import { extensionsOf, setStatus, type Extension } from './vm-extension.ts';

/** How long Azure waits for an agent that does not report, before it gives the extension up. */
const PATIENCE_MS = 20 * 60_000;
const LOOK_MS = 15_000;

interface Parts {
  readonly world: World;
  readonly machine: Machine;
  readonly extension: Extension;
  readonly kind: ExtensionKind;
  readonly secrets: Json;
  readonly told: string;
  /** To be ended when the agent has reported, or was given up. */
  readonly operation: () => Operation;
}

/** One installation of an extension in a guest, from the agent picking it up until it has reported how that went. */
export class ExtensionWork {
  readonly #parts: Parts;
  readonly #random: World['random'];
  #waitedSince: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    // Chance of its own: what else happens in the world does not depend on it.
    this.#random = parts.world.random.fork(`${parts.extension.id}/${parts.world.timeline.now()}`);
    this.#waitedSince = parts.world.timeline.now();
  }

  /** The agent has it once it reports; a guest that goes down meanwhile begins anew when it is up. */
  begin(): void {
    const { world, machine, kind } = this.#parts;
    const { timeline } = world;
    if (this.#isOver()) return;
    if (!machine.guest.isAgentReady(timeline.now())) {
      if (timeline.now() - this.#waitedSince > PATIENCE_MS) return this.#giveUp();
      timeline.after(LOOK_MS, () => this.begin());
      return;
    }
    const { boots } = machine.guest;
    timeline.after(this.#random.between(...kind.seconds) * 1000, () => {
      if (this.#isOver()) return;
      this.#waitedSince = timeline.now();
      if (machine.guest.boots === boots && machine.guest.isAgentReady(timeline.now())) this.#work();
      else this.begin();
    });
  }

  #work(): void {
    const { world, machine, extension, kind, secrets } = this.#parts;
    const failed = extensionsOf(world, machine.instance).find(
      (one) => one !== extension && one.properties.provisioningState === 'Failed',
    );
    // "If there is an existing extension with a failed provisioning state, any other new extension fails to install."
    const ended: Ended = failed
      ? { ok: false, message: `The extension '${failed.name}' is in a failed provisioning state.` }
      : kind.work(world, {
          guest: machine.guest,
          settings: extension.properties.settings ?? {},
          secrets,
          identity: machine.instance.fields['identity'],
        });
    if (!ended.restarts) return this.#report(ended);
    computersOf(world).takeDown(machine, 'restart', 'starting', world.timeline.now());
    bootMachine(world, machine);
    this.#reportWhenUp(ended);
  }

  #reportWhenUp(ended: Ended): void {
    const { world, machine } = this.#parts;
    const { timeline } = world;
    if (this.#isOver()) return;
    if (machine.guest.isAgentReady(timeline.now())) return this.#report(ended);
    if (timeline.now() - this.#waitedSince > PATIENCE_MS) return this.#giveUp();
    timeline.after(LOOK_MS, () => this.#reportWhenUp(ended));
  }

  #report({ ok, message }: Ended): void {
    const { world, extension, told, operation } = this.#parts;
    setStatus(extension, { message, at: world.timeline.iso(), told });
    if (ok) return world.operations.end(operation());
    const { publisher, type } = extension.properties;
    const text =
      `VM has reported a failure when processing extension '${extension.name}' (publisher '${publisher}' and type ` +
      `'${type}'). Error message: '${message}'. More information on troubleshooting is available at ` +
      'https://aka.ms/vmextensionwindowstroubleshoot.';
    world.operations.end(operation(), new ArmError(409, 'VMExtensionProvisioningError', text));
  }

  #giveUp(): void {
    const { world, machine, operation } = this.#parts;
    const text =
      `VM '${machine.instance.name}' has not reported status for VM agent or extensions. Verify that the OS is up and ` +
      'healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.';
    world.operations.end(operation(), new ArmError(409, 'VMAgentStatusCommunicationError', text));
  }

  #isOver(): boolean {
    return this.#parts.operation().status !== 'InProgress';
  }
}
