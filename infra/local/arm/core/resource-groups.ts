import { ArmError } from './arm-error.ts';
import type { Call, Provider } from './provider.ts';
import { regionName } from './resource-id.ts';
import { paged, shown, type ResourceGroup, type Resources } from './resources.ts';

const API_VERSIONS = ['2021-04-01', '2022-09-01', '2024-03-01', '2025-04-01'];
const PATH = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}';

/** Resource groups themselves, as far as one has to make them and look inside. */
export function resourceGroupsProvider(resources: Resources): Provider {
  const body = ({ name, subscriptionId, location }: ResourceGroup) => ({
    id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
    name,
    type: 'Microsoft.Resources/resourceGroups',
    location,
    properties: { provisioningState: 'Succeeded' },
  });
  const put = (call: Call) => {
    const { location } = (call.body ?? {}) as { location?: string };
    if (!location)
      throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
    const { subscriptionId, resourceGroup: name } = call;
    const before = resources.resourceGroup(subscriptionId, name);
    if (before && regionName(before.location) !== regionName(location)) {
      throw new ArmError(
        409,
        'InvalidResourceGroupLocation',
        `Invalid resource group location '${location}'. The Resource group already exists in location '${before.location}'.`,
      );
    }
    const group =
      before ?? resources.addResourceGroup({ subscriptionId, name, location: regionName(location) });
    return { status: before ? 200 : 201, body: body(group) };
  };
  const get = (call: Call) => {
    const group = resources.resourceGroup(call.subscriptionId, call.resourceGroup);
    if (group) return { status: 200, body: body(group) };
    throw new ArmError(
      404,
      'ResourceGroupNotFound',
      `Resource group '${call.resourceGroup}' could not be found.`,
    );
  };
  const list = (call: Call) => {
    const under = `/subscriptions/${call.subscriptionId}/resourceGroups/${call.resourceGroup}`;
    return paged(call, resources.list({ under }).map(shown));
  };
  return {
    routes: [
      { method: 'PUT', path: PATH, apiVersion: API_VERSIONS, handle: put },
      { method: 'GET', path: PATH, apiVersion: API_VERSIONS, handle: get },
      { method: 'GET', path: `${PATH}/resources`, apiVersion: API_VERSIONS, handle: list },
    ],
  };
}
