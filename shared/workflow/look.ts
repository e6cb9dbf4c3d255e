import { AppError, type ErrorCode, type Failure, failure } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Outcome } from './engine.ts';
import type { Intent, StageCommand, StageEvent, Standing } from './stages.ts';

/** How a stage stands. Asking a first time starts its work, asking again finds it. Waiting is an answer. */
export type Progress<Facts> = Settled<Facts> | Intended<Facts>;

export type Settled<Facts> =
  | {
      readonly status: 'running';
      readonly lookAgainInSeconds: number;
      readonly waitingFor?: string;
      /** A line for the history, when the look found something worth one. */
      readonly news?: string;
      readonly facts?: Partial<Facts>;
    }
  | { readonly status: 'done'; readonly facts?: Partial<Facts> }
  | { readonly status: 'failed'; readonly failure: Failure; readonly facts?: Partial<Facts> };

/** An effect that must not happen twice: kept as an intention first, carried out only by who kept it. */
export interface Intended<Facts> {
  readonly status: 'intend';
  readonly what: string;
  /** What will tell afterwards whether it happened, as it is now. */
  readonly before: string;
  readonly facts?: Partial<Facts>;
  readonly proceed: () => Promise<Settled<Facts>>;
}

/**
 * One look at a stage: what the work is, what it knows, and what it last intended. A look that finds an
 * intention and no proof of it may intend again: by then whoever intended has answered, or has let go.
 */
export interface Look<Work> {
  readonly id: string;
  readonly work: Work;
  readonly now: Instant;
  readonly since: Instant;
  readonly intent: Intent | undefined;
}

/** Sees to it that the stage's work is under way and says how it stands. Safe to repeat at any time. */
export type EnsureStage<Work, Facts> = (look: Look<Work>) => Promise<Progress<Facts>>;

/** The three answers of a stage, in the words of its facts. */
export function answersOf<Facts>() {
  interface More {
    readonly facts?: Partial<Facts>;
    readonly news?: string | undefined;
  }
  return {
    running: (
      waitingFor: string,
      lookAgainInSeconds: number,
      { facts, news }: More = {},
    ): Settled<Facts> => ({
      status: 'running',
      waitingFor,
      lookAgainInSeconds,
      ...(facts && { facts }),
      ...(news !== undefined && { news }),
    }),
    done: (facts: Partial<Facts> = {}): Settled<Facts> => ({ status: 'done', facts }),
    failed: (code: ErrorCode, message: string, facts: Partial<Facts> = {}): Settled<Facts> => ({
      status: 'failed',
      failure: failure(code, message),
      facts,
    }),
  };
}

/** So many refusals in a row, spread over about two hours, and the stage gives up. */
const mostTroubles = 16;
const backOffSeconds = (troubles: number) => Math.min(15 * 2 ** troubles, 600);
/** The one who intended an effect lets go of it after this; nobody looks again before ten minutes. */
const mayProceedSeconds = 120;

interface Parts<Stage extends string, Work, Facts> {
  readonly stages: Record<Stage, EnsureStage<Work, Facts>>;
  readonly now: () => Instant;
}

/** Turns a look into a call of its stage, and the stage's answer into a fact. */
export function lookAtStage<Stage extends string, Work, Facts>({ stages, now }: Parts<Stage, Work, Facts>) {
  return async (
    id: string,
    command: StageCommand,
    work: Work,
    standing: Standing<Stage>,
  ): Promise<Outcome<StageEvent<Stage, Facts>>> => {
    const { stage, look, intent, since, troubles } = standing;
    if (command.type === 'give-up') return { event: overdue(standing, now()) };
    const attempt = async (look: number, ask: () => Promise<Progress<Facts>>) => {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof AppError)) throw error; // a defect: the queue retries, then sets it aside
        if (error.code === 'Throttled') return throttled(error); // waiting is an answer, not a refusal
        return troubled(error, { stage, look, at: now() }, troubles);
      }
    };
    const found = await attempt(
      look,
      async () => await stages[stage]({ id, work, now: now(), since, intent }),
    );
    if ('type' in found) return { event: found };
    if (found.status !== 'intend') return { event: settled(found, { stage, look, at: now() }) };

    const at = now();
    const intended: Intent = {
      attempt: (intent?.attempt ?? 0) + 1,
      at,
      what: found.what,
      before: found.before,
    };
    return {
      event: {
        type: 'stage-intended',
        stage,
        look,
        at,
        intent: intended,
        ...(found.facts && { facts: found.facts }),
      },
      proceed: async () => {
        const result = await attempt(look + 1, async () => {
          if (now() > secondsAfter(at, mayProceedSeconds))
            return { status: 'running', lookAgainInSeconds: 1 };
          return await found.proceed();
        });
        if ('type' in result) return result;
        if (result.status === 'intend')
          throw new Error(`${stage}: an intention cannot lead to another at once`);
        return settled(result, { stage, look: look + 1, at: now() });
      },
    };
  };
}

interface Answer<Stage> {
  readonly stage: Stage;
  readonly look: number;
  readonly at: Instant;
}

function settled<Stage, Facts>(progress: Settled<Facts>, answer: Answer<Stage>): StageEvent<Stage, Facts> {
  switch (progress.status) {
    case 'running': {
      const { status: _, lookAgainInSeconds, ...rest } = progress;
      return {
        type: 'stage-running',
        ...answer,
        ...rest,
        lookAt: secondsAfter(answer.at, lookAgainInSeconds),
      };
    }
    case 'done':
      return { type: 'stage-done', ...answer, ...(progress.facts && { facts: progress.facts }) };
    case 'failed': {
      const { status: _, ...rest } = progress;
      return { type: 'stage-failed', ...answer, ...rest };
    }
  }
}

function throttled<Facts>({ message, retryAfterSeconds }: AppError): Settled<Facts> {
  const lookAgainInSeconds = Math.max(retryAfterSeconds ?? 0, 15);
  // A line in history: it is how a timeline knows the time that went into waiting for Azure's leave.
  const news = `throttled for ${lookAgainInSeconds} s`;
  return { status: 'running', lookAgainInSeconds, waitingFor: message, news };
}

function troubled<Stage, Facts>(
  error: AppError,
  answer: Answer<Stage>,
  troubles: number,
): StageEvent<Stage, Facts> {
  const why = failure(error.code, error.message);
  if (!error.retryable || troubles >= mostTroubles) return { type: 'stage-failed', ...answer, failure: why };
  const wait = Math.max(error.retryAfterSeconds ?? 0, backOffSeconds(troubles));
  return { type: 'stage-troubled', ...answer, failure: why, lookAt: secondsAfter(answer.at, wait) };
}

function overdue<Stage, Facts>(standing: Standing<Stage>, at: Instant): StageEvent<Stage, Facts> {
  const { stage, look, deadline, waitingFor } = standing;
  const why = failure(
    'Overdue',
    `${String(stage)} was not done by ${deadline}; it waited for ${waitingFor || 'its end'}.`,
  );
  return { type: 'stage-overdue', stage, look, at, failure: why };
}
