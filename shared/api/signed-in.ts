import { z } from 'zod';

/** Who the platform says is signed in: a person, or an application with a token of its own. */
export interface SignedIn {
  /** Of the user or service principal in its directory: stays when names change. */
  readonly objectId: string;
  /** For people to read. */
  readonly name: string;
  readonly appId: string | undefined;
  readonly groups: readonly string[];
  /** Values of the app roles that the token brings. */
  readonly appRoles: readonly string[];
}

const Principal = z.object({
  auth_typ: z.literal('aad'),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
  role_typ: z.string().optional(),
});
const Guid = z.guid().toLowerCase();

/** Longer than what Entra issues; the header of a web server ends before this. */
const longest = 65_536;
const identity = 'http://schemas.microsoft.com/identity/claims';
const person = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** Reads `x-ms-client-principal` as App Service writes it; undefined if it is not that, or nobody is named in it. */
export function signedInBy(header: string): SignedIn | undefined {
  const principal = parsed(header);
  if (!principal) return undefined;
  // The platform renames some claims on their way, and which ones depends on the version of the token.
  const all = (...types: readonly string[]) =>
    principal.claims.filter(({ typ }) => types.includes(typ)).map(({ val }) => val);
  const { success, data: objectId } = Guid.safeParse(all('oid', `${identity}/objectidentifier`)[0]);
  if (!success) return undefined;
  const appId = all('appid', 'azp')[0]?.toLowerCase();
  const isApp = all('idtyp')[0] === 'app' || !all('scp', `${identity}/scope`)[0];
  const [spoken] = all('preferred_username', 'upn', `${person}/upn`, `${person}/emailaddress`);
  return {
    objectId,
    name: spoken?.slice(0, 200) ?? (appId === undefined ? `user ${objectId}` : `app ${appId}`),
    // Of a person's token it is the program he uses, which has no rights of its own here.
    appId: isApp && spoken === undefined ? appId : undefined,
    groups: all('groups').map((group) => group.toLowerCase()),
    appRoles: all('roles', `http://schemas.microsoft.com/ws/2008/06/identity/claims/role`),
  };
}

function parsed(header: string): z.output<typeof Principal> | undefined {
  if (header.length > longest) return undefined;
  try {
    return Principal.safeParse(JSON.parse(Buffer.from(header, 'base64').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
