// What the app may do to images and desktops, and no more: deploy once in every subscription that holds a
// gallery, a bench or host pools, with the principalId that main.bicep puts out.
targetScope = 'subscription'

param principalId string

@description('The resource groups of galleries, benches, scale sets, machines that stand alone, and host pools.')
param resourceGroups array

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'goldsmith')
  properties: {
    roleName: 'Goldsmith (${subscription().subscriptionId})'
    description: 'Builds golden images and brings session hosts onto them.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          // Of which tenant a subscription is that versions are copied to.
          'Microsoft.Resources/subscriptions/read'
          'Microsoft.Compute/locations/publishers/*/read'
          'Microsoft.Compute/galleries/read'
          'Microsoft.Compute/galleries/write'
          'Microsoft.Compute/galleries/share/action'
          'Microsoft.Compute/galleries/images/read'
          'Microsoft.Compute/galleries/images/write'
          'Microsoft.Compute/galleries/images/versions/read'
          'Microsoft.Compute/galleries/images/versions/write'
          'Microsoft.Compute/galleries/images/versions/delete'
          'Microsoft.Compute/virtualMachines/read'
          'Microsoft.Compute/virtualMachines/write'
          'Microsoft.Compute/virtualMachines/delete'
          'Microsoft.Compute/virtualMachines/start/action'
          'Microsoft.Compute/virtualMachines/restart/action'
          'Microsoft.Compute/virtualMachines/deallocate/action'
          'Microsoft.Compute/virtualMachines/generalize/action'
          'Microsoft.Compute/virtualMachines/instanceView/read'
          'Microsoft.Compute/virtualMachines/runCommands/*'
          // Machines that stand alone are made anew, with the extensions that they had. What they are placed in
          // (availability sets, dedicated hosts, placement groups) asks for rights of its own, which Azure names.
          'Microsoft.Compute/virtualMachines/extensions/read'
          'Microsoft.Compute/virtualMachines/extensions/write'
          'Microsoft.Compute/disks/read'
          'Microsoft.Compute/disks/write'
          'Microsoft.Compute/disks/delete'
          'Microsoft.Compute/snapshots/read'
          'Microsoft.Compute/snapshots/write'
          'Microsoft.Compute/snapshots/delete'
          'Microsoft.Compute/images/read'
          // A VHD is imported with the keys of its storage account.
          'Microsoft.Storage/storageAccounts/read'
          'Microsoft.Storage/storageAccounts/listKeys/action'
          // The build VM writes the output of its steps with an identity that is lent to it.
          'Microsoft.ManagedIdentity/userAssignedIdentities/read'
          'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'
          'Microsoft.Network/networkInterfaces/read'
          'Microsoft.Network/networkInterfaces/write'
          'Microsoft.Network/networkInterfaces/delete'
          'Microsoft.Network/networkInterfaces/join/action'
          'Microsoft.Network/networkSecurityGroups/join/action'
          'Microsoft.Network/applicationSecurityGroups/joinNetworkInterface/action'
          'Microsoft.Network/loadBalancers/backendAddressPools/join/action'
          'Microsoft.Network/virtualNetworks/subnets/read'
          'Microsoft.Network/virtualNetworks/subnets/join/action'
          'Microsoft.Compute/virtualMachineScaleSets/read'
          'Microsoft.Compute/virtualMachineScaleSets/write'
          'Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action'
          'Microsoft.Compute/virtualMachineScaleSets/reimage/action'
          'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read'
          'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/write'
          'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/start/action'
          'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/deallocate/action'
          'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/reimage/action'
          'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read'
          'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommands/*'
          'Microsoft.DesktopVirtualization/hostpools/read'
          'Microsoft.DesktopVirtualization/hostpools/write'
          'Microsoft.DesktopVirtualization/hostpools/retrieveRegistrationToken/action'
          'Microsoft.DesktopVirtualization/hostpools/sessionhosts/read'
          'Microsoft.DesktopVirtualization/hostpools/sessionhosts/write'
          'Microsoft.DesktopVirtualization/hostpools/sessionhosts/delete'
          'Microsoft.DesktopVirtualization/hostpools/sessionhosts/usersessions/read'
          'Microsoft.DesktopVirtualization/hostpools/sessionhosts/usersessions/delete'
          'Microsoft.DesktopVirtualization/hostpools/sessionhosts/usersessions/sendMessage/action'
        ]
        notActions: []
        dataActions: [
          // Whether a VHD is a page blob, and how large; the secrets that steps of recipes name.
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.KeyVault/vaults/secrets/getSecret/action'
        ]
        notDataActions: []
      }
    ]
  }
}

// The marketplace, sizes, quotas and the list of what all machines are doing belong to no resource group.
resource marketplace 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, 'reader')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'acdd72a7-3385-48ef-bd42-f606fba81ae7' // Reader
    )
  }
}

module group 'group-rights.bicep' = [
  for each in resourceGroups: {
    name: 'goldsmith-${uniqueString(each)}'
    scope: resourceGroup(each)
    params: { principalId: principalId, roleDefinitionId: role.id }
  }
]
