import { monitorRequests, type Watched, watched } from '../operations/monitors.ts';
import type { Ends } from '../operations/estimate.ts';
import type { Watch } from '../operations/monitor.ts';
import type { Outside } from '../outside.ts';
import { etaOf } from '../rollouts/explain.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Desktops } from './desktops.ts';
import { endsOfBuild } from './ends-of-builds.ts';
import type { Images } from './images.ts';
import { monitorsOfRollouts, monitorsOfSubscriptions } from './monitors-of-desktops.ts';
import { monitorsOfRegions, monitorsOfVersions } from './monitors-of-images.ts';
import {
  monitorsOfChannels,
  monitorsOfCopies,
  monitorsOfPlaces,
  monitorsOfReleases,
  monitorsOfValidations,
} from './monitors-of-publishing.ts';
import { plansApart } from './plans.ts';
import type { PublishingRooms } from './publishing.ts';

interface Rooms {
  readonly images: Pick<Images, 'requests'>;
  readonly desktops: Pick<Desktops, 'requests'>;
  readonly publishing: Pick<PublishingRooms, 'gates' | 'releases'>;
}

/** So many of a set's last versions say how long its next one takes. */
const lastBuilds = 12;

/** What takes long, seen from outside. Reads what the others keep; what it cancels, their own actions cancel. */
export function wireMonitors(
  { rows, now }: Pick<Outside, 'rows' | 'now'>,
  { images, desktops, publishing }: Rooms,
) {
  const plans = plansApart(rows);
  const of = <State, Event, Kind extends string>(
    table: string,
    monitors: Readonly<Record<Kind, Watch<State, Event>>>,
    ends: { readonly [Of in NoInfer<Kind>]?: (state: State) => Promise<Ends | undefined> } = {},
  ) => {
    const apart = table === 'versions' ? plans : undefined;
    const store = new WorkflowStore<State, Event>('operation', rows(table), rows('due'), undefined, apart);
    const kept = {
      load: async (id: string) => await store.load(id),
      history: async (id: string) => await store.history(id),
    };
    const all = Object.entries<Watch<State, Event>>(monitors).map(([kind, watch]) => [
      kind,
      watched(watch, kept, ends[kind as Kind]),
    ]);
    return Object.fromEntries(all) as Readonly<Record<Kind, Watched>>;
  };
  return monitorRequests({
    kinds: {
      ...of('versions', monitorsOfVersions, {
        async build(version) {
          const { value } = await images.requests.versions(version.set, { most: lastBuilds });
          return endsOfBuild(version, value, now());
        },
      }),
      ...of('replications', monitorsOfRegions),
      ...of('releases', monitorsOfReleases),
      ...of('channels', monitorsOfChannels),
      ...of('validations', monitorsOfValidations),
      ...of('copies', monitorsOfCopies),
      ...of('hostingplaces', monitorsOfPlaces),
      ...of('rollouts', monitorsOfRollouts, { rollout: async (state) => etaOf(state, now()) }),
      ...of('subscriptions', monitorsOfSubscriptions),
    },
    now,
    cancels: {
      build: {
        role: 'builder',
        ask: async (id, said) => {
          const at = id.indexOf('.');
          return await images.requests.cancel(id.slice(0, at), id.slice(at + 1), said);
        },
      },
      rollout: { role: 'operator', ask: async (id, said) => await desktops.requests.abort(id, said) },
      release: {
        role: 'operator',
        ask: async (id, said) => await publishing.releases.requests.stop(id, said),
      },
      validation: {
        role: 'builder',
        ask: async (id, said) => await publishing.gates.requests.cancel(id, said),
      },
    },
  });
}
