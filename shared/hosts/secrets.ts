import { AppError } from '../errors.ts';
import type { HostPlan } from './course.ts';
import type { Blueprint, ExtensionBlueprint } from './machine.ts';

/** Where secrets are kept. Throws SecretNotFound or SecretDenied; what is read is never kept. */
export interface Secrets {
  readonly read: (secretUri: string) => Promise<string>;
}

type Settings = Readonly<Record<string, unknown>>;

/** Reads all that making the machine anew will need, and drops it: throws now rather than when the machine is gone. */
export async function ensureReadable(
  secrets: Secrets,
  plan: HostPlan,
  { extensions }: Blueprint,
): Promise<void> {
  await adminPasswordOf(secrets, plan);
  for (const extension of extensions) await settingsOf(secrets, plan, extension);
}

/** For the local administrator, if the pool names a secret for it. */
export async function adminPasswordOf(
  secrets: Secrets,
  { secrets: named }: HostPlan,
): Promise<string | undefined> {
  const uri = named?.adminPassword;
  return uri === undefined ? undefined : await secrets.read(uri);
}

/** The protected settings of an extension, if it has any that are known to us. */
export async function settingsOf(
  secrets: Secrets,
  plan: HostPlan,
  { name, type, needsSecret }: ExtensionBlueprint,
): Promise<Settings | undefined> {
  const named = Object.entries(plan.secrets?.extensions ?? {});
  const uri = named.find(([extension]) => extension.toLowerCase() === name.toLowerCase())?.[1];
  if (uri !== undefined) return settingsIn(await secrets.read(uri), type, uri);
  if (!needsSecret) return undefined;
  throw new AppError(
    'SecretNotFound',
    `${plan.name} has the extension ${name}, whose protected settings Azure gives nobody back: name a secret for it.`,
    { target: `virtualMachines.extensions.${name}` },
  );
}

/** A secret that is no JSON object is the password of a domain join, and of nothing else. */
function settingsIn(text: string, type: string, uri: string): Settings {
  const parsed = parsedOf(text);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Settings;
  if (type === 'JsonADDomainExtension') return { Password: text };
  throw new AppError('SecretUnusable', `${uri} holds no JSON object, as ${type} needs it.`, { target: uri });
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
