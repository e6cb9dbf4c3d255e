import type { Outside } from '../../shared/outside.ts';
import type { World } from '../support/world.ts';
import { type ArmRequest, type Call, requestsOf } from './arm-requests.ts';
import { type Address, type Place, placeOf } from './place.ts';
import { type TakenOut, withoutProof, withoutReadBack, withoutScalingPlan } from './taken-out.ts';

/** How many seconds after its sender gave up on it a request may still arrive; a reimage later than others. */
const late = 40;
const lateReimage = 200;

export type OfHosts = Pick<Outside, 'hostMachines' | 'sessionHosts' | 'fleets' | 'hostPools'>;

interface All extends OfHosts {
  readonly standAlone: OfHosts['hostMachines']['standAlone'];
}
type AddressOfAny = Address & { readonly subscriptionId: string; readonly instanceId?: string };
type Methods = Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;

const calls = {
  hostMachines: [
    'list',
    'read',
    'setTag',
    'start',
    'deallocate',
    'reimage',
    'applyModel',
    'runCommand',
    'startRunCommand',
    'removeRunCommand',
  ],
  sessionHosts: [
    'list',
    'read',
    'setAllowNewSession',
    'assign',
    'remove',
    'sessions',
    'sessionsOfPool',
    'sendMessage',
    'logOff',
    'registrationToken',
  ],
  standAlone: [
    'blueprint',
    'ensurePartsKept',
    'remove',
    'removeWithParts',
    'create',
    'extensions',
    'addExtension',
  ],
  fleets: ['model', 'setModelImage', 'list'],
  hostPools: ['hostPool', 'list'],
} as const satisfies { readonly [Name in keyof All]: readonly (keyof All[Name])[] };

/** What the app asks of host pools and scale sets, handed on to the place it is asked of. */
export class Ports {
  readonly #placeNamed: (name: string) => Place;
  onCall: (call: Call) => void = () => {};

  constructor(placeNamed: (name: string) => Place) {
    this.#placeNamed = placeNamed;
  }

  /**
   * Through a world that may be ill. Lists are shared by those who look at the same time: no time passes in
   * them, because a task that waits for another's answer does not give up its turn.
   */
  throughWorld(world: World, taken: TakenOut): OfHosts {
    const machines = {
      ...this.#spread('hostMachines', ({ azure }) => azure.machines),
      standAlone: this.#spread('standAlone', ({ azure }) => azure.machines.standAlone),
    };
    const { standAlone, ...ofAnyKind } = taken.proof ? withoutProof(machines) : machines;
    const sessionHosts = this.#spread('sessionHosts', ({ azure, watch }) =>
      watch.over(azure.desktop.sessionHosts),
    );
    const fleets = this.#spread('fleets', ({ azure }) => azure.fleets);
    const hostPools = this.#spread('hostPools', ({ azure }) => azure.desktop.hostPools);
    const repeatable = {
      setTag: late,
      start: late,
      deallocate: late,
      startRunCommand: late,
      removeRunCommand: late,
    };
    return {
      hostMachines: {
        ...world.port(ofAnyKind, { ...repeatable, reimage: lateReimage, applyModel: lateReimage }, ['list']),
        standAlone: world.port(standAlone, {
          ensurePartsKept: late,
          remove: lateReimage,
          removeWithParts: lateReimage,
          create: lateReimage,
          addExtension: late,
        }),
      },
      sessionHosts: world.port(
        taken.readBack ? withoutReadBack(sessionHosts) : sessionHosts,
        { setAllowNewSession: late, assign: late, remove: late, sendMessage: late, logOff: late },
        ['list', 'sessionsOfPool'],
      ),
      fleets: world.port(fleets, { setModelImage: late }, ['list']),
      hostPools: world.port(taken.scalingPlan ? withoutScalingPlan(hostPools) : hostPools, {}, ['list']),
    };
  }

  /** What a call sends, by its port, its name and its first argument. */
  requestsOf(port: string, what: string, address: AddressOfAny): readonly ArmRequest[] {
    const call = callOf(port, what, address);
    const { azure } = this.#placeNamed(call.place);
    const { everySession } = azure.desktop;
    const sessions = what === 'sessionsOfPool' ? everySession.filter((one) => !one.endedBy).length : 0;
    const { kind, fleet } = azure;
    return requestsOf(call, { kind, machines: fleet.size, sessionHosts: fleet.size, sessions });
  }

  /** A port whose every method goes to the place that its first argument names. */
  #spread<Name extends keyof All>(port: Name, portAt: (place: Place) => All[Name]): All[Name] {
    const methods = calls[port].map((what) => [
      what,
      async (address: AddressOfAny, ...rest: unknown[]) => {
        this.onCall(callOf(port, what, address));
        const there = portAt(this.#placeNamed(placeOf(address))) as unknown as Methods;
        return await there[what]?.(address, ...rest);
      },
    ]);
    return Object.fromEntries(methods) as All[Name];
  }
}

function callOf(port: string, what: string, address: AddressOfAny): Call {
  const { subscriptionId, instanceId } = address;
  return { port, what, subscriptionId, place: placeOf(address), instanceId };
}
