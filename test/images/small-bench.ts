import type { Capacity } from '../../shared/images/capacity.ts';
import type { Instant } from '../../shared/instant.ts';
import { smallGallery } from './small/gallery.ts';
import { smallMachines } from './small/machines.ts';
import { smallParts } from './small/parts.ts';
import { addSources, smallSources, vhds } from './small/sources.ts';
import { Things } from './small/things.ts';

/**
 * As much of Azure as the stages of a version ask for, in memory: sources of every kind, disks, snapshots, NICs,
 * machines and a gallery. Things take their time, are refused in the wrong state, and every effect that must
 * happen once is counted.
 */
export function smallBench(now: () => Instant) {
  const counts = { created: 0, restarted: 0, captured: 0 };
  const things = new Things(now);
  const machines = smallMachines(things, counts);
  const gallery = smallGallery(things, machines, counts);
  addSources(things, machines);
  const atFirst = new Set(things.list().map(({ id }) => id));
  const capacity: Capacity = {
    find: async () => ({
      known: true,
      vCPUs: 4,
      family: 'standardDSv5Family',
      generations: ['V1', 'V2'],
      architecture: 'x64',
      trustedLaunch: true,
      maxDataDisks: 8,
      quota: [{ name: 'Standard DSv5 Family vCPUs', used: 0, limit: 100 }],
    }),
  };
  return {
    ports: {
      ...smallSources(things, machines),
      machines: machines.machines,
      parts: smallParts(things, vhds),
      gallery: gallery.gallery,
      capacity,
    },
    counts,
    /** What runs in a machine, for whoever plays its inside. */
    guestOf: machines.guestOf,
    asked: gallery.asked,
    failNextCapture: gallery.failNextCapture,
    addForeignVersion: gallery.addForeign,
    /** Something of this name, and not ours. */
    addForeign: (id: string, kind: 'machine' | 'nic' | 'disk' | 'snapshot', owner?: string) => {
      things.put({ id, kind, owner }, 0);
    },
    /** The next time this is made, it fails. */
    fail: (id: string, why: string) => {
      const found = things.find(id);
      if (found) found.failure = why;
    },
    isThere: (id: string) => things.find(id) !== undefined,
    powerOf: machines.powerOf,
    /** What is there now and was not at first, and the versions in the gallery. */
    left: () => ({
      things: things.list().flatMap(({ id }) => (atFirst.has(id) ? [] : [id])),
      versions: gallery.versions(),
      /** Sources are only read: none of them is ever missing. */
      missing: [...atFirst].filter((id) => !things.find(id)),
    }),
  };
}
