import { type Instant, secondsAfter } from '../instant.ts';
import { Engine } from './engine.ts';
import type { Rows } from './rows.ts';
import { WorkflowStore } from './store.ts';
import type { Workflow } from './workflow.ts';

/** Who has a thing that only one can have: in a row of its own, so that of two who ask at once one gets it. */
interface Claim {
  readonly owner: string;
  readonly at: Instant;
  /** What was claimed for is saved: from then on he has it for as long as what is saved names it. */
  readonly isSettled?: true;
}

type ClaimEvent =
  /** `over` is the claim that does not count any more. */
  | {
      readonly type: 'claimed';
      readonly owner: string;
      readonly over: Claim | undefined;
      readonly at: Instant;
    }
  | { readonly type: 'settled'; readonly owner: string; readonly claimedAt: Instant };

/** Whoever comes second keeps nothing of what the first has. */
const claimLife: Workflow<Claim, ClaimEvent, never> = {
  evolve(claim, event) {
    if (event.type === 'settled') {
      const isOfIt = claim?.owner === event.owner && claim.at === event.claimedAt;
      return isOfIt ? { owner: claim.owner, at: claim.at, isSettled: true } : claim;
    }
    const { owner, over, at } = event;
    if (claim && claim.owner !== owner && !isSame(claim, over)) return claim;
    return { owner, at };
  },
  decide: () => ({}),
  isNews: () => false,
};

function isSame(one: Claim, other: Claim | undefined): boolean {
  return one.owner === other?.owner && one.at === other.at && one.isSettled === other.isSettled;
}

interface Parts {
  readonly kind: string;
  readonly rows: Rows;
  readonly due: Rows;
  readonly now: () => Instant;
}

interface Owning {
  /** Whether what is saved of the owner names the thing. */
  readonly names: (owner: string, thing: string) => Promise<boolean>;
  /** Who names it, of those that were saved before there were claims. */
  readonly another: (owner: string, thing: string) => Promise<string | undefined>;
}

/** No request lives as long as that: who has claimed a thing and not settled it by then died in between. */
const unsettledSeconds = 600;

export type Claims = ReturnType<typeof claimsIn>;

/** Claims to things of one kind. What its owner names no more is free by that alone: nobody has to give it back. */
export function claimsIn({ kind, rows, due, now }: Parts) {
  const engine = new Engine<Claim, ClaimEvent, never>({
    workflow: claimLife,
    store: new WorkflowStore(kind, rows, due),
    wake: async () => {},
    now,
    perform: async (id) => await Promise.reject(new Error(`${id} calls for nothing`)),
  });
  const isHeld = async ({ owner, at, isSettled }: Claim, thing: string, { names }: Owning) =>
    (isSettled !== true && secondsAfter(at, unsettledSeconds) > now()) || (await names(owner, thing));

  /** Claims the thing for the owner; or says whose it is. */
  async function claim(owner: string, thing: string, owning: Owning) {
    for (;;) {
      const known = await engine.load(thing);
      if (!known) {
        const other = await owning.another(owner, thing);
        if (other !== undefined) return { other };
      } else if (known.owner !== owner && (await isHeld(known, thing, owning))) return { other: known.owner };
      const at = now();
      const { state } = await engine.record(thing, () => ({ type: 'claimed', owner, over: known, at }));
      if (state.owner === owner) return { claimedAt: at };
    }
  }

  /**
   * Makes the thing (a key that a table takes) the owner's own, and then saves what names it; `taken` says why not
   * where it is another's. A save of which nobody knows whether it came to be leaves the claim unsettled: it is judged
   * once it must be over.
   */
  return async <Saved>(
    owner: string,
    thing: string,
    {
      taken,
      save,
      ...owning
    }: Owning & {
      readonly taken: (other: string) => Error;
      readonly save: () => Promise<Saved>;
    },
  ): Promise<Saved> => {
    const { other, claimedAt } = await claim(owner, thing, owning);
    if (claimedAt === undefined) throw taken(other);
    const saved = await save();
    await engine.record(thing, () => ({ type: 'settled', owner, claimedAt }));
    return saved;
  };
}
