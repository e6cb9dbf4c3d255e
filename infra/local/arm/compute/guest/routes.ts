import { ArmError, type Json } from '../../core/arm-error.ts';
import type { LocalCall, LocalRoute } from '../../core/provider.ts';
import type { World } from '../../core/world.ts';
import type { Guest } from '../guest.ts';
import { machineOf, VM_TYPE } from '../machine.ts';
import { blobsWritten } from './blobs-written.ts';
import { checkDirt, dirtRules, dirty, type Dirt, type DirtRule } from './dirt.ts';
import { DIRT } from './kinds-of-dirt.ts';

/** The guest after the dirt of the call's body; refused before anything is changed. */
export function soiled(guest: Guest, { body }: Pick<LocalCall, 'body'>, world: World): Json {
  const dirt = (body ?? {}) as Dirt;
  checkDirt(dirt);
  dirty(guest, dirt, world.timeline.now());
  return shown(guest);
}

/** The insides of machines, to be looked at and made dirty. */
export function guestRoutes(world: World): LocalRoute[] {
  const guests = (): { name: string; guest: Guest }[] =>
    world.resources.list({ type: VM_TYPE }).map((vm) => ({ name: vm.name, guest: machineOf(vm).guest }));
  const guestOf = ({ params }: LocalCall): Guest => {
    const wanted = params['name']?.toLowerCase();
    const found = guests().find(({ name }) => name.toLowerCase() === wanted);
    if (found) return found.guest;
    throw new ArmError(404, 'NotFound', `There is no VM '${params['name']}'.`);
  };
  return [
    {
      method: 'GET',
      path: '/local/guests',
      handle: () => ({
        status: 200,
        body: { value: guests().map(({ name, guest }) => ({ name, os: guest.os, power: guest.power })) },
      }),
    },
    {
      method: 'GET',
      path: '/local/guests/{name}',
      handle: (call) => ({ status: 200, body: shown(guestOf(call)) }),
    },
    {
      method: 'POST',
      path: '/local/guests/{name}',
      handle: (call) => {
        return { status: 200, body: soiled(guestOf(call), call, world) };
      },
    },
    {
      method: 'GET',
      path: '/local/dirt',
      handle: () => ({ status: 200, body: { value: dirtRules(world), known: Object.keys(DIRT) } }),
    },
    {
      method: 'POST',
      path: '/local/dirt',
      handle: ({ body }) => {
        const rule = (body ?? {}) as DirtRule;
        checkDirt(rule);
        dirtRules(world).push(rule);
        return { status: 201, body: rule };
      },
    },
    {
      method: 'DELETE',
      path: '/local/dirt',
      handle: () => {
        dirtRules(world).length = 0;
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/local/blobs-written',
      handle: () => ({ status: 200, body: { value: blobsWritten(world) } }),
    },
  ];
}

/** Everything but the passwords. */
export function shown(guest: Guest): Json {
  const { contents } = guest;
  return {
    name: guest.name,
    power: guest.power,
    imageState: guest.imageState,
    system: contents.system,
    services: contents.services.all(),
    registry: contents.registry.all(),
    files: contents.files
      .all()
      .map(({ path, folder, text, size, sha256 }) => ({ path, folder, text, size, sha256 })),
    appx: contents.appx.all(),
    updates: contents.updates.all(),
    users: contents.users.all().map(({ name }) => name),
    processes: contents.processes.all().map(({ name }) => name),
    events: contents.events.all(),
  };
}
