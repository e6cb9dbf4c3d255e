import type { Service } from '../../contents.ts';
import type { Work } from '../../host.ts';
import { cmdlet, type Cmdlet, type CmdletCall } from '../cmdlet.ts';
import { isLike } from '../operators.ts';
import { PowerShellError } from '../session.ts';
import { decrypt } from '../system-programs.ts';
import { textOf, Thing, type Value } from '../values.ts';
import { CIM } from '../cim.ts';

function serviceThing({ name, status, startType = 'Automatic' }: Service): Thing {
  return new Thing('ServiceController', {
    Status: status,
    Name: name,
    DisplayName: name,
    StartType: startType,
    tostring: name,
  });
}

/** The services named; a name without wildcards that is nobody's is an error. */
function services(call: CmdletCall): Service[] {
  const { services: known } = call.session.host.contents;
  const piped = (call.input ?? []).map((item) => textOf(item));
  const names = [...call.texts('name'), ...call.texts('displayname'), ...piped];
  return (names.length === 0 ? ['*'] : names).flatMap((name) => {
    const found = known.all().filter((service) => isLike(service.name, name));
    if (found.length === 0 && !/[*?]/.test(name))
      call.complain(`Cannot find any service with service name '${name}'.`);
    return found;
  });
}

function* turn(call: CmdletCall, status: Service['status']): Work<Value> {
  const { contents, random } = call.session.host;
  for (const service of services(call)) {
    if (status === 'Running' && service.startType === 'Disabled') {
      call.complain(
        `Service '${service.name}' cannot be started due to the following error: Cannot start service ${service.name} on computer '.'.`,
      );
      continue;
    }
    yield random.between(1, 4);
    contents.services.set(service.name, { ...service, status });
  }
  return null;
}

function setService(call: CmdletCall): Value {
  const { contents } = call.session.host;
  const startType = /disabled/i.test(call.text('startuptype'))
    ? 'Disabled'
    : /manual/i.test(call.text('startuptype'))
      ? 'Manual'
      : 'Automatic';
  for (const service of services(call)) {
    const status = call.text('status') === '' ? {} : { status: call.text('status') as Service['status'] };
    contents.services.set(service.name, {
      ...service,
      ...status,
      ...(call.text('startuptype') !== '' && { startType }),
    });
  }
  return null;
}

function bitLocker(call: CmdletCall): Value {
  if (!call.session.host.contents.files.exists('C:\\Windows\\System32\\manage-bde.exe')) {
    // The command is not there at all: no -ErrorAction helps.
    const text = `The term '${call.name}' is not recognized as the name of a cmdlet, function, script file, or operable program.`;
    throw new PowerShellError(text, 'statement');
  }
  const { bitLocker: status = 'FullyDecrypted' } = call.session.host.contents.system;
  const percentage = {
    FullyDecrypted: 0,
    FullyEncrypted: 100,
    EncryptionInProgress: 40,
    DecryptionInProgress: 60,
  };
  return new Thing('BitLockerVolume', {
    MountPoint: call.text('mountpoint') || 'C:',
    VolumeStatus: status,
    ProtectionStatus: status === 'FullyEncrypted' ? 'On' : 'Off',
    EncryptionPercentage: percentage[status],
  });
}

const GB = 1024 ** 3;

function disk(call: CmdletCall): Value {
  if (call.number('number', 0) !== 0)
    call.fail(`No MSFT_Disk objects found with property 'Number' equal to '${call.text('number')}'.`);
  const { diskSizeGB = 127 } = call.session.host.contents.system;
  return new Thing('Disk', {
    Number: 0,
    Size: diskSizeGB * GB,
    PartitionStyle: 'GPT',
    HealthStatus: 'Healthy',
  });
}

/** What is asked of Windows and its services. */
export const SYSTEM: Readonly<Record<string, Cmdlet>> = {
  'get-service': cmdlet('name displayname', '', (call) => services(call).map((one) => serviceThing(one))),
  'start-service': cmdlet('name displayname', 'passthru', (call) => turn(call, 'Running')),
  'stop-service': cmdlet('name displayname', 'nowait passthru', (call) => turn(call, 'Stopped')),
  'restart-service': cmdlet('name displayname', '', (call) => turn(call, 'Running')),
  'set-service': cmdlet('name startuptype status displayname', '', setService),
  'get-ciminstance': cmdlet('classname filter namespace property query', '', (call) => {
    const name = call.text('classname').toLowerCase();
    const read = CIM[name];
    return read
      ? read(call.session.host, call.text('filter'))
      : call.fail(`Invalid class "${call.text('classname')}"`);
  }),
  'get-disk': cmdlet('number', '', disk),
  'get-volume': cmdlet('driveletter', '', (call) => {
    const { diskSizeGB = 127 } = call.session.host.contents.system;
    return new Thing('Volume', {
      DriveLetter: 'C',
      Size: (diskSizeGB - 1) * GB,
      SizeRemaining: (diskSizeGB - 40) * GB,
    });
  }),
  'get-bitlockervolume': cmdlet('mountpoint', '', bitLocker),
  'disable-bitlocker': cmdlet('mountpoint', '', (call) => {
    decrypt(call.session.host);
    return null;
  }),
  'get-localuser': cmdlet('name', '', (call) => {
    const { users } = call.session.host.contents;
    const found = users.all().filter(({ name }) => isLike(name, call.text('name') || '*'));
    if (found.length === 0 && call.text('name') !== '') call.fail(`User ${call.text('name')} was not found.`);
    return found.map(({ name }) => new Thing('LocalUser', { Name: name, Enabled: true, tostring: name }));
  }),
  'new-localuser': cmdlet('name password description', 'nopassword', (call) => {
    const name = call.text('name');
    call.session.host.contents.users.set(name, { name, password: call.text('password') });
    return new Thing('LocalUser', { Name: name, Enabled: true, tostring: name });
  }),
  'remove-localuser': cmdlet('name', '', (call) => {
    if (!call.session.host.contents.users.delete(call.text('name')))
      call.fail(`User ${call.text('name')} was not found.`);
    return null;
  }),
  'restart-computer': cmdlet('computername', 'wait', (call) => {
    call.session.host.leave('restart');
    return null;
  }),
  'stop-computer': cmdlet('computername', '', (call) => {
    call.session.host.leave('stop');
    return null;
  }),
};
