import type { VirtualMachineNetworkInterfaceConfiguration } from '@azure/arm-compute';
import { AppError } from '../errors.ts';
import type { Azure } from './clients.ts';
import { asking } from './errors.ts';
import { networkApiVersion } from './virtual-machine-body.ts';

/** A network interface like another's, as a machine is asked for with it. */
export interface InterfacePlan {
  readonly configuration: VirtualMachineNetworkInterfaceConfiguration;
  readonly notBeside?: string;
}

/** As the Network provider shows an interface; the part that a machine's own configuration of one has too. */
interface Interface {
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: {
    readonly enableAcceleratedNetworking?: boolean;
    readonly enableIPForwarding?: boolean;
    readonly networkSecurityGroup?: Reference;
    readonly dnsSettings?: { readonly dnsServers?: readonly string[] };
    readonly ipConfigurations?: readonly IpConfiguration[];
  };
}

interface IpConfiguration {
  readonly name?: string;
  readonly properties?: {
    readonly primary?: boolean;
    readonly privateIPAllocationMethod?: string;
    readonly privateIPAddressVersion?: string;
    readonly subnet?: Reference;
    readonly publicIPAddress?: Reference;
    readonly applicationSecurityGroups?: readonly Reference[];
    readonly loadBalancerBackendAddressPools?: readonly Reference[];
  };
}

interface Reference {
  readonly id?: string;
}

/** The interfaces of a machine, each as one of the same kind is asked for. */
export async function interfacePlans(
  { read }: Pick<Azure, 'read'>,
  subscriptionId: string,
  references: readonly { readonly id?: string; readonly primary?: boolean }[],
): Promise<InterfacePlan[]> {
  const plans: InterfacePlan[] = [];
  for (const { id = '', primary } of references) {
    const found = await asking(
      `network interface ${id.split('/').at(-1) ?? ''}`,
      async () => (await read(subscriptionId, id, networkApiVersion)) as Interface,
    );
    plans.push(planOf(found, primary ?? references.length === 1));
  }
  return plans;
}

function planOf({ name, tags, properties = {} }: Interface, primary: boolean): InterfacePlan {
  if (name === undefined)
    throw new AppError('AzureUnavailable', 'Azure showed a network interface without a name');
  const { ipConfigurations = [], networkSecurityGroup, dnsSettings } = properties;
  const { enableAcceleratedNetworking, enableIPForwarding } = properties;
  const dnsServers = dnsSettings?.dnsServers ?? [];
  const notBeside = whyNotBeside(ipConfigurations);
  return {
    configuration: {
      name,
      primary,
      // What is made with a machine goes with it.
      deleteOption: 'Delete',
      ...(tags && { tags }),
      ...(enableAcceleratedNetworking !== undefined && { enableAcceleratedNetworking }),
      ...(enableIPForwarding !== undefined && { enableIPForwarding }),
      ...referenced('networkSecurityGroup', networkSecurityGroup),
      ...(dnsServers.length > 0 && { dnsSettings: { dnsServers: [...dnsServers] } }),
      ipConfigurations: ipConfigurations.map(ipConfigurationOf),
    },
    ...(notBeside !== undefined && { notBeside }),
  };
}

function ipConfigurationOf({ name = 'ipconfig', properties = {} }: IpConfiguration) {
  const { primary, privateIPAddressVersion, subnet } = properties;
  return {
    name,
    ...(primary !== undefined && { primary }),
    ...referenced('subnet', subnet),
    ...(privateIPAddressVersion !== undefined && { privateIPAddressVersion }),
    ...allReferenced('applicationSecurityGroups', properties.applicationSecurityGroups),
    ...allReferenced('loadBalancerBackendAddressPools', properties.loadBalancerBackendAddressPools),
  };
}

function referenced<Name extends string>(name: Name, { id }: Reference = {}) {
  return (id === undefined ? {} : { [name]: { id } }) as { readonly [name in Name]?: { id: string } };
}

function allReferenced<Name extends string>(name: Name, all: readonly Reference[] = []) {
  const ids = all.flatMap(({ id }) => (id === undefined ? [] : [{ id }]));
  return (ids.length === 0 ? {} : { [name]: ids }) as { readonly [name in Name]?: { id: string }[] };
}

function whyNotBeside(configurations: readonly IpConfiguration[]): string | undefined {
  for (const { properties = {} } of configurations) {
    if (properties.privateIPAllocationMethod === 'Static') {
      return 'It has a private address of its own, which another would not have.';
    }
    if (properties.publicIPAddress)
      return 'It has a public address of its own, which another would not have.';
  }
  return undefined;
}
