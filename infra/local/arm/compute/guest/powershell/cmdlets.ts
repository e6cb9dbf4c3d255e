import type { Cmdlet } from './cmdlet.ts';
import { CONTENT } from './cmdlets/content.ts';
import { DATA } from './cmdlets/data.ts';
import { EVENTS } from './cmdlets/events.ts';
import { ITEMS } from './cmdlets/items.ts';
import { PIPELINE } from './cmdlets/pipeline.ts';
import { PROCESSES } from './cmdlets/processes.ts';
import { PROPERTIES } from './cmdlets/properties.ts';
import { SYSTEM } from './cmdlets/system.ts';
import { SPEECH } from './cmdlets/speech.ts';
import { STORE } from './cmdlets/store.ts';
import { WEB } from './cmdlets/web.ts';

/** Every cmdlet this guest knows, by its name in small letters. */
export const CMDLETS: Readonly<Record<string, Cmdlet>> = {
  ...SPEECH,
  ...PIPELINE,
  ...DATA,
  ...ITEMS,
  ...PROPERTIES,
  ...CONTENT,
  ...WEB,
  ...SYSTEM,
  ...STORE,
  ...EVENTS,
  ...PROCESSES,
};

/** The aliases that scripts use. */
export const ALIASES: Readonly<Record<string, string>> = {
  iex: 'invoke-expression',
  '?': 'where-object',
  where: 'where-object',
  '%': 'foreach-object',
  foreach: 'foreach-object',
  echo: 'write-output',
  write: 'write-output',
  select: 'select-object',
  sort: 'sort-object',
  measure: 'measure-object',
  sleep: 'start-sleep',
  gp: 'get-itemproperty',
  sp: 'set-itemproperty',
  gi: 'get-item',
  gci: 'get-childitem',
  dir: 'get-childitem',
  ls: 'get-childitem',
  ni: 'new-item',
  ri: 'remove-item',
  rm: 'remove-item',
  del: 'remove-item',
  rd: 'remove-item',
  rmdir: 'remove-item',
  md: 'mkdir',
  cp: 'copy-item',
  copy: 'copy-item',
  mv: 'move-item',
  move: 'move-item',
  ren: 'rename-item',
  gc: 'get-content',
  cat: 'get-content',
  type: 'get-content',
  sc: 'set-content',
  iwr: 'invoke-webrequest',
  curl: 'invoke-webrequest',
  wget: 'invoke-webrequest',
  gsv: 'get-service',
  sasv: 'start-service',
  spsv: 'stop-service',
  saps: 'start-process',
  start: 'start-process',
  gps: 'get-process',
  kill: 'stop-process',
  gcim: 'get-ciminstance',
  'get-wmiobject': 'get-ciminstance',
  gwmi: 'get-ciminstance',
};
