const group = '/subscriptions/s-1/resourceGroups/rg-vms/providers';
export const compute = `${group}/Microsoft.Compute`;
const network = `${group}/Microsoft.Network`;
export const imageVersion = (version: string) => `${compute}/galleries/g/images/i/versions/${version}`;

/** A virtual machine with all that Azure shows of one: what people stated, and what only Azure fills in. */
export function shownMachine(properties: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  return {
    id: `${compute}/virtualMachines/vm-1`,
    name: 'vm-1',
    type: 'Microsoft.Compute/virtualMachines',
    location: 'westeurope',
    etag: '"7"',
    zones: ['2'],
    tags: { team: 'desktops', 'goldsmith-made-by': 'work-of-before' },
    identity: {
      type: 'SystemAssigned, UserAssigned',
      principalId: '11111111-1111-1111-1111-111111111111',
      tenantId: '22222222-2222-2222-2222-222222222222',
      userAssignedIdentities: {
        [`${group}/Microsoft.ManagedIdentity/userAssignedIdentities/id-1`]: {
          principalId: '33333333-3333-3333-3333-333333333333',
          clientId: '44444444-4444-4444-4444-444444444444',
        },
      },
    },
    resources: [
      { id: `${compute}/virtualMachines/vm-1/extensions/join`, name: 'join', location: 'westeurope' },
    ],
    properties: {
      vmId: '55555555-5555-5555-5555-555555555555',
      provisioningState: 'Succeeded',
      timeCreated: '2026-01-01T00:00:00.000Z',
      userData: 'aGVsbG8=',
      hardwareProfile: { vmSize: 'Standard_D4s_v5' },
      licenseType: 'Windows_Client',
      storageProfile: {
        imageReference: { id: imageVersion('1.0.0'), exactVersion: '1.0.0' },
        diskControllerType: 'SCSI',
        osDisk: {
          osType: 'Windows',
          name: 'vm-1_OsDisk_1_abc',
          createOption: 'FromImage',
          caching: 'ReadWrite',
          writeAcceleratorEnabled: false,
          diskSizeGB: 127,
          deleteOption: 'Detach',
          managedDisk: {
            id: `${compute}/disks/vm-1_OsDisk_1_abc`,
            storageAccountType: 'Premium_LRS',
            diskEncryptionSet: { id: `${compute}/diskEncryptionSets/des-1` },
          },
        },
        dataDisks: [
          {
            lun: 0,
            name: 'data-1',
            createOption: 'Empty',
            caching: 'ReadOnly',
            diskSizeGB: 64,
            deleteOption: 'Delete',
            toBeDetached: false,
            managedDisk: { id: `${compute}/disks/data-1`, storageAccountType: 'Premium_LRS' },
          },
        ],
      },
      osProfile: {
        computerName: 'VM-1',
        adminUsername: 'localadmin',
        secrets: [],
        allowExtensionOperations: true,
        requireGuestProvisionSignal: true,
        windowsConfiguration: {
          provisionVMAgent: true,
          enableAutomaticUpdates: false,
          enableVMAgentPlatformUpdates: true,
          timeZone: 'W. Europe Standard Time',
          patchSettings: { patchMode: 'Manual', assessmentMode: 'ImageDefault' },
        },
      },
      networkProfile: {
        networkInterfaces: [
          { id: `${network}/networkInterfaces/nic-1`, properties: { primary: true, deleteOption: 'Delete' } },
        ],
      },
      securityProfile: {
        securityType: 'TrustedLaunch',
        encryptionAtHost: true,
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
      hostGroup: { id: `${compute}/hostGroups/hg-1` },
      host: { id: `${compute}/hostGroups/hg-1/hosts/h-1` },
      capacityReservation: { capacityReservationGroup: { id: `${compute}/capacityReservationGroups/crg-1` } },
      proximityPlacementGroup: { id: `${compute}/proximityPlacementGroups/ppg-1` },
      additionalCapabilities: { hibernationEnabled: true },
      priority: 'Regular',
      ...properties,
    },
    ...rest,
  };
}

export const shownInterface = {
  id: `${network}/networkInterfaces/nic-1`,
  name: 'nic-1',
  location: 'westeurope',
  tags: { team: 'desktops' },
  properties: {
    provisioningState: 'Succeeded',
    macAddress: '00-0D-3A-00-00-01',
    enableAcceleratedNetworking: true,
    enableIPForwarding: false,
    networkSecurityGroup: { id: `${network}/networkSecurityGroups/nsg-1` },
    dnsSettings: { dnsServers: ['10.0.0.4'], appliedDnsServers: [] },
    ipConfigurations: [
      {
        name: 'ipconfig1',
        properties: {
          primary: true,
          privateIPAddress: '10.0.1.7',
          privateIPAllocationMethod: 'Dynamic',
          privateIPAddressVersion: 'IPv4',
          subnet: { id: `${network}/virtualNetworks/vnet/subnets/desktops` },
          applicationSecurityGroups: [{ id: `${network}/applicationSecurityGroups/asg-1` }],
        },
      },
    ],
  },
};

/** The extensions that the portal puts on a session host, and what Azure adds by itself. */
export const shownExtensions = {
  value: [
    extension('Microsoft.PowerShell.DSC', 'Microsoft.Powershell', 'DSC', {
      modulesUrl: 'https://wvdportalstorageblob.example/Configuration.zip',
      configurationFunction: 'Configuration.ps1\\AddSessionHost',
    }),
    extension('MDE.Windows', 'Microsoft.Azure.AzureDefenderForServers', 'MDE.Windows', {}),
    extension('RunCommandHandler', 'Microsoft.CPlat.Core', 'RunCommandHandlerWindows', {}),
    extension('setup', 'Microsoft.Compute', 'CustomScriptExtension', {}, [
      'join',
      'Microsoft.PowerShell.DSC',
      'monitor',
    ]),
    extension('monitor', 'Microsoft.Azure.Monitor', 'AzureMonitorWindowsAgent', {}),
    extension('join', 'Microsoft.Compute', 'JsonADDomainExtension', { Name: 'corp.example', Options: '3' }),
  ],
};

function extension(
  name: string,
  publisher: string,
  type: string,
  settings: Record<string, unknown>,
  provisionAfterExtensions?: readonly string[],
) {
  return {
    id: `${compute}/virtualMachines/vm-1/extensions/${name}`,
    name,
    type: 'Microsoft.Compute/virtualMachines/extensions',
    location: 'westeurope',
    properties: {
      publisher,
      type,
      typeHandlerVersion: '1.3',
      autoUpgradeMinorVersion: true,
      provisioningState: 'Succeeded',
      settings,
      ...(provisionAfterExtensions && { provisionAfterExtensions }),
    },
  };
}
