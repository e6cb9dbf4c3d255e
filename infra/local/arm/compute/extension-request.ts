import { vaultsOf } from '../../key-vault/vaults.ts';
import { ArmError, type Json } from '../core/arm-error.ts';
import type { World } from '../core/world.ts';
import { findKind, type ExtensionKind } from './extension-kinds.ts';
import { requireRegion } from './regions.ts';
import { EXTENSION_TYPE, type Extension, type ExtensionProperties } from './vm-extension.ts';
import { invalid, refuseChange, required } from './writing.ts';

/** The body of an extension's PUT. */
export interface ExtensionBody {
  location?: string;
  tags?: Record<string, string>;
  properties?: Partial<ExtensionProperties> & {
    protectedSettings?: Json;
    provisioningState?: string;
    instanceView?: unknown;
  };
}

interface Wanted {
  readonly body: {
    readonly location: string;
    readonly tags: Record<string, string> | undefined;
    readonly properties: ExtensionProperties;
  };
  readonly kind: ExtensionKind;
  /** The protected settings, however they came. */
  readonly secrets: Json;
}

/** What the request asks for, or Azure's refusal of it. */
export function requireExtension(
  world: World,
  { location, tags, properties = {} }: ExtensionBody = {},
  before: Extension | undefined,
  others: readonly Extension[],
): Wanted {
  const where = requireRegion(location, EXTENSION_TYPE);
  const { protectedSettings: _, provisioningState: __, instanceView: ___, ...kept } = properties;
  const named = requireNames(kept);
  const { publisher, type } = named;
  refuseChange('publisher', before?.properties.publisher, before && publisher);
  refuseChange('type', before?.properties.type, before && type);
  const kind = findKind(publisher, type);
  if (!kind) throw unknownKind(publisher, type, where);
  refuseSecond(kind, others);
  const secrets = secretsIn(world, properties);
  const settled = { autoUpgradeMinorVersion: true, ...kept, ...named };
  return { body: { location: where, tags, properties: settled }, kind, secrets };
}

function requireNames({ publisher, type, typeHandlerVersion }: Partial<ExtensionProperties>) {
  required('publisher', publisher);
  required('type', type);
  required('typeHandlerVersion', typeHandlerVersion);
  if (!/^\d+(?:\.\d+){1,3}$/.test(typeHandlerVersion)) {
    throw invalid('typeHandlerVersion', typeHandlerVersion, 'Use major.minor.');
  }
  return { publisher, type, typeHandlerVersion };
}

/** They come in the request or are fetched by Azure, not both. */
function secretsIn(world: World, properties: NonNullable<ExtensionBody['properties']>): Json {
  const { protectedSettings, protectedSettingsFromKeyVault: fromVault } = properties;
  if (!fromVault) return protectedSettings ?? {};
  if (!protectedSettings) return readVault(world, fromVault.secretUrl ?? '');
  throw new ArmError(
    400,
    'InvalidParameter',
    "Parameters 'protectedSettings' and 'protectedSettingsFromKeyVault' cannot be used together.",
    { target: 'protectedSettingsFromKeyVault' },
  );
}

/** On Windows a handler has one extension. The text is that of Azure/azure-quickstart-templates#4493. */
function refuseSecond({ publisher, type }: ExtensionKind, others: readonly Extension[]): void {
  const other = others.find(
    ({ properties }) => findKind(properties.publisher, properties.type)?.type === type,
  );
  if (!other) return;
  throw new ArmError(
    400,
    'BadRequest',
    `Multiple VMExtensions per handler not supported for OS type 'Windows'. VMExtension '${other.name}' with handler ` +
      `'${publisher}.${type}' already added or specified in input.`,
  );
}

function unknownKind(publisher: string, type: string, location: string): ArmError {
  return new ArmError(
    404,
    'ArtifactNotFound',
    `The VM extension with publisher '${publisher}' and type '${type}' could not be found in location '${location}'.`,
  );
}

/** Compute itself reads the secret: JSON, as the protected settings are. */
function readVault(world: World, secretUrl: string): Json {
  const { hostname = '', pathname = '' } = URL.canParse(secretUrl) ? new URL(secretUrl) : {};
  const [, , name = '', version] = pathname.split('/');
  const versions = vaultsOf(world).find(hostname)?.secrets.get(name.toLowerCase())?.versions ?? [];
  const found = version ? versions.find((one) => one.version === version) : versions.at(-1);
  try {
    return JSON.parse(found?.value ?? '') as Json;
  } catch {
    throw invalid(
      'protectedSettingsFromKeyVault.secretUrl',
      secretUrl,
      'It must name a secret that holds JSON.',
    );
  }
}
