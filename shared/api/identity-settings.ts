import { z } from 'zod';
import { inWords } from '../wrong-input.ts';
import { type Complaint, wrongSettings } from '../wrong-settings.ts';
import { type Grant, roles } from './roles.ts';

/** A function key that somebody has given a name and a role. */
export interface KeyRole extends Grant {
  readonly name: string;
  readonly sha256: string;
}

/** A role given to a person, a group or an application, by id. */
export interface RoleAssignment extends Grant {
  readonly principal: string;
}

/** How callers are told from each other. */
export interface IdentitySettings {
  /** The platform signs people in, and has taken away whatever headers of its own a stranger sent. */
  readonly signsIn: boolean;
  /** Undefined where keys have no names: then whoever has one may do all. */
  readonly keys: readonly KeyRole[] | undefined;
  readonly assignments: readonly RoleAssignment[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const names = z
  .array(z.string().regex(/^[a-z][a-z0-9-]{0,39}\*?$|^\*$/, 'a name, or how names begin and *'))
  .min(1)
  .optional();
const grant = { role: z.enum(roles), imageSets: names, hostPools: names };
const KeyRoles = z.array(
  z.strictObject({
    /** Part of what is recorded of a change. */
    name: z.string().regex(/^[\w.-]{1,40}$/, 'up to 40 letters, digits and . _ -'),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, '64 hexadecimal digits')
      .toLowerCase(),
    ...grant,
  }),
);
const RoleAssignments = z.array(
  z.strictObject({ principal: z.guid('the id of an object or a client').toLowerCase(), ...grant }),
);

/** Whether the platform signs people in. The variable is its own: App Service injects it and lets nobody set it. */
export function signsIn(env: Environment = process.env): boolean {
  return env['WEBSITE_AUTH_ENABLED']?.toLowerCase() === 'true';
}

let kept: { readonly of: string; readonly read: IdentitySettings } | undefined;

/** The settings about callers, read again only when they have changed; throws with the name of one that is wrong. */
export function identitySettings(env: Environment = process.env): IdentitySettings {
  const of = JSON.stringify([env['WEBSITE_AUTH_ENABLED'], env['KeyRoles'], env['RoleAssignments']]);
  if (kept?.of !== of) kept = { of, read: read(env) };
  return kept.read;
}

function read(env: Environment): IdentitySettings {
  const wrong = wrongIdentitySettings(env);
  if (wrong.length > 0) throw wrongSettings(wrong);
  return {
    signsIn: signsIn(env),
    keys: env['KeyRoles'] ? KeyRoles.parse(JSON.parse(env['KeyRoles'])) : undefined,
    assignments: RoleAssignments.parse(JSON.parse(env['RoleAssignments'] || '[]')),
  };
}

/** What is wrong with the settings about callers. Their values are not said again. */
export function wrongIdentitySettings(env: Environment): Complaint[] {
  return Object.entries({ KeyRoles, RoleAssignments }).flatMap(([name, schema]) => {
    const text = env[name];
    const what = text ? wrongIn(text, schema) : undefined;
    return what === undefined ? [] : [[name, what] satisfies Complaint];
  });
}

/** All at once, for whoever puts a setting right restarts the app for it; and no wall of text. */
const mostTold = 10;

function wrongIn(text: string, schema: z.ZodType): string | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const result = schema.safeParse(list, { error: inWords });
  if (result.success) return undefined;
  const { issues } = result.error;
  if (issues.some(({ path }) => path.length === 0)) return 'cannot be used: it must be a list of objects';
  const told = issues
    .slice(0, mostTold)
    .map(({ path, message }) => `${path.join('.')} (${message.replace(/\.$/, '')})`);
  const more = issues.length > mostTold ? ` and ${issues.length - mostTold} more` : '';
  return `cannot be used: look at ${told.join(', ')}${more}`;
}
