import { AppError } from '../../../shared/errors.ts';
import type { Parts } from '../../../shared/images/parts.ts';
import type { Contents, Thing, Things } from './things.ts';

/** Disks and snapshots that are copied from others, and can be made from nothing that is not there. */
export function smallParts(things: Things, vhds: ReadonlyMap<string, Contents | undefined>): Parts {
  const contentsOf = (from: Parameters<Parts['create']>[1]['from'], kind: Thing['kind']) => {
    if ('sizeGB' in from) return undefined;
    if ('uri' in from) {
      if (!vhds.has(from.uri)) throw new AppError('AzureRefused', `there is no blob ${from.uri}`);
      return vhds.get(from.uri);
    }
    const origin = things.require(from.id);
    if (kind === 'disk' && origin.attachedTo !== undefined) {
      throw new AppError('AzureRefused', `${from.id} is attached to a machine that runs`);
    }
    return things.read(from.id, 30).contents;
  };
  return {
    find: async (id) => {
      const found = things.find(id);
      return (
        found && {
          id: found.id,
          owner: found.owner,
          provisioningState: things.stateOf(found),
          ...(found.failure !== undefined && { error: found.failure }),
        }
      );
    },
    create: async (id, { owner, from }) => {
      const kind = /\/snapshots\//i.test(id) ? 'snapshot' : 'disk';
      const before = things.find(id);
      if (before && before.owner === owner && before.goneAt === undefined) return;
      things.put({ id, kind, owner, contents: contentsOf(from, kind) }, 60);
    },
    remove: async (id) => things.remove(id, 20),
  };
}
