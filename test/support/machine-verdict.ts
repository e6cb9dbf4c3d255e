import type { Host } from '../../shared/hosts/host.ts';
import { madeByTag } from '../../shared/hosts/machine.ts';
import { newVersion, oldVersion, type SmallAzure, tag } from './small-azure.ts';
import type { MachineState } from './small-machine.ts';

/** What is not as it must be with the machine under a host, once the work on it has ended. */
export function wrongWithMachine(azure: SmallAzure, host: Host, lostBefore = 0): string[] {
  if ('standing' in host) return [`in ${host.standing.stage} for ever: ${host.standing.waitingFor}`];
  const { instanceId } = host.plan.machine;
  const state = azure.fleet.get(instanceId);
  const isTaken = azure.vanished.has(instanceId);
  if (!state) return isTaken ? [] : wrongIfGone(azure, host);
  const { task } = host.plan;
  if (task === 'add' && isSomebodyElses(state)) return wrongIfTouched(azure, state);
  if (isToBeGone(host)) return ['is still there'];
  // Neither as it was at first nor on the version: put back to where it was left.
  if (lostBefore > 0 && host.phase !== 'done') return [];
  return wrongIfThere(azure, host, state, lostBefore);
}

function isToBeGone({ plan: { task }, phase }: Host): boolean {
  if (task === 'retire') return phase === 'done';
  return task === 'add' && !['done', 'quarantined'].includes(phase);
}

/** A machine that was there before one of its name was to be added. */
function isSomebodyElses({ machine }: MachineState): boolean {
  return machine.tags[madeByTag] === undefined;
}

function wrongIfTouched({ desktop }: SmallAzure, { machine, before, reimages }: MachineState): string[] {
  const isAsItWas =
    reimages === 0 &&
    machine.tags[tag] === before.tag &&
    desktop.isOpen(machine.computerName) === before.allowNewSession;
  return isAsItWas ? [] : ['is somebody else’s and was touched'];
}

/** Nobody took it away but ourselves. */
function wrongIfGone({ desktop, vms }: SmallAzure, { plan, phase, facts }: Host): string[] {
  const { task = 'update', machine, name } = plan;
  const left = [...vms.parts.keys()].filter((part) => part.startsWith(`${name}-`));
  const record = desktop.isRegistered(name) ? ['left its record in the pool'] : [];
  if (task === 'retire' && phase === 'done') return [...record, ...left.map((part) => `left ${part} behind`)];
  if (task === 'add' && phase !== 'done') return [...record, ...left.map((part) => `left ${part} behind`)];
  // What it takes to make it again is kept, and what outlives it is there.
  const isKept = phase === 'quarantined' && facts.blueprint !== undefined;
  if (isKept) return left.length === 2 ? [] : [`${machine.instanceId} lost its parts`];
  return ['is gone'];
}

function wrongIfThere(azure: SmallAzure, host: Host, state: MachineState, lostBefore: number): string[] {
  const { machine, reimages, extensions, before } = state;
  const disks = mostDisks(azure, host, state);
  disks.most += 2 * lostBefore;
  const back = notBack(azure, host, state);
  const missing = before.extensions.filter((name) => extensions.get(name)?.provisioningState !== 'Succeeded');
  const ended = (least: number, most: number, version: string) => [
    ...(reimages < least || reimages > most ? [`${reimages} reimages`] : []),
    ...(machine.imageVersionId === version ? [] : [`on ${machine.imageVersionId}`]),
    ...missing.map((name) => `is without ${name}`),
    ...state.parts.flatMap((part) =>
      azure.vms.parts.get(part) === machine.instanceId ? [] : [`lost ${part}`],
    ),
    ...back,
  ];
  // One that was to go and stayed is as it was: also one that was added to the pool before, on the version.
  if (host.plan.task === 'retire' && host.phase !== 'quarantined')
    return ended(0, 1, reimages === 0 ? oldVersion : newVersion);
  switch (host.phase) {
    case 'done':
      return ended(disks.least, disks.most, newVersion);
    case 'failed':
      return host.facts.restore ? ended(1, disks.most, oldVersion) : ended(0, 0, oldVersion);
    case 'quarantined':
      return [
        ...(reimages > disks.most ? [`${reimages} reimages`] : []),
        ...(host.failure.message === '' ? ['no reason'] : []),
        // Whose desktop it is must be known to whoever brings it up in the end.
        ...(before.user === '' || isKnown(azure, state) ? [] : [`nobody knows of ${before.user}`]),
      ];
    default:
      return ended(0, 0, oldVersion);
  }
}

/** Where one way to a disk does not lead to the image, the other gives it another disk: the second and last. */
function mostDisks({ kind, vanished }: SmallAzure, { plan, facts }: Host, { temper }: MachineState) {
  // One that somebody took away while it was made is made again.
  const taken = vanished.has(plan.machine.instanceId) ? 1 : 0;
  if (kind === 'stand-alone') return { least: 1, most: (facts.restore ? 2 : 1) + taken };
  const disks = kind === 'uniform' && temper.keepsImage ? 2 : 1;
  return { least: disks, most: disks };
}

function isKnown({ desktop }: SmallAzure, { machine, before }: MachineState): boolean {
  return (
    desktop.userOf(machine.computerName) === before.user || Object.values(machine.tags).includes(before.user)
  );
}

function notBack({ desktop }: SmallAzure, { plan }: Host, { machine, before }: MachineState): string[] {
  const { computerName: name, tags, power } = machine;
  const flag = desktop.isOpen(name);
  const isBack = tags[tag] === before.tag && flag === before.allowNewSession;
  const left = `tag ${tags[tag]}, open ${flag}; before tag ${before.tag}, open ${before.allowNewSession}`;
  const ours = Object.keys(tags).filter((one) => /^goldsmith-(?:assigned|not)/.test(one));
  // Whoever was on it then is not cut off.
  const isNeeded = desktop.everySession.some(({ host }) => host === name);
  const isOff = before.isOff && plan.task !== 'add' && !isNeeded;
  return [
    ...(isBack ? [] : [left]),
    ...ours.map((one) => `has the tag ${one}`),
    ...(desktop.userOf(name) === before.user
      ? []
      : [`is ${desktop.userOf(name)}’s and was ${before.user}’s`]),
    ...(isOff && power !== 'deallocated' ? [`is ${power} and was off`] : []),
  ];
}
