import { kinds } from './error-kinds.ts';

export type ErrorCode = keyof typeof kinds;

/** What a piece of work keeps of why it failed. Plain data, safe to store and to show. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

export function failure(code: ErrorCode, message: string): Failure {
  return { code, message, remedy: kinds[code].remedy };
}

interface Details {
  /** The field of the request, or the resource, that the refusal is about. */
  readonly target?: string;
  readonly details?: readonly { code: string; message: string; target?: string }[];
  /** When Azure said how long to wait. */
  readonly retryAfterSeconds?: number;
  /** Where it is a matter of that: at which the thing is now. */
  readonly revision?: number;
  readonly cause?: unknown;
}

/** An error handled by its code, never by reading its message. Anything else that is thrown is a defect. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly httpStatus: number;
  readonly retryable: boolean;
  readonly remedy: string;
  readonly target: string | undefined;
  readonly details: Details['details'];
  readonly retryAfterSeconds: number | undefined;
  readonly revision: number | undefined;

  constructor(code: ErrorCode, message: string, more: Details = {}) {
    const { target, details, retryAfterSeconds, revision, cause } = more;
    super(message, { cause });
    this.code = code;
    ({ httpStatus: this.httpStatus, retryable: this.retryable, remedy: this.remedy } = kinds[code]);
    this.target = target;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
    this.revision = revision;
  }
}

export function hasCode(error: unknown, code: ErrorCode): error is AppError {
  return error instanceof AppError && error.code === code;
}
