import type { Failure } from './errors.ts';
import { log, withoutSecrets } from './log.ts';

interface News {
  readonly type: string;
  readonly stage?: string;
  readonly news?: string;
  readonly failure?: Failure;
}

/** A line in the log for every fact that history keeps: what happened to what, and in which stage. */
export function logged(kind: string) {
  return {
    onNews: (id: string, { type, stage, news, failure }: News) => {
      const why = failure && `${failure.code}: ${failure.message}`;
      const tell = failure ? log.warn : log.info;
      tell(`${kind}.${type}`, { id, ...(stage && { stage }), ...(news && { news }), ...(why && { why }) });
    },
    /** Of a look that failed by a defect: a line, too, and in short for whoever asks what is stuck. */
    onFailure: (id: string, error: unknown) => {
      log.error(`${kind}.look-failed`, { id, error });
      return withoutSecrets(String(error)).slice(0, 500);
    },
  };
}
