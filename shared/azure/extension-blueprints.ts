import type { VirtualMachineExtension } from '@azure/arm-compute';
import type { ExtensionBlueprint } from '../hosts/machine.ts';
import { lastSegment } from '../resource-id.ts';

/**
 * The extensions that a machine made anew is given, in order: who joins a directory first, then whoever names those
 * that come before it after them. What installs the agent of the desktops is left out, because hosts are registered
 * in another way and with another token; so is what Azure puts on machines by itself.
 */
export function extensionBlueprints(found: readonly VirtualMachineExtension[]): ExtensionBlueprint[] {
  const kept = found.filter((one) => !installsAgent(one) && !comesByItself(one));
  const names = new Set(kept.map(({ name }) => lastSegment(name)));
  return inOrder(kept).map((one) => blueprintOf(one, names));
}

function blueprintOf(found: VirtualMachineExtension, names: ReadonlySet<string>): ExtensionBlueprint {
  const { id: _id, name, type: _type, systemData: _system, provisioningState: _state, ...rest } = found;
  const { instanceView: _view, protectedSettings: _secret, provisionAfterExtensions = [], ...own } = rest;
  // What is left out is not waited for.
  const after = provisionAfterExtensions.filter((before) => names.has(before));
  const body = { ...own, ...(after.length > 0 && { provisionAfterExtensions: after }) };
  return {
    name: lastSegment(name),
    type: kindOf(found),
    body: JSON.parse(JSON.stringify(body)) as Record<string, unknown>,
    needsSecret: !found.protectedSettingsFromKeyVault && needsSecret(found),
  };
}

function kindOf({ typePropertiesType = '' }: VirtualMachineExtension): string {
  return typePropertiesType;
}

/** The portal's own DSC configuration, and scripts that fetch the agent or bring a token for it. */
function installsAgent({ settings }: VirtualMachineExtension): boolean {
  return /AddSessionHost|RDInfra|RDAgent|REGISTRATION_?(?:INFO_?)?TOKEN/i.test(
    JSON.stringify(settings ?? {}),
  );
}

// The handlers of run commands and updates, and what Defender for Cloud puts wherever it is switched on.
const byItself = new Set([
  'runcommandhandlerwindows',
  'runcommandhandlerlinux',
  'runcommandwindows',
  'runcommandlinux',
  'windowspatchextension',
  'windowsosupdateextension',
  'mde.windows',
  'mde.linux',
]);

function comesByItself(found: VirtualMachineExtension): boolean {
  return byItself.has(kindOf(found).toLowerCase());
}

/** Those that always have a secret, and scripts whose command Azure does not show, so that it must be one. */
function needsSecret(found: VirtualMachineExtension): boolean {
  const kind = kindOf(found).toLowerCase();
  if (/^(?:customscriptextension|customscript)$/.test(kind)) return !hasCommand(found.settings);
  return [
    'jsonaddomainextension',
    'microsoftmonitoringagent',
    'omsagentforlinux',
    'iaasdiagnostics',
  ].includes(kind);
}

function hasCommand(settings: unknown): boolean {
  return typeof settings === 'object' && settings !== null && 'commandToExecute' in settings;
}

function rankOf(found: VirtualMachineExtension): number {
  return ['jsonaddomainextension', 'aadloginforwindows'].includes(kindOf(found).toLowerCase()) ? 0 : 1;
}

function inOrder(found: readonly VirtualMachineExtension[]): VirtualMachineExtension[] {
  const waiting = found.toSorted((a, b) => rankOf(a) - rankOf(b));
  const placed: VirtualMachineExtension[] = [];
  while (waiting.length > 0) {
    const isPlaced = (name: string) => !waiting.some((one) => lastSegment(one.name) === name);
    const next = waiting.findIndex(({ provisionAfterExtensions = [] }) =>
      provisionAfterExtensions.every(isPlaced),
    );
    // Two that name each other, which Azure would not have taken, keep the order of the list.
    placed.push(...waiting.splice(Math.max(0, next), 1));
  }
  return placed;
}
