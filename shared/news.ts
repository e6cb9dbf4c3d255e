import { noteMove } from './correlation.ts';
import type { Failure } from './errors.ts';
import { log, withoutSecrets } from './log.ts';

interface News {
  readonly type: string;
  readonly stage?: string;
  /** Which look of its stage found it. */
  readonly look?: number;
  readonly news?: string;
  readonly failure?: Failure;
}

/** A line in the log for every fact that history keeps: what happened to what, and in which stage. */
export function logged(kind: string) {
  return {
    onNews: (id: string, { type, stage, look, news, failure }: News) => {
      noteMove();
      const why = failure && `${failure.code}: ${failure.message}`;
      const tell = failure ? log.warn : log.info;
      // What is undefined is not written.
      tell(`${kind}.${type}`, { kind, id, stage: stage || undefined, look, news: news || undefined, why });
    },
    /** Of a look that failed by a defect: a line, too, and in short for whoever asks what is stuck. */
    onFailure: (id: string, error: unknown) => {
      log.error(`${kind}.look-failed`, { kind, id, error });
      return withoutSecrets(String(error)).slice(0, 500);
    },
  };
}
