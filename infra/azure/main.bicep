// Goldsmith in one resource group: the function app and what it stands on. Nothing has a key: the app's
// identity is all that any part accepts. What the app may do to images and desktops is in rights.bicep.
targetScope = 'resourceGroup'

@description('Begins the name of every resource; letters and digits.')
@minLength(3)
@maxLength(11)
param name string = 'goldsmith'

param location string = resourceGroup().location

@description('A Workflows webhook of Teams that hears of promotions; empty for none.')
@secure()
param teamsWebhook string = ''

@description('The application (client) id of the app registration that people and programs sign in to; empty: function keys only.')
param signInClientId string = ''

@description('The tenant of the app registration.')
param signInTenantId string = tenant().tenantId

@description('Who has which role beside the app roles of the registration: [{ principal, role, imageSets?, hostPools? }].')
param roleAssignments array = []

@description('Function keys that have a role: [{ name, sha256, role, imageSets?, hostPools? }]. Hashes, no keys.')
param keyRoles array = []

var unique = take(uniqueString(resourceGroup().id), 8)
var packages = 'packages'

// The same file that the local broker declares its queues from.
var queues = loadJsonContent('../queues.json')

var roles = {
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner: packages, timers, keys
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor: state
  busOwner: '090c5cfd-751d-490a-894a-3ce6f1109419' // Azure Service Bus Data Owner: triggers that scale ask for manage
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: '${toLower(name)}${unique}'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'
    resource container 'containers' = { name: packages }
  }
}

resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: '${name}-${unique}'
  location: location
  sku: { name: 'Standard', tier: 'Standard' }
  properties: { disableLocalAuth: true, minimumTlsVersion: '1.2' }

  resource queue 'queues' = [
    for each in queues: {
      name: each.name
      properties: {
        lockDuration: each.lockDuration
        maxDeliveryCount: each.maxDeliveryCount
        defaultMessageTimeToLive: each.defaultMessageTimeToLive
        deadLetteringOnMessageExpiration: each.deadLetteringOnMessageExpiration
        requiresDuplicateDetection: each.requiresDuplicateDetection
      }
    }
  ]
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-${unique}'
  location: location
  properties: { sku: { name: 'PerGB2018' }, retentionInDays: 30 }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-${unique}'
  location: location
  kind: 'web'
  properties: { Application_Type: 'web', WorkspaceResourceId: logs.id }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-${unique}'
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: '${name}-${unique}'
  location: location
  kind: 'functionapp,linux'
  identity: { type: 'SystemAssigned' }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packages}'
          authentication: { type: 'SystemAssignedIdentity' }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: { instanceMemoryMB: 2048, maximumInstanceCount: 40 }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: concat(
        [
          { name: 'AzureWebJobsStorage__accountName', value: storage.name }
          { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
          { name: 'Tables__endpoint', value: storage.properties.primaryEndpoints.table }
          { name: 'ServiceBus__fullyQualifiedNamespace', value: '${bus.name}.servicebus.windows.net' }
          { name: 'PublicUrl', value: 'https://${name}-${unique}.azurewebsites.net' }
        ],
        empty(teamsWebhook) ? [] : [{ name: 'TeamsWebhook', value: teamsWebhook }],
        empty(keyRoles) ? [] : [{ name: 'KeyRoles', value: string(keyRoles) }],
        empty(roleAssignments) ? [] : [{ name: 'RoleAssignments', value: string(roleAssignments) }]
      )
    }
  }
}

// Sign-in by the platform: it checks every token, takes away what a stranger writes into its own headers, and tells the
// app that it does (WEBSITE_AUTH_ENABLED). Requests without a token reach the app, which refuses them itself: health and
// the links of external checks are open, and a listed key may stand for a program that cannot sign in.
resource signIn 'Microsoft.Web/sites/config@2024-04-01' = if (!empty(signInClientId)) {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    globalValidation: { requireAuthentication: false, unauthenticatedClientAction: 'AllowAnonymous' }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: signInClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${signInTenantId}/v2.0'
        }
        validation: { allowedAudiences: [signInClientId, 'api://${signInClientId}'] }
      }
    }
    // The app reads no token, and keeps none.
    login: { tokenStore: { enabled: false } }
  }
}

resource storageRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.blobOwner, roles.tableContributor]: {
    name: guid(storage.id, app.id, role)
    scope: storage
    properties: {
      principalId: app.identity.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource busRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(bus.id, app.id, roles.busOwner)
  scope: bus
  properties: {
    principalId: app.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.busOwner)
  }
}

output app string = app.name
output principalId string = app.identity.principalId
