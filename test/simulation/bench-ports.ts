import type { Outside } from '../../shared/outside.ts';
import type { Instant } from '../../shared/instant.ts';
import type { smallBench } from '../images/small-bench.ts';
import type { smallGuest } from '../images/small-guest.ts';
import type { World } from '../support/world.ts';
import { smallRegions } from './small-regions.ts';
import { everywhere, type TakenOut } from './taken-out.ts';

/** How many seconds after its sender gave up on it a request may still arrive. */
const late = 40;

type OfBench = Pick<
  Outside,
  | 'marketplace'
  | 'shelves'
  | 'sources'
  | 'capacity'
  | 'parts'
  | 'secrets'
  | 'machines'
  | 'scripts'
  | 'gallery'
>;

interface Bench {
  readonly bench: ReturnType<typeof smallBench>;
  readonly guest: ReturnType<typeof smallGuest>;
  /** Image versions that were there before, by number: complete everywhere. */
  readonly seeded: ReadonlyMap<string, string>;
  readonly completeAt: ReadonlyMap<string, Instant>;
}

const nothing = async () => [];

/** What building a version asks of Azure, through a world that may be ill. */
export function benchPorts(all: Bench, world: World, taken: TakenOut): OfBench {
  const { bench, guest } = all;
  const { ports } = bench;
  const whole = smallRegions(ports.gallery, all, world.now);
  return {
    marketplace: world.port(ports.marketplace, {}),
    shelves: { publishers: nothing, offers: nothing, skus: nothing, versions: nothing },
    sources: world.port(ports.sources, {}),
    capacity: world.port(ports.capacity, {}),
    parts: world.port(ports.parts, { create: late, remove: late }),
    secrets: world.port(guest.ports.secrets, {}),
    machines: world.port(ports.machines, {
      create: late,
      start: late,
      restart: late,
      deallocate: late,
      generalize: late,
      remove: late,
    }),
    scripts: world.port(guest.ports.scripts, { start: late, remove: late }),
    gallery: world.port(taken.region ? everywhere(whole) : whole, {
      createGallery: late,
      createDefinition: late,
      captureVersion: late,
      changeVersion: late,
      moveEndOfLife: late,
      removeVersion: late,
      changeRegions: late,
    }),
  };
}
