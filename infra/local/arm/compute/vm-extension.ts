import type { Json } from '../core/arm-error.ts';
import { shown, type NewResource, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { VM_TYPE } from './machine.ts';

/** An extension as it is kept and shown: its protected settings go to the guest and come back to nobody. */
export interface ExtensionProperties {
  publisher: string;
  type: string;
  typeHandlerVersion: string;
  autoUpgradeMinorVersion: boolean;
  enableAutomaticUpgrade?: boolean;
  forceUpdateTag?: string;
  settings?: Json;
  protectedSettingsFromKeyVault?: { secretUrl?: string; sourceVault?: { id?: string } };
  provisionAfterExtensions?: string[];
}

export type Extension = Resource<ExtensionProperties>;

export const EXTENSION_TYPE = `${VM_TYPE}/extensions`;

/** What the agent last said of an extension, and what it was last given, to see whether it is given something new. */
interface ExtensionStatus {
  readonly message: string;
  readonly at: string;
  readonly told: string;
}

const statuses = new WeakMap<object, ExtensionStatus>();

export function setStatus(extension: Extension, status: ExtensionStatus): void {
  statuses.set(extension, status);
}

export function statusOf(extension: Extension): ExtensionStatus | undefined {
  return statuses.get(extension);
}

/** What names a VM's extensions have had: to look through all there is, for each VM of a list, would take long. */
const names = new WeakMap<object, Set<string>>();

/** Adds an extension to a VM, or changes the one of that name. */
export function putExtension(
  { resources }: World,
  vm: Resource<object>,
  name: string,
  made: Pick<NewResource<ExtensionProperties>, 'location' | 'tags' | 'properties'>,
): Extension {
  names.set(vm, (names.get(vm) ?? new Set()).add(name.toLowerCase()));
  return resources.put<ExtensionProperties>({
    ...made,
    id: `${vm.id}/extensions/${name}`,
    type: EXTENSION_TYPE,
  });
}

/** The extensions of one VM, in the order in which they came. */
export function extensionsOf({ resources }: World, vm: Resource<object>): Extension[] {
  return [...(names.get(vm) ?? [])].flatMap(
    (name) => resources.find<ExtensionProperties>(`${vm.id}/extensions/${name}`) ?? [],
  );
}

export function extensionView(extension: Extension, expand = false): Json {
  const body = shown(extension);
  if (!expand) return body;
  return { ...body, properties: { ...extension.properties, instanceView: instanceViewOf(extension) } };
}

/** Also one of the VM's `instanceView.extensions`. */
export function instanceViewOf(extension: Extension): Json {
  const { name, properties } = extension;
  const { publisher, type, typeHandlerVersion, provisioningState = 'Succeeded' } = properties;
  const status = statusOf(extension);
  const word = provisioningState.toLowerCase();
  return {
    name,
    type: `${publisher}.${type}`,
    typeHandlerVersion,
    ...(status && {
      statuses: [
        {
          code: `ProvisioningState/${word}`,
          level: word === 'failed' ? 'Error' : 'Info',
          displayStatus: `Provisioning ${word}`,
          message: status.message,
          time: status.at,
        },
      ],
    }),
  };
}
