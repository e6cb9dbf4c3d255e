import type { App } from '../../shared/app.ts';
import type { Approval } from '../../shared/approvals/approval.ts';
import type { Version } from '../../shared/images/image.ts';
import type { Release } from '../../shared/releases/course.ts';
import type { Cloud } from './cloud.ts';
import type { People } from './people.ts';
import { imageSet } from './policies.ts';

/** From then on nobody tries again what did not come to its end. */
export const lastHours = 64;
/** Until then people may change their minds about what is being released, or was. */
export const mindsHours = 16;

/** Those who decide about the version that is released, at once or when they have thought better of it. */
export class ReleasePeople {
  readonly #cloud: Cloud;
  readonly #people: People;
  readonly #id: string;
  readonly #began: number;

  constructor(cloud: Cloud, people: People, id: string, began: number) {
    this.#cloud = cloud;
    this.#people = people;
    this.#id = id;
    this.#began = began;
  }

  /** Somebody looks every ten minutes whether there is something to decide. */
  decide(): void {
    this.#cloud.world.after(600, () => {
      this.decide();
      this.#approve();
      this.#endWhatFailed();
      this.#goOn();
    });
  }

  /** At some time in the first hours. */
  changeTheirMinds(): void {
    const { random } = this.#cloud.world;
    const said = { reason: 'changed their mind' };
    const some = (share: number, what: string, asking: (app: App) => Promise<unknown>) => {
      // In time to come to an end before the story may be over.
      if (random.happens(share))
        this.#people.ask(what, asking, random.between(3600, (mindsHours - 2) * 3600));
    };
    for (const channel of ['test', 'production']) {
      const request = { request: `back-${channel}` };
      some(
        0.2,
        `roll ${channel} back`,
        async (app) => await app.channels.rollBack(imageSet, channel, said, request),
      );
    }
    some(0.15, 'pause the release', async (app) => await app.releases.pause(this.#id, said));
    for (const hours of [1, 6, 26]) {
      const resume = async (app: App) => await app.releases.resume(this.#id, said);
      this.#people.ask('resume the release', resume, hours * 3600);
    }
    some(0.1, 'stop the release', async (app) => await app.releases.stop(this.#id, said));
    some(0.1, 'take the release back', async (app) => await app.releases.rollback(this.#id, said));
    const revoked = { ...said, rollback: random.happens(0.5) };
    some(0.15, 'revoke it', async (app) => await app.images.revoke(imageSet, '1.1.0', revoked));
    for (const version of ['1.0.0', '1.1.0']) {
      const why = { reason: '' };
      some(0.2, `delete ${version}`, async (app) => await app.images.remove(imageSet, version, why));
    }
  }

  #approve(): void {
    const { random } = this.#cloud.world;
    for (const [id, { phase }] of this.#cloud.tables.statesOf<Approval>('approvals')) {
      if (phase !== 'pending') continue;
      const says = random.happens(0.9) ? 'approve' : 'reject';
      this.#people.ask(says, async (app) => await app.approvals[says](id, { reason: 'because' }));
    }
  }

  #endWhatFailed(): void {
    const [, version] =
      this.#cloud.tables.statesOf<Version>('versions').find(([id]) => id === this.#id) ?? [];
    const said = { reason: 'because' };
    if (version?.phase === 'held')
      this.#people.ask('cancel', async (app) => await app.images.cancel(imageSet, '1.1.0', said));
    if (version?.phase === 'failed')
      this.#people.ask('stop', async (app) => await app.releases.stop(this.#id, said));
  }

  #goOn(): void {
    const { world, tables } = this.#cloud;
    const [, release] = tables.statesOf<Release>('releases').find(([id]) => id === this.#id) ?? [];
    if (release?.phase !== 'blocked') return;
    const isLate = Date.parse(world.now()) - this.#began > lastHours * 3_600_000;
    const says = !isLate && world.random.happens(0.5) ? 'resume' : 'stop';
    this.#people.ask(says, async (app) => await app.releases[says](this.#id, { reason: 'because' }));
  }
}
