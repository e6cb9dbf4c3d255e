import { AppError } from '../errors.ts';
import { lookUpSource } from '../images/look-up.ts';
import { RequestVersion } from '../images/request-bodies.ts';
import { nameOfSource } from '../images/source.ts';
import type { Outside } from '../outside.ts';
import { scheduleRoom } from '../schedules/room.ts';
import type { Events } from './events.ts';
import { factsOfSchedules } from './facts-of-desktops.ts';
import type { Images } from './images.ts';

/** What schedules ask of releases. */
interface Releases {
  /** What the release of the version is at; undefined if it is over, or there is none. */
  readonly underWay: (versionId: string) => Promise<string | undefined>;
}

/** When versions are asked for by the calendar, or because their source is new. */
export function wireSchedules(outside: Outside, { heard }: Events, images: Images, releases: Releases) {
  const { rows, wake, now } = outside;
  return scheduleRoom({
    images: {
      channelsOf: async (set) => (await images.planOf(set))?.channels,
      async request({ imageSet, ...wanted }, by, request) {
        const asked = RequestVersion.parse({ ...wanted, by });
        return (await images.requests.request(imageSet, request, asked)).number;
      },
      async underWay(set, number) {
        const version = await images.requests.version(set, number);
        if ('standing' in version) return `it is ${version.phase}`;
        return await releases.underWay(`${set}.${number}`);
      },
      async source(set) {
        const plan = await images.planOf(set);
        if (!plan) throw new AppError('NotFound', `There is no image set ${set}.`);
        const found = await lookUpSource({ ...outside, plan, now: now() });
        if ('exact' in found) {
          const source = nameOfSource(found);
          const all = await images.versionsOf(set);
          const isNew = all.every(({ facts }) => !facts.source || nameOfSource(facts.source) !== source);
          return { source, isNew };
        }
        throw new AppError(...found);
      },
    },
    rows: rows('schedules'),
    due: rows('due'),
    wake: wake('advance-schedule'),
    now,
    ...heard('schedule', 'schedules', factsOfSchedules),
  });
}
