import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import { inUse } from './delete.ts';
import { canBeCanceled, type Version, type VersionCommand, type VersionEvent } from './image.ts';
import type { Delete, Revoke } from './request-bodies.ts';
import { canBeDeleted, canBeRevoked, heldBy } from './shelf.ts';
import { somebody } from './somebody.ts';
import { versionId } from './stage.ts';
import { askedOf, blastRadius } from './usage.ts';
import type { UsedBy } from './use.ts';

interface Parts {
  readonly versions: Engine<Version, VersionEvent, VersionCommand>;
  readonly versionOf: (set: string, number: string) => Promise<Version>;
  /** Every version of every set. */
  readonly all: () => Promise<readonly Version[]>;
  readonly usedBy: UsedBy;
  readonly now: () => Instant;
}

/** What people may ask of a version that is built: that nobody uses it any more, and that it goes. */
export function shelfRequests({ versions, versionOf, all, usedBy, now }: Parts) {
  /** Refused by what it is when it is saved, not by what it was when somebody looked. */
  const tell = async (
    version: Version,
    refusal: (now: Version) => AppError | undefined,
    event: VersionEvent,
  ) => {
    const { state } = await versions.record(versionId(version), (current) => {
      const why = refusal(current ?? version);
      if (why) throw why;
      return event;
    });
    return state;
  };

  return {
    /** From now on nothing begins to use it, whatever it stood at. Says whom it meets. */
    async revoke(set: string, number: string, { by, reason, rollback }: z.infer<typeof Revoke>) {
      const found = await versionOf(set, number);
      const event = { type: 'revoked', by: somebody(by), reason, rollback, at: now() } as const;
      const version = await tell(found, notRevocable, event);
      const uses = await usedBy(askedOf(version));
      return { version, usedBy: uses, blastRadius: blastRadius(version, uses, await all()) };
    },

    /** Refused while anything uses it; and asked again before Azure is asked to delete it. */
    async remove(set: string, number: string, { by, reason }: z.infer<typeof Delete>) {
      const found = await versionOf(set, number);
      if (found.phase === 'deleting' || found.phase === 'deleted') return found;
      const uses = await usedBy(askedOf(found));
      const refusal = (version: Version) => {
        if (version.phase === 'deleting' || version.phase === 'deleted') return undefined;
        const isHeld = heldBy(version).length > 0;
        if (uses.length === 0 || !(isHeld || canBeDeleted(version))) return notDeletable(version);
        return new AppError('ReferencedVersionCannotBeDeleted', inUse(uses), {
          target: number,
          details: uses.map(({ kind, name, message }) => ({ code: kind, message, target: name })),
        });
      };
      return await tell(found, refusal, { type: 'delete-asked', by: somebody(by), reason, at: now() });
    },
  };
}

export type ShelfRequests = ReturnType<typeof shelfRequests>;

function notRevocable(version: Version): AppError | undefined {
  if (canBeRevoked(version)) return undefined;
  const { number, phase } = version;
  if (phase === 'deleted') {
    return new AppError('VersionOver', `Version ${number} was deleted at ${version.at}.`, { target: number });
  }
  const instead =
    phase === 'running' || phase === 'held'
      ? 'it is still being built: cancel it'
      : 'there is no image of it';
  return new AppError('InvalidPhase', `Version ${number} is ${phase}; ${instead}.`, { target: number });
}

function notDeletable(version: Version): AppError | undefined {
  if (canBeDeleted(version)) return undefined;
  const { number, phase, facts } = version;
  const held = heldBy(version);
  if (held.length > 0) {
    const message = `It is in use: channel ${held.join(', ')} holds it`;
    const details = held.map((name) => ({
      code: 'channel',
      message: `channel ${name} holds it`,
      target: name,
    }));
    return new AppError('ReferencedVersionCannotBeDeleted', message, { target: number, details });
  }
  const why =
    'standing' in version || phase === 'held'
      ? `${canBeCanceled(version) ? 'cancel it, or ' : ''}wait until that is over`
      : facts.imageVersionId === undefined
        ? 'there is nothing of it in the gallery'
        : 'it cannot be deleted now';
  return new AppError('InvalidPhase', `Version ${number} is ${phase}; ${why}.`, { target: number });
}
