import { ArmError } from './arm-error.ts';
import { suffer, type Passed, type Request } from './front-door.ts';
import type { DataPlane } from './provider.ts';
import type { World } from './world.ts';

/** Lets requests through to the services that have hosts of their own; faults strike here as well. */
export class SideDoor {
  readonly #world: World;
  readonly #planes: readonly DataPlane[];

  constructor(world: World, planes: readonly DataPlane[]) {
    this.#world = world;
    this.#planes = planes;
  }

  /** Undefined when the path is not one of theirs. */
  async pass({ method, headers, url, text }: Request): Promise<Passed | undefined> {
    const [, name, host = '', ...rest] = url.pathname.split('/');
    const plane = this.#planes.find((one) => one.name === name);
    if (!plane) return undefined;
    const fault = this.#world.faults.strike(method, url.pathname + url.search);
    const about = { type: plane.name, body: undefined };
    const request = { method, host, path: `/${rest.join('/')}`, query: url.searchParams, headers, text };
    try {
      await suffer(this.#world, fault);
      const answer = await plane.handle(request);
      if (answer) return { ...about, answer, fault };
      return { ...about, answer: { status: 0 }, fault: { fault: 'lost-request' } };
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      return { ...about, answer: error.toAnswer(), fault };
    }
  }
}
