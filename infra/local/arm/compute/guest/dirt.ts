import { ArmError } from '../../core/arm-error.ts';
import type { World } from '../../core/world.ts';
import type { Guest, ImageState } from '../guest.ts';
import { applyChanges } from './changes.ts';
import type { Changes, Contents } from './contents.ts';
import { DIRT } from './kinds-of-dirt.ts';

/** What is to be different, by name, in detail, or both. */
export interface Dirt extends Changes {
  /** Names of `kinds-of-dirt.ts`. */
  readonly is?: readonly string[];
  /** The VM agent falls silent now, and the guest runs on. */
  readonly killAgent?: boolean;
  /** What Windows says of itself; a boot makes it complete again. */
  readonly imageState?: ImageState;
}

/** Dirt that guests get when they are made: those whose VM and image fit. */
export interface DirtRule extends Dirt {
  /** Regular expressions held against the VM's name and the image's id, without regard to case. */
  readonly vm?: string;
  readonly image?: string;
}

const rulesByWorld = new WeakMap<World, DirtRule[]>();

/** The rules in force; the list may be changed. */
export function dirtRules(world: World): DirtRule[] {
  const rules = rulesByWorld.get(world) ?? [];
  rulesByWorld.set(world, rules);
  return rules;
}

/** Makes a guest dirty as it runs. */
export function dirty(guest: Guest, dirt: Dirt, now: number): void {
  soil(guest.contents, dirt);
  if (dirt.killAgent) guest.agentDiedAt = now;
  if (dirt.imageState) guest.imageState = dirt.imageState;
}

/** Refuses dirt that nobody knows: a misspelt name would make a clean guest and a test that proves nothing. */
export function checkDirt(dirt: Dirt): void {
  const unknown = (dirt.is ?? []).find((name) => !(name in DIRT));
  if (unknown === undefined) return;
  throw new ArmError(
    400,
    'InvalidDirt',
    `There is no dirt '${unknown}'; there is ${Object.keys(DIRT).join(', ')}.`,
  );
}

function soil(contents: Contents, dirt: Dirt): void {
  for (const name of dirt.is ?? []) applyChanges(contents, DIRT[name] ?? {});
  applyChanges(contents, dirt);
}

/** What the agent and cloud-init make for a new instance: keys, a place of their own, a home. */
function firstBoot({ files }: Contents, name: string | undefined): void {
  for (const kind of ['ed25519', 'rsa']) {
    const path = `/etc/ssh/ssh_host_${kind}_key`;
    if (!files.exists(path)) files.put({ path, text: 'key\n' });
  }
  files.put({ path: '/var/lib/waagent/GoalState.xml', size: 3000 });
  if (name !== undefined) files.put({ path: `/home/${name}`, folder: true });
}

/** A guest as its VM is made: its administrator, the size of its disk, and what the rules put into it. */
export function prepareGuest(
  world: World,
  guest: Guest,
  made: {
    readonly vm: string;
    readonly image: string;
    readonly account: { readonly adminUsername?: string; readonly adminPassword?: string } | undefined;
    readonly diskSizeGB: number;
  },
): void {
  const { contents } = guest;
  const { vm, image, account: { adminUsername: name, adminPassword: password = '' } = {}, diskSizeGB } = made;
  if (name !== undefined) contents.users.set(name, { name, password, admin: true });
  if (guest.os === 'Linux') firstBoot(contents, name);
  contents.setSystem({ diskSizeGB });
  for (const rule of dirtRules(world)) {
    const fits = new RegExp(rule.vm ?? '', 'i').test(vm) && new RegExp(rule.image ?? '', 'i').test(image);
    if (fits) soil(contents, rule);
  }
}
