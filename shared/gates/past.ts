import type { WorkflowStore } from '../workflow/store.ts';
import type { Metric } from './gate.ts';
import type { Before } from './judge.ts';
import type { Subject, Validation, ValidationEvent } from './validation.ts';

export type ValidationStore = WorkflowStore<Validation, ValidationEvent>;

/** What is known of the version that the channel had before. */
export interface Past {
  readonly number: string;
  /** By host, as its last validation in this channel saw them. */
  readonly machines: Readonly<Record<string, string>> | undefined;
  readonly measure: (metric: Metric) => Before;
}

/** The validations of the version before: those of this channel first, else of another of its set. */
export async function pastOf(
  store: ValidationStore,
  { previous, channel }: Subject,
): Promise<Past | undefined> {
  if (!previous) return undefined;
  const { number, versionId } = previous;
  const found = (await store.loadAll(`${versionId}.`)).map(({ saved }) => saved.state);
  const newest = found.toSorted((one, other) => (one.since < other.since ? 1 : -1));
  const here = newest.filter(({ subject }) => subject.channel === channel);
  const ordered = [...here, ...newest.filter((one) => !here.includes(one))];
  return {
    number,
    machines: here.find(({ machines }) => Object.keys(machines).length > 0)?.machines,
    measure: (metric) => {
      const measured = ordered
        .flatMap(({ checks }) => checks)
        .find(
          ({ plan, measured }) => plan.kind === 'compare' && plan.metric === metric && measured !== undefined,
        );
      return {
        number,
        ...(measured?.measured !== undefined && { measured: measured.measured }),
        ...(measured?.items && { items: measured.items }),
      };
    },
  };
}
