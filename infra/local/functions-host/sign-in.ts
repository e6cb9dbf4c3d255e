import type { IncomingMessage } from 'node:http';
import { jwtVerify, type JWTPayload } from 'jose';
import type { AppSettings } from './app-settings.ts';
import { StartError } from './start-error.ts';

/** Stands before the app as App Service's authentication does; answers whether the request may go on. */
export type SignIn = (request: IncomingMessage) => Promise<boolean>;

const minimum = 32;

/**
 * Where the app's settings say that the platform signs people in. The tokens are JSON Web Tokens as Entra issues them,
 * but signed with the setting `LocalSignInKey` (HS256), which stands in for Entra's keys.
 */
export function openSignIn(settings: AppSettings): SignIn {
  if (!settings.isOn('WEBSITE_AUTH_ENABLED')) return async () => true;
  const text = settings.get('LocalSignInKey') ?? '';
  if (text.length < minimum) {
    throw new StartError(`WEBSITE_AUTH_ENABLED needs LocalSignInKey here: ${minimum} characters and more.`);
  }
  const key = new TextEncoder().encode(text);
  return async (request) => {
    for (const name of Object.keys(request.headers)) if (isPlatforms(name)) take(request, name);
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    // As with "Allow unauthenticated requests": whether anybody must be signed in is the app's affair.
    if (token === undefined) return true;
    const payload = await verified(token, key);
    if (!payload) return false;
    for (const [name, value] of Object.entries(headersOf(payload))) put(request, name, value);
    return true;
  };
}

/** Nobody outside may set these. */
function isPlatforms(name: string): boolean {
  return name.startsWith('x-ms-client-principal') || name.startsWith('x-ms-token-');
}

async function verified(token: string, key: Uint8Array): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      requiredClaims: ['exp', 'oid'],
    });
    return payload;
  } catch {
    return undefined;
  }
}

const identity = 'http://schemas.microsoft.com/identity/claims';
const person = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
/** How the platform renames what a token says. */
const renamed: Readonly<Record<string, string>> = {
  oid: `${identity}/objectidentifier`,
  tid: `${identity}/tenantid`,
  scp: `${identity}/scope`,
  sub: `${person}/nameidentifier`,
  upn: `${person}/upn`,
};

function headersOf(payload: JWTPayload): Record<string, string> {
  const claims = Object.entries(payload).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ typ: renamed[name] ?? name, val: String(value) })),
  );
  const names = [payload['preferred_username'], payload['upn'], payload['appid']];
  const principal = { auth_typ: 'aad', claims, name_typ: `${person}/name`, role_typ: 'roles' };
  return {
    'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64'),
    'x-ms-client-principal-id': String(payload['oid']),
    'x-ms-client-principal-name': names.find((name) => typeof name === 'string') ?? '',
    'x-ms-client-principal-idp': 'aad',
  };
}

function take({ headers, headersDistinct }: IncomingMessage, name: string): void {
  Reflect.deleteProperty(headers, name);
  Reflect.deleteProperty(headersDistinct, name);
}

function put({ headers, headersDistinct }: IncomingMessage, name: string, value: string): void {
  headers[name] = value;
  headersDistinct[name] = [value];
}
