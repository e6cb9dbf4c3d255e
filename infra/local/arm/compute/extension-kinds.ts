import type { Json } from '../core/arm-error.ts';
import type { World } from '../core/world.ts';
import { webOf } from '../web/web.ts';
import { joinDomain, joinEntra } from './directory.ts';
import type { Guest } from './guest.ts';

/** What an extension is given to work with. */
export interface Given {
  readonly guest: Guest;
  readonly settings: Json;
  readonly secrets: Json;
  /** `identity` of the machine. */
  readonly identity: unknown;
}

/** How an extension's work ended: what the agent reports of it. */
export interface Ended {
  readonly ok: boolean;
  readonly message: string;
  /** Windows restarts before the agent reports. */
  readonly restarts?: boolean;
}

export interface ExtensionKind {
  readonly publisher: string;
  readonly type: string;
  /** Least and most virtual seconds from the agent's having it until it has worked. */
  readonly seconds: readonly [number, number];
  readonly work: (world: World, given: Given) => Ended;
}

/** The extensions that session hosts have. */
const EXTENSION_KINDS: readonly ExtensionKind[] = [
  {
    publisher: 'Microsoft.Compute',
    type: 'JsonADDomainExtension',
    seconds: [60, 180],
    work: (world, { guest, settings, secrets }) => {
      const domain = text(settings, 'Name') ?? '';
      const joining = { domain, user: text(settings, 'User') ?? '', password: text(secrets, 'Password') };
      const refused = joinDomain(world, guest, joining);
      // All that Azure is told of it; the reason is in a log in the guest.
      if (refused !== undefined) {
        guest.contents.files.put({ path: JOIN_LOG, text: `${refused}\n` });
        return { ok: false, message: `Exception(s) occured while joining Domain '${domain}'` };
      }
      const restarts = text(settings, 'Restart')?.toLowerCase() === 'true';
      return { ok: true, message: `Join completed for Domain '${domain}'`, restarts };
    },
  },
  {
    publisher: 'Microsoft.Azure.ActiveDirectory',
    type: 'AADLoginForWindows',
    seconds: [60, 150],
    work: (world, { guest, identity }) => {
      const refused = hasOwnIdentity(identity)
        ? joinEntra(world, guest)
        : 'Failed to get an access token: the VM has no system-assigned managed identity.';
      return refused === undefined
        ? { ok: true, message: 'Successfully joined the machine to AAD.' }
        : { ok: false, message: refused };
    },
  },
  {
    publisher: 'Microsoft.Azure.Monitor',
    type: 'AzureMonitorWindowsAgent',
    seconds: [60, 180],
    work: () => ({ ok: true, message: 'ExtensionOperation:enable. Status:Success' }),
  },
  { publisher: 'Microsoft.Compute', type: 'CustomScriptExtension', seconds: [30, 240], work: customScript },
  {
    publisher: 'Microsoft.Powershell',
    type: 'DSC',
    seconds: [120, 400],
    work: () => ({ ok: true, message: 'DSC configuration was applied successfully.' }),
  },
];

const JOIN_LOG =
  'C:\\WindowsAzure\\Logs\\Plugins\\Microsoft.Compute.JsonADDomainExtension\\1.3.18\\ADDomainExtension.log';

/** Azure compares publishers and types without regard to case. */
export function findKind(publisher: string, type: string): ExtensionKind | undefined {
  const wanted = `${publisher}.${type}`.toLowerCase();
  return EXTENSION_KINDS.find((kind) => `${kind.publisher}.${kind.type}`.toLowerCase() === wanted);
}

/** Its files have to be there; what the command does to the guest is not known here. */
function customScript(world: World, { settings, secrets }: Given): Ended {
  const commands = [settings, secrets].map((one) => text(one, 'commandToExecute'));
  const given = commands.filter((command) => command !== undefined);
  if (given.length !== 1) {
    const where = given.length === 0 ? 'neither' : 'both';
    return {
      ok: false,
      message: `Invalid configuration - commandToExecute must be in protected or public settings, and is in ${where}.`,
    };
  }
  const uris = [settings, secrets].flatMap((one) => (one['fileUris'] as string[] | undefined) ?? []);
  const missing = uris.find((uri) => !webOf(world).find(uri));
  if (missing === undefined) return { ok: true, message: 'Finished executing command' };
  return {
    ok: false,
    message: `Failed to download all specified files. Exiting. Error Message: ${missing} cannot be had.`,
  };
}

function hasOwnIdentity(identity: unknown): boolean {
  const { type } = (identity ?? {}) as { type?: unknown };
  return typeof type === 'string' && type.includes('SystemAssigned');
}

function text(settings: Json, name: string): string | undefined {
  const value = settings[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
