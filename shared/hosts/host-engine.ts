import { secondsBetween } from '../instant.ts';
import { Engine, type EngineParts } from '../workflow/engine.ts';
import { lookAtStage } from '../workflow/look.ts';
import type { StageCommand } from '../workflow/stages.ts';
import { ensureCreated } from './create.ts';
import { ensureDrained } from './drain.ts';
import { ensureEmpty } from './empty.ts';
import { ensureEquipped } from './equip.ts';
import { ensureExcluded } from './exclude.ts';
import type { Facts } from './facts.ts';
import { type Host, type HostEvent, hostLife } from './host.ts';
import type { Stage } from './course.ts';
import { unlessLate } from './late-looks.ts';
import type { Machines } from './machine.ts';
import { Durations } from './pace.ts';
import type { Readings } from './readings.ts';
import { ensureRegistered } from './register.ts';
import { ensureReimaged } from './reimage.ts';
import { ensureRemoved } from './remove.ts';
import { ensureReturned } from './return.ts';
import type { Secrets } from './secrets.ts';
import type { SessionHosts } from './session-host.ts';
import type { EnsureHostStage } from './stage.ts';
import { ensureTurn } from './turn.ts';
import { ensureVerified } from './verify.ts';

/** No host comes within less from a stage to the one that undoes it: verify waits for longer, and so does putting back. */
const promptSeconds = 2;

export type HostEngine = Engine<Host, HostEvent, StageCommand>;

interface Parts extends Pick<
  EngineParts<Host, HostEvent, StageCommand>,
  'store' | 'wake' | 'now' | 'onNews'
> {
  readonly machines: Machines;
  readonly sessionHosts: SessionHosts;
  readonly readings: Readings;
  readonly secrets: Secrets;
}

/** What brings hosts to a version, stage by stage. */
export function hostEngine({ machines, sessionHosts, readings, secrets, ...parts }: Parts): HostEngine {
  const durations = new Durations();
  const { store, now } = parts;
  const stagesFor = (held: Pick<Parts, 'machines' | 'sessionHosts'>) =>
    stagesOf({ ...held, readings, secrets, durations });
  return new Engine({
    ...parts,
    workflow: hostLife,
    perform: async (id, command, host) => {
      if (!('standing' in host)) throw new Error(`${id} is ${host.phase} and calls for nothing`);
      const { stage, look } = host.standing;
      const begunAt = now();
      let ours = look;
      const isLatest = async () => {
        if (secondsBetween(begunAt, now()) < promptSeconds) return true;
        const saved = await store.load(id);
        const is = saved && 'standing' in saved.state ? saved.state.standing : undefined;
        return is?.stage === stage && is.look === ours;
      };
      const stages = stagesFor(unlessLate({ machines, sessionHosts }, isLatest));
      const { event, proceed } = await lookAtStage<Stage, Host, Facts>({ stages, now })(
        id,
        command,
        host,
        host.standing,
      );
      if (!proceed) return { event };
      return {
        event,
        proceed: async () => {
          // Our own intention is on record.
          ours = look + 1;
          return await proceed();
        },
      };
    },
  });
}

type All = Pick<Parts, 'machines' | 'sessionHosts' | 'readings' | 'secrets'> & {
  readonly durations: Durations;
};

function stagesOf(all: All): Record<Stage, EnsureHostStage> {
  const { machines, sessionHosts, readings } = all;
  return {
    exclude: ensureExcluded(machines, readings),
    drain: ensureDrained(all),
    empty: ensureEmpty(sessionHosts, readings),
    turn: ensureTurn(readings),
    reimage: ensureReimaged(all),
    remove: ensureRemoved(all),
    create: ensureCreated(all),
    equip: ensureEquipped(all),
    register: ensureRegistered(all),
    verify: ensureVerified(all),
    return: ensureReturned(machines, sessionHosts),
  };
}
