import { randomBytes, randomUUID } from 'node:crypto';
import { type Readiness, readiness } from './api/ready.ts';
import { type App, createApp } from './app.ts';
import { connect } from './azure/clients.ts';
import { capacity } from './azure/capacity.ts';
import { deadLetters } from './azure/dead-letters.ts';
import { benchParts } from './azure/disks.ts';
import { fleetKinds } from './azure/fleet-kinds.ts';
import { fleets, hostMachines } from './azure/fleets.ts';
import { gallery } from './azure/gallery.ts';
import { endOfLifeGallery } from './azure/gallery-end-of-life.ts';
import { reach } from './azure/reach.ts';
import { regionGallery } from './azure/gallery-regions.ts';
import { Governor } from './azure/governor.ts';
import { hostPools } from './azure/host-pools.ts';
import { keyVault } from './azure/key-vault.ts';
import { marketplace } from './azure/marketplace.ts';
import { marketplaceShelves } from './azure/marketplace-shelves.ts';
import { probes } from './azure/probes.ts';
import { runCommands } from './azure/run-commands.ts';
import { sessionHosts } from './azure/session-hosts.ts';
import { sharingGallery } from './azure/sharing.ts';
import { sources } from './azure/sources.ts';
import { tableRows } from './azure/table-rows.ts';
import { virtualMachines } from './azure/virtual-machines.ts';
import { wakeQueue } from './azure/wake-queue.ts';
import { hasCode } from './errors.ts';
import { callSystem } from './gates/call.ts';
import { postMessages } from './notifications/post.ts';
import { clockOf, settings } from './settings.ts';
import { inOnePartition } from './workflow/one-partition.ts';
import type { Rows } from './workflow/rows.ts';
import { together } from './workflow/together.ts';

interface Running {
  readonly app: App;
  readonly readiness: Readiness;
}
let running: Running | undefined;

/** The app of this process, made at first need so that a cold start pays only for what it uses. */
export function runningApp(): App {
  return started().app;
}

/** Whether that app can work. */
export function runningReadiness(): Readiness {
  return started().readiness;
}

/** The names of settings that are wrong, or missing: with them there is no app. */
export function settingsThatAreWrong(): readonly string[] {
  try {
    settings();
    return [];
  } catch (error) {
    if (!hasCode(error, 'SettingsWrong')) throw error;
    return (error.details ?? []).map(({ target = '' }) => target);
  }
}

function started(): Running {
  running ??= fromSettings();
  return running;
}

function fromSettings(): Running {
  const told = settings();
  const clock = clockOf(told);
  const governor = new Governor(clock.now);
  const azure = connect(told, governor);
  governor.shareOver(tableRows(azure.table('throttles')));
  const kinds = fleetKinds(azure);
  const { teamsWebhook, publicUrl, mostBuilds, allowPrivateReceivers, auditDays, eventDays } = told;
  const app = createApp({
    rows: oncePerName((table) => rowsOf(table, together(tableRows(azure.table(table))))),
    wake: (queue) => wakeQueue(azure.serviceBus, queue, clock),
    deadLetters: deadLetters(azure.serviceBus),
    marketplace: marketplace(azure),
    shelves: marketplaceShelves(azure),
    sources: sources(azure),
    capacity: capacity(azure),
    parts: benchParts(azure),
    secrets: keyVault(azure, clock.now),
    machines: virtualMachines(azure),
    scripts: runCommands(azure),
    gallery: { ...gallery(azure), ...regionGallery(azure), ...endOfLifeGallery(azure) },
    sharing: sharingGallery(azure),
    hostPools: hostPools(azure),
    fleets: fleets(azure, clock.now, kinds),
    hostMachines: hostMachines(azure, clock.now, kinds),
    sessionHosts: sessionHosts(azure, clock.now),
    probes: probes(azure, kinds),
    callSystem,
    post: postMessages(allowPrivateReceivers),
    teamsWebhook,
    allowPrivateReceivers,
    publicUrl,
    mostBuilds,
    auditDays,
    eventDays,
    now: clock.now,
    newId: randomUUID,
    newSecret: () => randomBytes(32).toString('base64url'),
  });
  return {
    app,
    readiness: readiness({
      reach: reach(azure),
      rows: tableRows(azure.table('sweeps')),
      now: clock.now,
      secondsSince: (at) => clock.realMsUntil(at) / -1000,
      uptime: () => process.uptime(),
    }),
  };
}

/** What is asked for often, and by many at the same time; and host pools, all of which are read without their histories. */
const inOne = new Set(['imagesets', 'versions', 'hostpools']);

function rowsOf(table: string, rows: Rows): Rows {
  return inOne.has(table) ? inOnePartition(rows) : rows;
}

/** Who writes to one table at once has to meet there. */
function oncePerName<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}
