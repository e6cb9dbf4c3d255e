import type { LocalRoute } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import { ENTRA } from './computer.ts';
import type { Guest } from './guest.ts';

/** The company's own domain. */
export const COMPANY_DOMAIN = 'corp.contoso.com';

/** Who joins the session hosts of a new local cloud to the domain. */
export const JOINER = { name: 'svc-join', password: 'Join-The-Club-5501!' } as const;

/** What computers can be joined to: the company's domain, and Entra ID. */
export interface Directory {
  domain: string;
  /** Passwords of those who may join computers, by account name in small letters. */
  readonly users: Map<string, string>;
  /** Who made each computer's account, by computer name in small letters; it stays when the machine goes. */
  readonly accounts: Map<string, string>;
  /** Names of the devices that Entra ID knows; they stay as well. */
  readonly devices: Set<string>;
}

const directories = new WeakMap<World['resources'], Directory>();
const FACT = 'joined-to';

/** The directory of this world. */
export function directoryOf({ resources }: World): Directory {
  const found = directories.get(resources) ?? {
    domain: COMPANY_DOMAIN,
    users: new Map([[JOINER.name, JOINER.password]]),
    accounts: new Map(),
    devices: new Set(),
  };
  directories.set(resources, found);
  return found;
}

/** What the Windows on this disk is joined to. */
export function joinOf({ facts }: Guest): string | undefined {
  return facts.get(FACT);
}

/** Puts it into a domain, or into Entra ID, without asking anybody. */
export function join({ facts }: Guest, to: string): void {
  facts.set(FACT, to);
}

/** Windows that is set up from a generalized image is a new computer, and in no domain yet. */
export function unjoin({ facts }: Guest): void {
  facts.delete(FACT);
}

interface Joining {
  readonly domain: string;
  /** `CORP\name`, `name@corp.contoso.com` or the name alone. */
  readonly user: string;
  readonly password: string | undefined;
}

/** Joins a computer to the domain; answers why not. */
export function joinDomain(
  world: World,
  guest: Guest,
  { domain, user, password }: Joining,
): string | undefined {
  const directory = directoryOf(world);
  const name = guest.name.toLowerCase();
  const joiner = accountName(user);
  if (domain.toLowerCase() !== directory.domain.toLowerCase()) {
    return 'ERROR_NO_SUCH_DOMAIN (1355): The specified domain either does not exist or could not be contacted.';
  }
  if (password === undefined || directory.users.get(joiner) !== password) {
    return 'ERROR_LOGON_FAILURE (1326): The user name or password is incorrect.';
  }
  const owner = directory.accounts.get(name) ?? joiner;
  // KB5020276: only who made a computer's account may use it again.
  if (owner !== joiner) {
    return (
      'NERR_AccountReuseBlockedByPolicy (2732): An account with the same name exists in Active Directory. ' +
      'Re-using the account was blocked by security policy.'
    );
  }
  directory.accounts.set(name, joiner);
  join(guest, directory.domain);
  return undefined;
}

/**
 * Joins a computer to Entra ID; answers why not. A device's name must be unique there (MicrosoftDocs/azure-docs#58290),
 * and a deleted machine's device stays until somebody deletes it: the next machine of that name is refused.
 */
export function joinEntra(world: World, guest: Guest): string | undefined {
  const { devices } = directoryOf(world);
  const name = guest.name.toLowerCase();
  const before = joinOf(guest);
  if (before === ENTRA) return undefined;
  if (before !== undefined) return `The machine is joined to the domain ${before} already.`;
  if (devices.has(name)) {
    return (
      'AAD Join failed with status code: -2145648509. Another object with the same value for property hostnames ' +
      'already exists.'
    );
  }
  devices.add(name);
  join(guest, ENTRA);
  return undefined;
}

/** `GET` and `PUT /local/directory`, and what a directory's people take out of it by hand. */
export function directoryRoutes(world: World): LocalRoute[] {
  const directory = directoryOf(world);
  const shown = () => ({
    domain: directory.domain,
    users: [...directory.users.keys()],
    accounts: Object.fromEntries(directory.accounts),
    devices: [...directory.devices],
  });
  const path = '/local/directory';
  return [
    { method: 'GET', path, handle: () => ({ status: 200, body: shown() }) },
    {
      method: 'PUT',
      path,
      handle: ({ body }) => {
        const { domain, users = {} } = (body ?? {}) as { domain?: string; users?: Record<string, string> };
        if (domain !== undefined) directory.domain = domain;
        for (const [name, password] of Object.entries(users)) {
          directory.users.set(accountName(name), password);
        }
        return { status: 200, body: shown() };
      },
    },
    {
      method: 'DELETE',
      path: `${path}/{kind}/{name}`,
      handle: ({ params: { kind, name = '' } }) => {
        const from = kind === 'devices' ? directory.devices : directory.accounts;
        return { status: from.delete(name.toLowerCase()) ? 200 : 204 };
      },
    },
  ];
}

function accountName(user: string): string {
  return (user.split('\\').at(-1) ?? '').split('@')[0]?.toLowerCase() ?? '';
}
