import { applyChanges } from '../../changes.ts';
import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import type { AppxPackage } from '../../contents.ts';
import { isLike } from '../operators.ts';
import { textOf, Thing, type Value } from '../values.ts';
import type { Work } from '../../host.ts';
import { resolved } from './items.ts';

const PUBLISHER = '8wekyb3d8bbwe';

/** `Name_version_architecture__publisher`, by which packages are removed. */
export function fullName({ name }: Pick<AppxPackage, 'name'>): string {
  return `${name}_1.0.0.0_x64__${PUBLISHER}`;
}

function installed(call: CmdletCall): Value {
  const { contents, user = 'SYSTEM' } = call.session.host;
  const pattern = call.text('name') || '*';
  return contents.appx
    .all()
    .filter(({ users }) => (call.has('allusers') ? users.length > 0 : users.includes(user)))
    .filter(({ name }) => isLike(name, pattern))
    .map(
      (appx) =>
        new Thing('AppxPackage', {
          Name: appx.name,
          PackageFullName: fullName(appx),
          PackageFamilyName: `${appx.name}_${PUBLISHER}`,
          PackageUserInformation: appx.users.map((name) => `{[${name}]: Installed}`),
          SignatureKind: appx.system ? 'System' : 'Store',
          NonRemovable: appx.system ?? false,
          IsFramework: appx.framework ?? false,
          tostring: fullName(appx),
        }),
    );
}

function provisioned(call: CmdletCall): Value {
  if (!call.has('online')) call.fail('One of the parameters Online and Path must be given.');
  return call.session.host.contents.appx
    .all()
    .filter((appx) => appx.provisioned)
    .map(
      (appx) =>
        new Thing('AppxProvisionedPackage', {
          DisplayName: appx.name,
          PackageName: fullName(appx),
          tostring: fullName(appx),
        }),
    );
}

/** The packages that a removal is about, by full name: given, or from the pipeline. */
function named(call: CmdletCall, parameter: string): string[] {
  const given = call.texts(parameter);
  const input = call.input ?? [];
  const piped = input.map((item) =>
    textOf(item instanceof Thing && item.has('packagename') ? item.get('packagename') : item),
  );
  return [...given, ...piped].filter((name) => name !== '');
}

function* remove(call: CmdletCall, parameter: string, less: (appx: AppxPackage) => AppxPackage): Work<Value> {
  const { appx } = call.session.host.contents;
  for (const wanted of named(call, parameter)) {
    yield call.session.host.random.between(1, 4);
    const found = appx.all().find((one) => fullName(one) === wanted);
    if (!found) {
      call.complain(`Deployment failed with HRESULT: 0x80073CF1, Package was not found. ${wanted}`);
      continue;
    }
    const left = less(found);
    if (left.users.length === 0 && !left.provisioned) appx.delete(found.name);
    else appx.set(found.name, left);
  }
  return null;
}

/** A package file is named after its package: `Contoso.Widget_1.0.0.0_x64.msix`. */
function* add(
  call: CmdletCall,
  path: string,
  whole: Pick<AppxPackage, 'provisioned' | 'users'>,
): Work<Value> {
  const { contents, random } = call.session.host;
  const file = contents.files.get(resolved(path));
  if (!file)
    call.fail(
      `Deployment failed with HRESULT: 0x80070003, The system cannot find the path specified. ${path}`,
    );
  if (!file.installer) {
    call.fail(
      'Deployment failed with HRESULT: 0x80073CF0, Package could not be opened. 0x8007000D: The data is invalid.',
    );
  }
  yield file.installer.seconds ?? random.between(5, 30);
  if (file.installer.adds) applyChanges(contents, file.installer.adds);
  for (const name of Object.keys(file.installer.adds?.appx ?? {})) {
    const { users = [], provisioned = false, ...rest } = contents.appx.get(name) ?? { name };
    contents.appx.set(name, {
      ...rest,
      provisioned: provisioned || whole.provisioned,
      users: [...new Set([...users, ...whole.users])],
    });
  }
  return null;
}

/** Store packages, for users and in the image. */
export const STORE: Readonly<Record<string, Cmdlet>> = {
  'get-appxpackage': cmdlet('name publisher user packagetypefilter', 'allusers', installed),
  'get-appxprovisionedpackage': cmdlet('path', 'online', provisioned),
  'add-appxprovisionedpackage': cmdlet(
    'packagepath folderpath licensepath dependencypackagepath regions',
    'online skiplicense',
    (call) => add(call, call.text('packagepath'), { provisioned: true, users: [] }),
  ),
  // For one user alone: who does this in an image has a sysprep that fails.
  'add-appxpackage': cmdlet('path dependencypath', 'forceapplicationshutdown', (call) =>
    add(call, call.text('path'), { provisioned: false, users: [call.session.host.user ?? 'SYSTEM'] }),
  ),
  'remove-appxpackage': cmdlet('package user', 'allusers', (call) => {
    const { user = 'SYSTEM' } = call.session.host;
    return remove(call, 'package', (appx) => ({
      ...appx,
      users: call.has('allusers') ? [] : appx.users.filter((name) => name !== user),
    }));
  }),
  'remove-appxprovisionedpackage': cmdlet('packagename path', 'online allusers', (call) =>
    remove(call, 'packagename', (appx) => ({
      ...appx,
      provisioned: false,
      users: call.has('allusers') ? [] : appx.users,
    })),
  ),
};
