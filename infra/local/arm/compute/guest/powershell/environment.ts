import type { Host } from '../host.ts';
import { Thing, type Value } from './values.ts';

/** The variables a script finds: PowerShell's own and Windows' environment. */
export function environment(host: Host): Map<string, Value> {
  const user = host.user === undefined ? `${host.name}$` : host.user;
  const profile =
    host.user === undefined ? 'C:\\Windows\\system32\\config\\systemprofile' : `C:\\Users\\${host.user}`;
  const temp = host.user === undefined ? 'C:\\Windows\\TEMP' : `${profile}\\AppData\\Local\\Temp`;
  return new Map<string, Value>([
    ['true', true],
    ['erroractionpreference', 'Continue'],
    ['false', false],
    ['pid', 4242],
    ['pwd', 'C:\\Windows\\system32'],
    [
      'psscriptroot',
      'C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandHandlerWindows\\2.0.19\\Downloads',
    ],
    ['psversiontable', new Thing('hashtable', { PSVersion: '5.1.26100.6584', PSEdition: 'Desktop' })],
    ['?', true],
    ['env:computername', host.name],
    ['env:username', user],
    ['env:userprofile', profile],
    ['env:temp', temp],
    ['env:tmp', temp],
    ['env:systemdrive', 'C:'],
    ['env:systemroot', 'C:\\Windows'],
    ['env:windir', 'C:\\Windows'],
    ['env:programdata', 'C:\\ProgramData'],
    ['env:allusersprofile', 'C:\\ProgramData'],
    ['env:public', 'C:\\Users\\Public'],
    ['env:programfiles', 'C:\\Program Files'],
    ['env:programw6432', 'C:\\Program Files'],
    ['env:programfiles(x86)', 'C:\\Program Files (x86)'],
    ['env:processor_architecture', 'AMD64'],
    ['home', profile],
  ]);
}
